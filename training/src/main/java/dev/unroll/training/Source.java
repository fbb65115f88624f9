package dev.unroll.training;

import dev.unroll.models.Input;
import dev.unroll.models.InputSteps;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Objects;

/**
 * What the encoder of a network reads before a window: the source of each sequence, each of its own length. Time-major: step
 * t of sequence i stands at {@code t*batch + i}.
 */
public final class Source {
    private final InputSteps input;
    private final int[] lengths;
    private int count;

    Source(Input input, Arena arena, int time, int batch) {
        this.input = new InputSteps(input, arena, time, batch);
        this.lengths = new int[batch];
    }

    /**
     * Begins to fill it: inputs are 0, every source goes on to the end.
     *
     * @param steps of the longest, 1 to the time that there is room for, see {@link Batches#longestSource}
     * @throws IndexOutOfBoundsException for another number
     */
    public void begin(int steps) {
        Objects.checkIndex(steps - 1, input.time());
        count = steps;
        Arrays.fill(lengths, steps);
        input.clear(steps);
    }

    void copyFrom(Source other) {
        begin(other.count);
        input.copyFrom(other.input, 0, 0, 0, count);
        System.arraycopy(other.lengths, 0, lengths, 0, lengths.length);
    }

    /**
     * Steps of the longest.
     *
     * @return 1 or more, 0 before anything has been read
     */
    public int count() {
        return count;
    }

    /**
     * Sequences side by side.
     *
     * @return batch
     */
    public int batch() {
        return input.batch();
    }

    /**
     * The tokens to read: of channel k at {@code (t*batch + i)*channels + k}.
     *
     * @return the array itself, to be filled up to the sources' ends
     */
    public int[] tokens() {
        return input.tokens();
    }

    /**
     * The features to read.
     *
     * @return [time][batch][features] itself, to be filled up to the sources' ends
     */
    public Sequence x() {
        return input.features();
    }

    /**
     * How many steps each source has.
     *
     * @return the array itself
     */
    public int[] lengths() {
        return lengths;
    }

    /** Tokens and features. */
    InputSteps input() {
        return input;
    }
}
