package dev.unroll.training;

import dev.unroll.models.InputSteps;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Examples without their targets yet: each method says of what kind these are. Arrays are kept, not copied. */
public final class SequenceInputs {
    private final int[] lengths;
    /** [channel][size][T_i]. */
    private final List<int[][]> tokens;
    /** Of each part that is features, [size][T_i][n]. */
    private final List<float[][][]> features;
    private final Optional<SequenceInputs> source;

    private SequenceInputs(int[] lengths, List<int[][]> tokens, List<float[][][]> features,
            Optional<SequenceInputs> source) {
        this.source = source;
        this.lengths = lengths;
        this.tokens = tokens;
        this.features = features;
    }

    static SequenceInputs ofTokens(int[][] tokens) {
        int[] lengths = SequenceChecks.lengths(tokens, example -> example.length);
        SequenceChecks.tokens(tokens);
        return new SequenceInputs(lengths, Collections.singletonList(tokens), List.of(), Optional.empty());
    }

    static SequenceInputs ofFeatures(float[][][] features) {
        int[] lengths = SequenceChecks.lengths(features, example -> example.length);
        SequenceChecks.width("features", features);
        return new SequenceInputs(lengths, List.of(), Collections.singletonList(features), Optional.empty());
    }

    /**
     * These and others side by side, for a network whose input is {@link dev.unroll.models.Input.Joined}: tokens in the order
     * of the parts that read them, features in that of theirs.
     *
     * @param other of the same lengths
     * @return both
     * @throws IllegalArgumentException where the lengths are not the same
     */
    public SequenceInputs and(SequenceInputs other) {
        SequenceChecks.size("inputs", lengths, other.lengths.length);
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] != other.lengths[i]) {
                throw new IllegalArgumentException(
                        "sequences: example %d has %d steps here and %d there; wanted as many"
                                .formatted(i, lengths[i], other.lengths[i]));
            }
        }
        return new SequenceInputs(lengths, Stream.concat(tokens.stream(), other.tokens.stream()).toList(),
                Stream.concat(features.stream(), other.features.stream()).toList(), source);
    }

    /**
     * These behind others, which an encoder reads first.
     *
     * @param sources as many, of other lengths
     * @return both
     * @throws IllegalArgumentException where there are not as many
     */
    public SequenceInputs from(SequenceInputs sources) {
        SequenceChecks.size("sources", lengths, sources.lengths.length);
        return new SequenceInputs(lengths, tokens, features, Optional.of(sources));
    }

    /** Steps of the source of an example. */
    int sourceLength(int example) {
        return source.map(s -> s.lengths[example]).orElse(0);
    }

    /** Reads the source of an example. */
    void readSource(int example, Source to, int column) {
        source.ifPresent(s -> s.read(example, 0, s.lengths[example], to.input(), column));
    }

    /** Reads some steps of an example into one column of what a network reads. */
    void read(int example, int from, int count, InputSteps to, int column) {
        int channels = to.input().channels();
        if (tokens.size() != channels) {
            throw new IllegalArgumentException("sequences: %d tokens a step for a network of %d; wanted as many"
                    .formatted(tokens.size(), channels));
        }
        for (int k = 0; k < channels; k++) {
            int[] ids = tokens.get(k)[example];
            for (int t = 0; t < count; t++) {
                to.tokens()[(t * to.batch() + column) * channels + k] = ids[from + t];
            }
        }
        int width = 0;
        for (float[][][] part : features) {
            width += part[0][0].length;
        }
        SequenceChecks.sameWidth("features", width, to.features());
        for (int t = 0; t < count; t++) {
            Matrix row = to.features().asMatrix().row(t * to.batch() + column);
            int col = 0;
            for (float[][][] part : features) {
                float[] numbers = part[example][from + t];
                row.cols(col, numbers.length).copyFrom(numbers);
                col += numbers.length;
            }
        }
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
        return new JoinedSequences(lengths, this, targets);
    }
}
