package dev.unroll.training;

import java.util.Arrays;

/**
 * A finite set of examples, each a sequence of its own length with its targets. Those in memory come from {@link #ofTokens}
 * and {@link #ofFeatures}, such as {@code Sequences.ofFeatures(x).withLastClass(classes)}; those elsewhere implement this.
 */
public interface Sequences {
    /**
     * Number of examples.
     *
     * @return 1 or more, always the same
     */
    int size();

    /**
     * Steps of an example.
     *
     * @param example its number, 0 to size
     * @return T_i, 1 or more, always the same
     */
    int length(int example);

    /**
     * Reads some steps of an example into one column of a window: its step from + t belongs at {@code t*window.batch() +
     * column} of the tokens, classes and weights, and at that row of x and the values.
     *
     * <p>The weights there are 1 and the classes {@link Window#NONE}. Whoever has no target at a step makes its weight 0.
     *
     * @param example its number, 0 to size
     * @param from first step
     * @param count number of steps, 1 or more, all of them the example's and the window's
     * @param window what is written
     * @param column the example's place among those side by side
     */
    void read(int example, int from, int count, Window window, int column);

    /**
     * Steps of an example's source, for a network with an encoder.
     *
     * @param example its number, 0 to size
     * @return 0 where there is none, always the same
     */
    default int sourceLength(int example) {
        return 0;
    }

    /**
     * Reads an example's source into one column, up to its end.
     *
     * @param example its number, 0 to size
     * @param source what is written: tokens and x, as {@link #read} does in a window
     * @param column the example's place among those side by side
     */
    default void readSource(int example, Source source, int column) {}

    /**
     * The same examples, the loss of step t of example i counting weights[i][t] times as much.
     *
     * @param weights [size][T_i], none negative; kept, not copied
     * @return the weighted examples
     * @throws IllegalArgumentException where there are not as many weights as steps, or one is negative, infinite or no
     *         number
     */
    default Sequences weighted(float[][] weights) {
        return new WeightedSequences(this, weights);
    }

    /**
     * Pairs of token sequences, for a network with an encoder: the decoder reads {@code [begin, y_0, y_1, ...]} and is to write
     * {@code [y_0, y_1, ..., end]}.
     *
     * @param sources [size][S_i], none negative; kept, not copied
     * @param targets [size][T_i], y, none negative, T_i 0 or more
     * @param begin the token before the first
     * @param end the token behind the last
     * @return the examples
     * @throws IllegalArgumentException where there is no pair, one is missing, a source has no step, or a token is negative
     */
    static Sequences ofPairs(int[][] sources, int[][] targets, int begin, int end) {
        int[][] inputs = new int[targets.length][];
        int[][] classes = new int[targets.length][];
        for (int i = 0; i < targets.length; i++) {
            int count = targets[i].length;
            inputs[i] = new int[count + 1];
            inputs[i][0] = begin;
            System.arraycopy(targets[i], 0, inputs[i], 1, count);
            classes[i] = Arrays.copyOf(targets[i], count + 1);
            classes[i][count] = end;
        }
        return ofTokens(inputs).from(ofTokens(sources)).withClasses(classes);
    }

    /**
     * Examples that are read as tokens.
     *
     * @param tokens [size][T_i], none negative; kept, not copied
     * @return the inputs, which want targets
     * @throws IllegalArgumentException where there is no example, one is missing or has no step, or a token is negative
     */
    static SequenceInputs ofTokens(int[][] tokens) {
        return SequenceInputs.ofTokens(tokens);
    }

    /**
     * Examples that are read as features.
     *
     * @param features [size][T_i][n_x]; kept, not copied
     * @return the inputs, which want targets
     * @throws IllegalArgumentException where there is no example, one is missing or has no step, or the steps have not all
     *         the same number of features
     */
    static SequenceInputs ofFeatures(float[][][] features) {
        return SequenceInputs.ofFeatures(features);
    }
}
