package dev.unroll.tensor;

import java.lang.foreign.Arena;
import java.util.Objects;

/**
 * A batch of sequences in time-major order, [time][batch][feature]: the features of all sequences at one time are one
 * matrix, x_t = {@code at(t)}, and the whole is one matrix of time*batch rows.
 *
 * <p>Another order comes in and goes out through {@link SequenceLayout}.
 */
public final class Sequence {
    private final Matrix rows;
    private final int time;
    private final int batch;

    private Sequence(Matrix rows, int time, int batch) {
        this.rows = rows;
        this.time = time;
        this.batch = batch;
    }

    /**
     * A new batch of sequences, all zero.
     *
     * @param arena owner of the memory
     * @param time number of time steps, T_x
     * @param batch number of sequences, m
     * @param feature numbers a step
     * @return the sequences
     * @throws IllegalArgumentException for a negative size, or more than 2^31-1 time*batch
     */
    public static Sequence allocate(Arena arena, int time, int batch, int feature) {
        return new Sequence(Matrix.allocate(arena, rowCount(time, batch), feature), time, batch);
    }

    /**
     * A matrix of time*batch rows, read as a batch of sequences.
     *
     * @param rows row t*batch + i holds time t of sequence i
     * @param time number of time steps, T_x
     * @param batch number of sequences, m
     * @return a view
     * @throws IllegalArgumentException where the rows are not time*batch
     */
    public static Sequence of(Matrix rows, int time, int batch) {
        if (rows.rows() != rowCount(time, batch)) {
            throw new IllegalArgumentException("sequence: a matrix of %d rows for time %d, batch %d; wanted %d rows"
                    .formatted(rows.rows(), time, batch, (long) time * batch));
        }
        return new Sequence(rows, time, batch);
    }

    private static int rowCount(int time, int batch) {
        long count = (long) time * batch;
        if (time < 0 || batch < 0 || count > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "sequence: time %d, batch %d; wanted none negative and at most %d time*batch".formatted(time, batch,
                            Integer.MAX_VALUE));
        }
        return (int) count;
    }

    /**
     * Number of time steps, T_x.
     *
     * @return time
     */
    public int time() {
        return time;
    }

    /**
     * Number of sequences, m.
     *
     * @return batch
     */
    public int batch() {
        return batch;
    }

    /**
     * Numbers a step.
     *
     * @return feature
     */
    public int feature() {
        return rows.cols();
    }

    /**
     * All sequences at one time, x_t.
     *
     * @param t the time, from 0
     * @return a view, batch x feature
     * @throws IndexOutOfBoundsException where there is no such time
     */
    public Matrix at(int t) {
        Objects.checkIndex(t, time);
        return rows.rows(t * batch, batch);
    }

    /**
     * Times {@code from} to {@code from + count}.
     *
     * @param from first time
     * @param count number of time steps
     * @return a view
     * @throws IndexOutOfBoundsException where there are no such times
     */
    public Sequence slice(int from, int count) {
        Objects.checkFromIndexSize(from, count, time);
        return new Sequence(rows.rows(from * batch, count * batch), count, batch);
    }

    /**
     * All times as one matrix.
     *
     * @return a view, time*batch x feature; row t*batch + i is time t of sequence i
     */
    public Matrix asMatrix() {
        return rows;
    }

    /**
     * The shape as messages print it.
     *
     * @return for example {@code [50][32][256]}
     */
    public String shape() {
        return "[" + time + "][" + batch + "][" + feature() + "]";
    }

    @Override
    public String toString() {
        return "Sequence " + shape();
    }
}
