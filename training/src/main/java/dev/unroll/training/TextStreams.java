package dev.unroll.training;

/**
 * A text as m streams of equal length T = (count - 1)/m that are read side by side: stream i at time t reads token i*T + t
 * and wants the one after it. A batch is one pass over the text, and so is an epoch; up to m tokens at the text's end are
 * left over.
 */
public final class TextStreams implements Batches {
    private final Tokens tokens;
    private final int batch;
    private final long length;
    /** A window's part of one stream, and the token after it. */
    private int[] part = new int[0];

    /**
     * Cuts the streams.
     *
     * @param tokens the text
     * @param batch m, number of streams
     * @throws IllegalArgumentException where the batch is below 1, or the text has fewer than batch + 1 tokens
     */
    public TextStreams(Tokens tokens, int batch) {
        Settings.atLeast("streams", "batch", batch, 1);
        if (tokens.count() <= batch) {
            throw new IllegalArgumentException("streams: %d tokens for %d streams; wanted %d or more".formatted(
                    tokens.count(), batch, batch + 1L));
        }
        this.tokens = tokens;
        this.batch = batch;
        this.length = (tokens.count() - 1) / batch;
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public long epoch() {
        return 1;
    }

    @Override
    public long time(long number) {
        return length;
    }

    @Override
    public long longest() {
        return length;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException where the window has another batch
     * @throws IndexOutOfBoundsException where the streams have no such steps
     * @throws IllegalStateException where the window is of a network that reads features, or wants values
     */
    @Override
    public void read(long number, long from, Window window) {
        new WindowPlace(number, from).check(this, window);
        int[] inputs = window.tokens();
        int[] targets = window.classes();
        int count = window.count();
        if (part.length <= count) {
            part = new int[count + 1];
        }
        for (int i = 0; i < batch; i++) {
            tokens.read(i * length + from, part, 0, count + 1);
            for (int t = 0; t < count; t++) {
                inputs[t * batch + i] = part[t];
                targets[t * batch + i] = part[t + 1];
            }
        }
    }
}
