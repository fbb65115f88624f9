package dev.unroll.training;

import dev.unroll.tensor.Sequence;
import java.util.function.ToIntFunction;

/** Checks of {@link Sequences} at the public door; each names the example and the step. */
final class SequenceChecks {
    private SequenceChecks() {}

    /** T_i of each example, 1 or more. */
    static int[] lengths(Sequences examples) {
        Settings.atLeast("sequences", "number of examples", examples.size(), 1);
        int[] lengths = new int[examples.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = length(i, examples.length(i));
        }
        return lengths;
    }

    /** T_i of each example, 1 or more. */
    static <E> int[] lengths(E[] examples, ToIntFunction<E> length) {
        Settings.atLeast("sequences", "number of examples", examples.length, 1);
        int[] lengths = new int[examples.length];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = length(i, length.applyAsInt(present("inputs", i, examples[i])));
        }
        return lengths;
    }

    private static int length(int example, int length) {
        if (length < 1) {
            throw new IllegalArgumentException(
                    "sequences: example %d has length %d; wanted 1 or more".formatted(example, length));
        }
        return length;
    }

    private static <E> E present(String what, int example, E array) {
        if (array == null) {
            throw new IllegalArgumentException("sequences: the %s of example %d are missing".formatted(what, example));
        }
        return array;
    }

    static void tokens(int[][] tokens) {
        for (int i = 0; i < tokens.length; i++) {
            for (int t = 0; t < tokens[i].length; t++) {
                if (tokens[i][t] < 0) {
                    throw new IllegalArgumentException("sequences: token %d at step %d of example %d; wanted 0 or more"
                            .formatted(tokens[i][t], t, i));
                }
            }
        }
    }

    static void weights(float[][] weights) {
        for (int i = 0; i < weights.length; i++) {
            for (int t = 0; t < weights[i].length; t++) {
                float weight = weights[i][t];
                if (!(weight >= 0 && weight < Float.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException(
                            "sequences: weight %s at step %d of example %d; wanted 0 or more".formatted(weight, t, i));
                }
            }
        }
    }

    static void size(String what, int[] lengths, int size) {
        if (size != lengths.length) {
            throw new IllegalArgumentException("sequences: %s of %d examples for inputs of %d; wanted as many"
                    .formatted(what, size, lengths.length));
        }
    }

    /** Wants something for every step of every example. */
    static <E> void steps(String what, int[] lengths, E[] examples, ToIntFunction<E> length) {
        size(what, lengths, examples.length);
        for (int i = 0; i < lengths.length; i++) {
            int steps = length.applyAsInt(present(what, i, examples[i]));
            if (steps != lengths[i]) {
                throw new IllegalArgumentException(
                        "sequences: %s of %d steps for example %d, which has %d; wanted as many"
                                .formatted(what, steps, i, lengths[i]));
            }
        }
    }

    /** How many numbers a step has, the same everywhere. */
    static int width(String what, float[][][] examples) {
        int width = present(what, 0, examples[0][0]).length;
        Settings.atLeast("sequences", what + " a step", width, 1);
        for (int i = 0; i < examples.length; i++) {
            for (int t = 0; t < examples[i].length; t++) {
                int found = present(what, i, examples[i][t]).length;
                if (found != width) {
                    throw new IllegalArgumentException(
                            "sequences: %d %s at step %d of example %d, %d at the first; wanted as many everywhere"
                                    .formatted(found, what, t, i, width));
                }
            }
        }
        return width;
    }

    static void sameWidth(String what, int width, Sequence to) {
        if (width != to.feature()) {
            throw new IllegalArgumentException("sequences: %d %s a step for a network of %d; wanted as many"
                    .formatted(width, what, to.feature()));
        }
    }
}
