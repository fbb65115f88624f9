package dev.unroll.training;

/**
 * Truncated backpropagation through time: every k1 steps the losses of the newest k1 steps flow back through at most k2
 * steps; the state before these is a constant. k1 = k2 is the common case, and k1 = k2 = T is full backpropagation through
 * time. Source: Williams and Peng, "An efficient gradient-based algorithm for on-line training of recurrent network
 * trajectories", 1990.
 *
 * <p>Where k2 is more than k1 the older steps are run again, from the state before them and with the weights of the moment,
 * so that the gradient is exact for these.
 *
 * <p>Checkpointing in time keeps the state of every s-th step alone, and runs the steps between two of them again when the
 * gradients come back to them: the same gradients to the bit, for one more run forward, and in memory for k2/s states and
 * s steps, which is least at s = sqrt(k2). Steps are kept or run again in blocks of {@value #BLOCK_ROWS} rows, so s is
 * taken up to the next multiple of {@value #BLOCK_ROWS}/batch. Source: Chen et al., "Training deep nets with sublinear memory cost", 2016.
 *
 * @param k1 steps between two updates
 * @param k2 steps that a loss flows back through at most, k1 or more
 * @param checkpointEvery s; 0 to keep everything
 */
public record TruncatedBptt(int k1, int k2, int checkpointEvery) {
    /** Rows, steps of all sequences, that are run and gone back through as one. */
    static final int BLOCK_ROWS = 2048;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException where k1 is below 1, k2 below k1, or s negative
     */
    public TruncatedBptt {
        Settings.atLeast("truncated BPTT", "k1", k1, 1);
        Settings.atLeast("truncated BPTT", "k2", k2, k1);
        Settings.atLeast("truncated BPTT", "checkpointEvery", checkpointEvery, 0);
    }

    /**
     * Without checkpointing.
     *
     * @param k1 steps between two updates
     * @param k2 steps that a loss flows back through at most, k1 or more
     */
    public TruncatedBptt(int k1, int k2) {
        this(k1, k2, 0);
    }

    /**
     * Full backpropagation through time: windows as long as the sequences.
     *
     * @return k1 = k2 = as much as there is
     */
    public static TruncatedBptt full() {
        return new TruncatedBptt(Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /**
     * With checkpointing.
     *
     * @param every s, steps from one kept state to the next; 0 to keep everything
     * @return another setting
     */
    public TruncatedBptt checkpointing(int every) {
        return new TruncatedBptt(k1, k2, every);
    }

    /** No longer than the sequences are. */
    TruncatedBptt within(long longest) {
        return new TruncatedBptt((int) Math.min(k1, longest), (int) Math.min(k2, longest), checkpointEvery);
    }
}
