package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellText;
import dev.unroll.models.Direction;
import dev.unroll.models.Layer;
import dev.unroll.models.Lengths;
import dev.unroll.models.Regularization;
import dev.unroll.models.Stack;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Random cases for the gradient check, made so that everything comes: each form of a cell, with all its options, is once
 * with each number of layers, each direction, each pattern of lengths and each noise; then once more with more threads.
 */
final class StackCases {
    /** The forms of all cells, {@code %d} standing for the number of units. */
    static final List<String> FORMS = forms();
    /** Rounds through all forms on one thread. */
    private static final int ROUNDS = 6;
    /** Cases in all, the last round on 2 and 3 threads. */
    static final int COUNT = (ROUNDS + 1) * 48;

    /** Below this the slope may not be one slope. */
    private static final double KINK = 1e-3;
    /** What central differences may cost: weights, each of which costs two runs, times what a run costs. */
    private static final long WORK = 6_000_000;
    /** Floats in the widest vector: a layer that is alone, on one thread and one way, has more units. */
    private static final int VECTOR = 16;

    /** Of fewer numbers N leaves little but their signs, and of its slope next to nothing. */
    private static final int LEAST_NORMALIZED = 5;

    private final long seed;

    StackCases(long seed) {
        this.seed = seed;
    }

    /** How long the sequences of a batch are. */
    enum Pattern {
        FULL, MIXED, WITH_ZEROS, ALL_ZERO_BUT_ONE;

        boolean isOf(Lengths lengths) {
            long zeros = IntStream.range(0, lengths.batch()).filter(i -> lengths.length(i) == 0).count();
            return switch (this) {
                case FULL -> lengths.isFull();
                case MIXED -> zeros == 0 && !lengths.isFull();
                case WITH_ZEROS -> zeros > 0;
                case ALL_ZERO_BUT_ONE -> zeros > 0 && zeros == lengths.batch() - 1;
            };
        }
    }

    /** What a layer is disturbed with. */
    enum Noise {
        NONE, DROPOUT, VARIATIONAL, RECURRENT, ZONEOUT, ALL;

        Regularization settings() {
            return switch (this) {
                case NONE -> Regularization.NONE;
                case DROPOUT -> Regularization.NONE.dropout(0.3);
                case VARIATIONAL -> Regularization.NONE.variationalDropout(0.4);
                case RECURRENT -> Regularization.NONE.recurrentDropout(0.4);
                case ZONEOUT -> Regularization.NONE.zoneout(0.3, 0.2);
                case ALL -> new Regularization(0.2, 0.2, 0.3, 0.2, 0.4);
            };
        }
    }

    private static List<String> forms() {
        List<String> forms = new ArrayList<>();
        for (String g : List.of("", " relu", " identity", " sigmoid")) {
            addWithAndWithout("no-bias", Stream.of("rnn %d" + g), forms);
        }
        addWithAndWithout("no-bias", Stream.of("gru-simplified %d", "gru-reset-before %d", "gru %d"), forms);
        List<String> lstms = List.of("lstm %d");
        for (String option : List.of("peephole", "coupled", "clip 0.4", "projection 2")) {
            List<String> more = new ArrayList<>();
            addWithAndWithout(option, lstms.stream(), more);
            lstms = more;
        }
        addWithAndWithout("no-bias", lstms.stream(), forms);
        forms.add("lstm-layer-norm %d");
        forms.add("gru-layer-norm %d");
        return List.copyOf(forms);
    }

    private static void addWithAndWithout(String option, Stream<String> forms, List<String> to) {
        forms.forEach(form -> {
            to.add(form);
            to.add(form + " " + option);
        });
    }

    private static Cell cell(String form, int inputSize, int units) {
        return CellText.read(List.of(form.formatted(units).split(" ")), inputSize);
    }

    /** All of them. */
    Stream<StackCase> all() {
        return IntStream.range(0, COUNT).mapToObj(this::get);
    }

    /** One of them, always the same. */
    StackCase get(int number) {
        SplittableRandom random = new SplittableRandom(seed + number);
        int form = number % FORMS.size();
        int round = number / FORMS.size();
        int threads = round < ROUNDS ? 1 : 2 + form % 2;
        Pattern pattern = pick(Pattern.values(), form / 4 + round + round / 4);
        Lengths lengths;
        Stack stack;
        do {
            lengths = lengths(pattern, threads, random);
            stack = stack(form, round, 1 + (form + round) % 3, random);
        } while (work(stack, lengths) > WORK);
        boolean isDisturbed = random.nextInt(4) > 0;
        while (true) {
            OptionalLong noise = isDisturbed ? OptionalLong.of(random.nextLong()) : OptionalLong.empty();
            StackCase drawn = new StackCase(number, seed, stack, lengths, noise, threads,
                    StackNumbers.draw(stack, lengths, random));
            StackOracle oracle = new StackOracle(drawn);
            oracle.values();
            if (oracle.nearestKink() > KINK) {
                return drawn;
            }
        }
    }

    private static <T> T pick(T[] values, int number) {
        return values[number % values.length];
    }

    static long work(Stack stack, Lengths lengths) {
        long weights = stack.parameterShapes().stream().mapToLong(shape -> (long) shape.rows() * shape.cols()).sum();
        return weights * weights * lengths.steps();
    }

    /** Layers, of which one is of the form and the others of any. */
    private static Stack stack(int form, int round, int count, SplittableRandom random) {
        int chosen = random.nextInt(count);
        List<String> forms = IntStream.range(0, count)
                .mapToObj(i -> FORMS.get(i == chosen ? form : random.nextInt(FORMS.size()))).toList();
        int least = forms.stream().anyMatch(StackCases::normalizes) ? 2 : 1;
        int width = size(random, least, 1, 2, 3, 5);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Direction direction = pick(Direction.values(), i == chosen ? form + round : random.nextInt(4));
            int narrow = normalizes(forms.get(i)) ? LEAST_NORMALIZED : least;
            boolean isWide = round < ROUNDS && count == 1 && direction.ways().size() == 1;
            int units = size(random, isWide ? VECTOR : narrow, 1, 2, 3, 5, 7, 17, 19);
            Layer layer = Layer.of(cell(forms.get(i), width, units)).direction(direction)
                    .regularization(
                            pick(Noise.values(), i == chosen ? form + 5 * round : random.nextInt(6)).settings());
            layers.add(layer);
            width = layer.outputSize();
        }
        return new Stack(layers);
    }

    private static boolean normalizes(String form) {
        return form.contains("layer-norm");
    }

    private static int size(SplittableRandom random, int least, int... sizes) {
        int[] some = IntStream.of(sizes).filter(size -> size >= least).toArray();
        return some[random.nextInt(some.length)];
    }

    /** Sequences so many that each thread has a band of its own, where there are several. */
    private static Lengths lengths(Pattern pattern, int threads, SplittableRandom random) {
        int time = random.nextInt(pattern == Pattern.MIXED ? 2 : 1, 7);
        int batch = threads == 1
                ? random.nextInt(pattern == Pattern.FULL || pattern == Pattern.MIXED ? 1 : 2, 6)
                : random.nextInt(4 * threads, 4 * threads + 3);
        int[] lengths = new int[batch];
        int least = pattern == Pattern.FULL ? time : 1;
        for (int i = 0; i < batch; i++) {
            lengths[i] = random.nextInt(least, time + 1);
        }
        int some = random.nextInt(batch);
        switch (pattern) {
            case FULL -> {
            }
            case MIXED -> lengths[some] = random.nextInt(1, time);
            case WITH_ZEROS -> lengths[some] = 0;
            case ALL_ZERO_BUT_ONE -> {
                for (int i = 0; i < batch; i++) {
                    lengths[i] = i == some ? lengths[i] : 0;
                }
            }
        }
        return Lengths.of(time, lengths);
    }
}
