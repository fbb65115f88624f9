package dev.unroll.training;

/**
 * What a training reads: batches of sequences, number 0, 1, 2 and so on without an end, each from a state of zero and in
 * windows of time. A batch is known by its number alone, so that a training which goes on later goes on with the same.
 *
 * <p>Read by one thread at a time, which need not be the training's.
 */
public interface Batches {
    /**
     * Sequences side by side.
     *
     * @return m, the same for every batch; one that has fewer has sequences of length 0
     */
    int batch();

    /**
     * Number of batches until everything has been read once. {@link Evaluation} reads as many. Data without an end, drawn
     * anew for each batch, may have any number.
     *
     * @return the batches of an epoch, 1 or more
     */
    long epoch();

    /**
     * Steps of the longest sequence of a batch.
     *
     * @param number of the batch, from 0
     * @return 1 or more
     */
    long time(long number);

    /**
     * Steps of the longest sequence of all.
     *
     * @return no less than any {@link #time}
     */
    long longest();

    /**
     * Steps of the longest source of all, for a network with an encoder.
     *
     * @return 0 where there are no sources
     */
    default int longestSource() {
        return 0;
    }

    /**
     * Reads some steps of a batch, and its sources if the window has any.
     *
     * @param number of the batch
     * @param from first step, below {@link #time}
     * @param window gets steps {@code from} to {@code from + window.count()}: inputs, targets, and what is not as {@link
     *     Window} has it at first: lengths, weights, steps without a target
     */
    void read(long number, long from, Window window);
}
