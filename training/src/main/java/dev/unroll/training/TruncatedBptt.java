package dev.unroll.training;

/**
 * Truncated backpropagation through time: every k1 steps the losses of the newest k1 steps flow back through at most k2
 * steps; the state before these is a constant. k1 = k2 is the common case. Source: Williams and Peng, "An efficient
 * gradient-based algorithm for on-line training of recurrent network trajectories", 1990.
 *
 * <p>Where k2 is more than k1 the older steps are run again, from the state before them and with the weights of the moment,
 * so that the gradient is exact for these.
 *
 * @param k1 steps between two updates
 * @param k2 steps that a loss flows back through at most, k1 or more
 */
public record TruncatedBptt(int k1, int k2) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException where k1 is below 1 or k2 below k1
     */
    public TruncatedBptt {
        Settings.atLeast("truncated BPTT", "k1", k1, 1);
        Settings.atLeast("truncated BPTT", "k2", k2, k1);
    }
}
