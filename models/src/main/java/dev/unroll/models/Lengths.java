package dev.unroll.models;

import java.util.Arrays;

/**
 * How long each sequence of a batch is: sequence i has steps 0 to length(i), and nothing that lies behind them is read.
 *
 * <p>A length may be 0: such a sequence has no output, and its state stays what it is.
 */
public final class Lengths {
    private final int time;
    private final int[] lengths;
    private final long steps;

    private Lengths(int time, int[] lengths) {
        this.time = time;
        this.lengths = lengths;
        this.steps = Arrays.stream(lengths).asLongStream().sum();
    }

    /**
     * Sequences that fill their time.
     *
     * @param time number of time steps, T_x
     * @param batch number of sequences, m
     * @return the lengths, all of them {@code time}
     * @throws IllegalArgumentException for a negative number, or more than 2^31-1 time*batch
     */
    public static Lengths full(int time, int batch) {
        checkSizes(time, batch);
        int[] lengths = new int[batch];
        Arrays.fill(lengths, time);
        return new Lengths(time, lengths);
    }

    /**
     * Sequences of different lengths.
     *
     * @param time number of time steps that there is room for, T_x
     * @param lengths of each sequence, 0 to {@code time}; copied
     * @return the lengths
     * @throws IllegalArgumentException for a length below 0 or above {@code time}, or more than 2^31-1 time*batch
     */
    public static Lengths of(int time, int... lengths) {
        checkSizes(time, lengths.length);
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] < 0 || lengths[i] > time) {
                throw new IllegalArgumentException("lengths: sequence %d has length %d; wanted 0 to time, which is %d"
                        .formatted(i, lengths[i], time));
            }
        }
        return new Lengths(time, lengths.clone());
    }

    private static void checkSizes(int time, int batch) {
        if (time < 0 || batch < 0 || (long) time * batch > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "lengths: time %d, batch %d; wanted none negative and at most %d time*batch"
                            .formatted(time, batch, Integer.MAX_VALUE));
        }
    }

    /**
     * Number of time steps that there is room for, T_x.
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
        return lengths.length;
    }

    /**
     * Length of a sequence.
     *
     * @param i its number
     * @return 0 to time
     */
    public int length(int i) {
        return lengths[i];
    }

    /**
     * Number of steps of all sequences.
     *
     * @return the sum of the lengths
     */
    public long steps() {
        return steps;
    }

    /**
     * Whether all sequences fill their time.
     *
     * @return for {@link #full} true
     */
    public boolean isFull() {
        return steps == (long) time * lengths.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Lengths that && time == that.time && Arrays.equals(lengths, that.lengths);
    }

    @Override
    public int hashCode() {
        return 31 * time + Arrays.hashCode(lengths);
    }

    @Override
    public String toString() {
        return isFull() ? "%d x %d".formatted(lengths.length, time) : Arrays.toString(lengths) + " of " + time;
    }
}
