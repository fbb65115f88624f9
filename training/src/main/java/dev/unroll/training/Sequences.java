package dev.unroll.training;

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
