package dev.unroll.bench;

/**
 * A character model, an LSTM under a softmax, that serves many streams at once.
 *
 * @param hidden H
 * @param streams how many
 */
record ServiceCase(int hidden, int streams) {
    /** Number of characters that there are. */
    static final int TOKENS = 65;

    @Override
    public String toString() {
        return "H=%d streams=%d".formatted(hidden, streams);
    }
}
