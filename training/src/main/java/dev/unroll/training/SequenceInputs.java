package dev.unroll.training;

import dev.unroll.tensor.Sequence;
import java.util.Arrays;

/** Examples without their targets yet: each method says of what kind these are. Arrays are kept, not copied. */
public final class SequenceInputs {
    private final int[] lengths;
    private final SequencePart inputs;

    private SequenceInputs(int[] lengths, SequencePart inputs) {
        this.lengths = lengths;
        this.inputs = inputs;
    }

    static SequenceInputs ofTokens(int[][] tokens) {
        int[] lengths = SequenceChecks.lengths(tokens, example -> example.length);
        SequenceChecks.tokens(tokens);
        return new SequenceInputs(lengths, (example, from, count, window, column) -> {
            int[] to = window.tokens();
            for (int t = 0; t < count; t++) {
                to[t * window.batch() + column] = tokens[example][from + t];
            }
        });
    }

    static SequenceInputs ofFeatures(float[][][] features) {
        int[] lengths = SequenceChecks.lengths(features, example -> example.length);
        int width = SequenceChecks.width("features", features);
        return new SequenceInputs(lengths, (example, from, count, window, column) -> {
            Sequence x = window.x();
            SequenceChecks.sameWidth("features", width, x);
            for (int t = 0; t < count; t++) {
                copy(features[example], from + t, x, t, column);
            }
        });
    }

    /**
     * A class is wanted at every step.
     *
     * @param classes [size][T_i]; {@link Window#NONE} where a step has none
     * @return the examples
     * @throws IllegalArgumentException where there are not as many classes as steps
     */
    public Sequences withClasses(int[][] classes) {
        SequenceChecks.steps("classes", lengths, classes, example -> example.length);
        return join((example, from, count, window, column) -> {
            for (int t = 0; t < count; t++) {
                setClass(window, t, column, classes[example][from + t]);
            }
        });
    }

    /**
     * A class is wanted at the last step.
     *
     * @param classes [size]
     * @return the examples
     * @throws IllegalArgumentException where there are not as many classes as examples
     */
    public Sequences withLastClass(int[] classes) {
        SequenceChecks.size("classes", lengths, classes.length);
        return join((example, from, count, window, column) -> {
            for (int t = 0; t < count; t++) {
                setClass(window, t, column, from + t == lengths[example] - 1 ? classes[example] : Window.NONE);
            }
        });
    }

    /**
     * Values are wanted at every step.
     *
     * @param values [size][T_i][n_y]
     * @return the examples
     * @throws IllegalArgumentException where there are not as many values as steps, or not n_y everywhere
     */
    public Sequences withValues(float[][][] values) {
        SequenceChecks.steps("values", lengths, values, example -> example.length);
        int width = SequenceChecks.width("values", values);
        return join((example, from, count, window, column) -> {
            SequenceChecks.sameWidth("values", width, window.values());
            for (int t = 0; t < count; t++) {
                copy(values[example], from + t, window.values(), t, column);
            }
        });
    }

    /**
     * Values are wanted at the last step.
     *
     * @param values [size][n_y]
     * @return the examples
     * @throws IllegalArgumentException where there are not as many values as examples, or not n_y everywhere
     */
    public Sequences withLastValues(float[][] values) {
        SequenceChecks.size("values", lengths, values.length);
        int width = SequenceChecks.width("values",
                Arrays.stream(values).map(last -> new float[][]{last}).toArray(float[][][]::new));
        return join((example, from, count, window, column) -> {
            SequenceChecks.sameWidth("values", width, window.values());
            int last = lengths[example] - 1 - from;
            for (int t = 0; t < count; t++) {
                if (t != last) {
                    window.weights()[t * window.batch() + column] = 0;
                }
            }
            if (last < count) {
                copy(values, example, window.values(), last, column);
            }
        });
    }

    private static void setClass(Window window, int t, int column, int wanted) {
        int at = t * window.batch() + column;
        window.classes()[at] = wanted;
        if (wanted == Window.NONE) {
            window.weights()[at] = 0;
        }
    }

    private static void copy(float[][] rows, int i, Sequence to, int t, int column) {
        to.asMatrix().row(t * to.batch() + column).copyFrom(rows[i]);
    }

    private Sequences join(SequencePart targets) {
        return new JoinedSequences(lengths, inputs, targets);
    }
}
