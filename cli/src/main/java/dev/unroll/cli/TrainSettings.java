package dev.unroll.cli;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellText;
import dev.unroll.models.Architecture;
import dev.unroll.models.Input;
import dev.unroll.models.Layer;
import dev.unroll.models.Regularization;
import dev.unroll.models.Head;
import dev.unroll.models.Stack;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Everything that decides what a training of the command line does: the options by name, as text. A training's file keeps
 * them, so that it can go on without being told again.
 *
 * @param values text of each option of {@link #defaults}
 */
record TrainSettings(Map<String, String> values) {
    private static final String PREFIX = "option.";

    /** Options that a file of an older Unroll does not have. */
    private static final Map<String, String> LATER = Map.of("dropout", "0", "recurrent-dropout", "0", "zoneout", "0");

    /** The options and their defaults. */
    static SequencedMap<String, String> defaults() {
        SequencedMap<String, String> defaults = new LinkedHashMap<>();
        defaults.put("text", DefaultText.NAME);
        defaults.put("cell", "lstm");
        defaults.put("hidden", "256");
        defaults.put("layers", "1");
        defaults.put("time", "50");
        defaults.put("batch", "32");
        defaults.put("learning-rate", "0.002");
        defaults.put("clip", "5");
        defaults.put("seed", "1");
        defaults.put("validation", "0.1");
        defaults.put("steps", "2000");
        defaults.put("evaluate-every", "500");
        defaults.put("out", "model.safetensors");
        defaults.putAll(LATER);
        return defaults;
    }

    /** Whether another value may be given when a training goes on. */
    static boolean mayChange(String name) {
        return name.equals("steps") || name.equals("evaluate-every") || name.equals("out") || name.equals("text");
    }

    TrainSettings {
        values = Map.copyOf(values);
    }

    /** Reads them from a file's metadata; a missing one is a damaged file. */
    static TrainSettings ofNotes(String file, Map<String, String> notes) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : defaults().keySet()) {
            String value = notes.getOrDefault(PREFIX + name, LATER.get(name));
            if (value == null) {
                throw new UserException("%s: it holds no training of the command line: no '%s%s'".formatted(file,
                        PREFIX, name));
            }
            values.put(name, value);
        }
        return new TrainSettings(values);
    }

    /** As a file's metadata. */
    Map<String, String> toNotes() {
        Map<String, String> notes = new LinkedHashMap<>();
        values.forEach((name, value) -> notes.put(PREFIX + name, value));
        return notes;
    }

    String text() {
        return values.get("text");
    }

    String out() {
        return values.get("out");
    }

    /** The cell of a layer that reads so many numbers: its name, the hidden size, what else is said of it. */
    Cell cell(int inputSize) {
        List<String> words = new ArrayList<>(List.of(values.get("cell").strip().split("\\s+", -1)));
        words.add(1, Integer.toString(hidden()));
        try {
            return CellText.read(words, inputSize);
        } catch (IllegalArgumentException e) {
            throw new UserException("--cell is '%s': %s".formatted(values.get("cell"), e.getMessage()), e);
        }
    }

    /** What a network of so many different characters is made of. */
    Architecture architecture(int vocabulary) {
        Input input = new Input.OneHot(vocabulary);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < layers(); i++) {
            int width = layers.isEmpty() ? input.width() : layers.getLast().outputSize();
            layers.add(Layer.of(cell(width)).regularization(regularization()));
        }
        Stack stack = new Stack(layers);
        return new Architecture(input, stack, new Head(Head.Kind.SOFTMAX, stack.outputSize(), vocabulary));
    }

    /** The layers in a word: {@code 2 x lstm 256 peephole}. */
    String layersText() {
        return "%d x %s".formatted(layers(), CellText.of(cell(1)));
    }

    private Regularization regularization() {
        double zoneout = probability("zoneout");
        return Regularization.NONE.dropout(probability("dropout")).recurrentDropout(probability("recurrent-dropout"))
                .zoneout(zoneout, zoneout);
    }

    private double probability(String name) {
        return number(name, 0, Math.nextDown(1.0), "of 0 or more and below 1");
    }

    int hidden() {
        return whole("hidden", 1, 1 << 20);
    }

    int layers() {
        return whole("layers", 1, 100);
    }

    int time() {
        return whole("time", 1, 1 << 20);
    }

    int batch() {
        return whole("batch", 1, 1 << 20);
    }

    double learningRate() {
        return number("learning-rate", Double.MIN_VALUE, 1e6, "above 0");
    }

    double clip() {
        return number("clip", Double.MIN_VALUE, Double.POSITIVE_INFINITY, "above 0");
    }

    long seed() {
        try {
            return Long.parseLong(values.get("seed"));
        } catch (NumberFormatException e) {
            throw wrong("seed", "a whole number");
        }
    }

    double validation() {
        return number("validation", 1e-9, 0.5, "above 0 and at most 0.5");
    }

    int steps() {
        return whole("steps", 1, Integer.MAX_VALUE);
    }

    int evaluateEvery() {
        return whole("evaluate-every", 1, Integer.MAX_VALUE);
    }

    /** Every value, looked at once before anything is done. */
    TrainSettings checked() {
        layers();
        architecture(1);
        time();
        batch();
        learningRate();
        clip();
        seed();
        validation();
        steps();
        evaluateEvery();
        return this;
    }

    private int whole(String name, int least, int most) {
        String wanted = most == Integer.MAX_VALUE
                ? "a whole number, " + least + " or more"
                : "a whole number, %d to %d".formatted(least, most);
        try {
            int value = Integer.parseInt(values.get(name));
            if (value < least || value > most) {
                throw wrong(name, wanted);
            }
            return value;
        } catch (NumberFormatException e) {
            throw wrong(name, wanted);
        }
    }

    private double number(String name, double least, double most, String wanted) {
        try {
            double value = Double.parseDouble(values.get(name));
            if (!(value >= least && value <= most)) {
                throw wrong(name, "a number " + wanted);
            }
            return value;
        } catch (NumberFormatException e) {
            throw wrong(name, "a number " + wanted);
        }
    }

    private UserException wrong(String name, String wanted) {
        return new UserException("--%s is '%s'; wanted %s".formatted(name, values.get(name), wanted));
    }
}
