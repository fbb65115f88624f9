package dev.unroll.cells;

import dev.unroll.kernels.Activation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * A cell as a line of words, as files and command lines have it: its kind, its hidden size, its options. For example
 * {@code lstm 256}, {@code rnn 100 relu no-bias}, {@code lstm 512 peephole coupled clip 3.0 projection 128}.
 */
public final class CellText {
    private static final String NO_BIAS = "no-bias";
    private static final String PEEPHOLE = "peephole";
    private static final String COUPLED = "coupled";
    private static final String CLIP = "clip";
    private static final String PROJECTION = "projection";

    private CellText() {}

    /**
     * The words of a cell.
     *
     * @param cell any cell
     * @return what {@link #read} reads back as the same cell
     */
    public static String of(Cell cell) {
        List<String> words = new ArrayList<>(List.of(CellKind.of(cell).toString(), Integer.toString(cell.units())));
        if (cell instanceof RnnCell rnn && rnn.activation() != Activation.TANH) {
            words.add(name(rnn.activation()));
        }
        if (cell instanceof LstmCell lstm) {
            addOptions(lstm, words);
        }
        if (cell.bias() == Bias.NONE) {
            words.add(NO_BIAS);
        }
        return String.join(" ", words);
    }

    private static void addOptions(LstmCell lstm, List<String> words) {
        if (lstm.options().contains(LstmCell.Option.PEEPHOLE)) {
            words.add(PEEPHOLE);
        }
        if (lstm.options().contains(LstmCell.Option.COUPLED)) {
            words.add(COUPLED);
        }
        if (lstm.clip() < Float.POSITIVE_INFINITY) {
            words.add(CLIP);
            words.add(Float.toString(lstm.clip()));
        }
        if (lstm.projection() > 0) {
            words.add(PROJECTION);
            words.add(Integer.toString(lstm.projection()));
        }
    }

    private static String name(Activation activation) {
        return activation.name().toLowerCase(Locale.ROOT);
    }

    /**
     * The cell of some words.
     *
     * @param words kind, hidden size and options
     * @param inputSize I
     * @return the cell
     * @throws IllegalArgumentException for a word that says nothing of such a cell, or a number that is missing or wrong
     */
    public static Cell read(List<String> words, int inputSize) {
        Deque<String> rest = new ArrayDeque<>(words);
        String name = rest.isEmpty() ? "" : rest.pop();
        CellKind kind = CellKind.named(name)
                .orElseThrow(() -> new IllegalArgumentException("no cell is called '%s'; wanted one of %s"
                        .formatted(name, Arrays.toString(CellKind.values()))));
        Cell cell = kind.cell(inputSize, size(name, rest));
        while (!rest.isEmpty()) {
            cell = with(cell, rest.pop(), rest);
        }
        return cell;
    }

    private static Cell with(Cell cell, String option, Deque<String> rest) {
        return switch (cell) {
            case LstmCell lstm -> switch (option) {
                case PEEPHOLE -> lstm.peephole();
                case COUPLED -> lstm.coupled();
                case CLIP -> lstm.clip(number(option, rest));
                case PROJECTION -> lstm.projection(size(option, rest));
                case NO_BIAS -> lstm.withoutBias();
                default -> throw unknown(cell, option);
            };
            case RnnCell rnn when option.equals(NO_BIAS) -> rnn.withoutBias();
            case RnnCell rnn -> rnn.activation(activation(cell, option));
            case GruResetAfterCell gru when option.equals(NO_BIAS) -> gru.withoutBias();
            case GruResetBeforeCell gru when option.equals(NO_BIAS) -> gru.withoutBias();
            case GruSimplifiedCell gru when option.equals(NO_BIAS) -> gru.withoutBias();
            default -> throw unknown(cell, option);
        };
    }

    private static Activation activation(Cell cell, String option) {
        return Arrays.stream(Activation.values()).filter(g -> name(g).equals(option)).findFirst()
                .orElseThrow(() -> unknown(cell, option));
    }

    private static IllegalArgumentException unknown(Cell cell, String option) {
        return new IllegalArgumentException("'%s' is no option of %s".formatted(option, CellKind.of(cell)));
    }

    private static int size(String name, Deque<String> rest) {
        String word = word(name, rest);
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'%s' of '%s' is no size".formatted(word, name), e);
        }
    }

    private static float number(String name, Deque<String> rest) {
        String word = word(name, rest);
        try {
            return Float.parseFloat(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'%s' of '%s' is no number".formatted(word, name), e);
        }
    }

    private static String word(String name, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException("'%s' lacks a number".formatted(name));
        }
        return rest.pop();
    }
}
