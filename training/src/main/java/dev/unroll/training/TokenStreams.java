package dev.unroll.training;

/**
 * A text of tokens as {@code batch} streams of equal length that are read side by side, {@code time} tokens a window: the
 * next token is the target of each. The last window may be shorter; up to {@code batch} tokens at the text's end are left
 * over.
 */
public final class TokenStreams {
    private final int[] tokens;
    private final int batch;
    private final int time;
    private final int length;

    /**
     * Cuts the streams.
     *
     * @param tokens the text; kept, not copied
     * @param batch number of streams
     * @param time tokens of a window
     * @throws IllegalArgumentException where the text has fewer than batch*time + 1 tokens, or a number is below 1
     */
    public TokenStreams(int[] tokens, int batch, int time) {
        Settings.atLeast("streams", "batch", batch, 1);
        Settings.atLeast("streams", "time", time, 1);
        if (tokens.length - 1L < (long) batch * time) {
            throw new IllegalArgumentException(
                    "streams: %d tokens for %d streams of a window of %d; wanted %d or more".formatted(tokens.length,
                            batch, time, (long) batch * time + 1));
        }
        this.tokens = tokens;
        this.batch = batch;
        this.time = time;
        this.length = (tokens.length - 1) / batch;
    }

    /**
     * Number of streams.
     *
     * @return batch
     */
    public int batch() {
        return batch;
    }

    /**
     * Tokens of a window.
     *
     * @return time
     */
    public int time() {
        return time;
    }

    /**
     * Number of windows from the begin of the streams to their end.
     *
     * @return windows
     */
    public int windows() {
        return (length + time - 1) / time;
    }

    /**
     * Tokens of a window in each stream.
     *
     * @param window its number
     * @return time, or less for the last
     */
    public int steps(int window) {
        return Math.min(time, length - window * time);
    }

    /**
     * Reads a window.
     *
     * @param window its number, 0 to windows
     * @param inputs token of stream i at time t goes to {@code t*batch + i}
     * @param targets the token after it, likewise
     */
    public void read(int window, int[] inputs, int[] targets) {
        for (int t = 0; t < steps(window); t++) {
            for (int i = 0; i < batch; i++) {
                int position = i * length + window * time + t;
                inputs[t * batch + i] = tokens[position];
                targets[t * batch + i] = tokens[position + 1];
            }
        }
    }
}
