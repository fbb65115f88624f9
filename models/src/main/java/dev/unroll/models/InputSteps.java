package dev.unroll.models;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a network reads at some steps of a batch, and the x that its first layer sees of it: x = [part_0, part_1, ...], of an
 * embedding row {@code token} of its table, of a one-hot part a 1 at the token, of features these.
 *
 * <p>Time-major: what sequence i reads at step t stands in row t*batch + i, and the token of channel k, of which there are
 * {@link Input#channels}, at {@code (t*batch + i)*channels + k}.
 */
public final class InputSteps {
    private final Input input;
    private final int time;
    private final int batch;
    private final int channels;
    private final int[] tokens;
    private final Sequence features;
    /** One channel's tokens, brought together, where there are several. */
    private final int[] channel;

    /**
     * Takes the memory.
     *
     * @param input of a network
     * @param arena owner of the memory
     * @param time most steps
     * @param batch sequences side by side
     * @throws IllegalArgumentException where time or batch is below 1, or there are 2^31 tokens or more
     */
    public InputSteps(Input input, Arena arena, int time, int batch) {
        Sizes.check("input", "time", time);
        Sizes.check("input", "batch", batch);
        this.input = input;
        this.time = time;
        this.batch = batch;
        this.channels = input.channels();
        long count = (long) time * batch * Math.max(1, channels);
        if (count > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("input: time %d, batch %d, %d tokens a step; wanted at most %d tokens"
                    .formatted(time, batch, channels, Integer.MAX_VALUE));
        }
        this.tokens = new int[channels == 0 ? 0 : (int) count];
        this.features = Sequence.allocate(arena, time, batch, input.features());
        this.channel = new int[channels > 1 ? time * batch : 0];
    }

    /**
     * The tokens.
     *
     * @return the array itself, time*batch*channels long
     */
    public int[] tokens() {
        return tokens;
    }

    /**
     * The features.
     *
     * @return [time][batch][features] itself
     */
    public Sequence features() {
        return features;
    }

    /**
     * What is read.
     *
     * @return the network's input
     */
    public Input input() {
        return input;
    }

    /**
     * Most steps.
     *
     * @return time
     */
    public int time() {
        return time;
    }

    /**
     * Sequences side by side.
     *
     * @return batch
     */
    public int batch() {
        return batch;
    }

    /**
     * Sets some steps to zero.
     *
     * @param steps how many, from the first
     */
    public void clear(int steps) {
        Arrays.fill(tokens, 0, channels * batch * steps, 0);
        features.slice(0, steps).asMatrix().fill(0);
    }

    /**
     * Takes steps of others.
     *
     * @param other of the same input
     * @param from its first step
     * @param first its sequence that becomes the first here
     * @param to the first step here
     * @param steps how many
     */
    public void copyFrom(InputSteps other, int from, int first, int to, int steps) {
        for (int t = 0; t < steps; t++) {
            System.arraycopy(other.tokens, ((from + t) * other.batch + first) * channels, tokens,
                    (to + t) * batch * channels, channels == 0 ? 0 : batch * channels);
            features.at(to + t).copyFrom(other.features.at(from + t).rows(first, batch));
        }
    }

    /** Writes a sequence, whose tokens are [channels][T] and features [T][n], that have been checked. */
    void set(int sequence, int[][] ids, float[][] numbers) {
        for (int k = 0; k < ids.length; k++) {
            for (int t = 0; t < ids[k].length; t++) {
                tokens[(t * batch + sequence) * channels + k] = ids[k][t];
            }
        }
        for (int t = 0; t < numbers.length; t++) {
            features.at(t).row(sequence).copyFrom(numbers[t]);
        }
    }

    /**
     * Moves steps to the front.
     *
     * @param from the first of them
     * @param steps how many
     */
    public void moveToFront(int from, int steps) {
        if (from == 0) {
            return;
        }
        System.arraycopy(tokens, from * batch * channels, tokens, 0, steps * batch * channels);
        for (int t = 0; t < steps; t++) {
            features.at(t).copyFrom(features.at(from + t));
        }
    }

    /**
     * Checks that tokens are the network's.
     *
     * @param operation for the message
     * @param some tokens, by row and channel
     * @param from where the first stands
     * @param rows how many rows of them
     * @throws IndexOutOfBoundsException where one is not
     */
    public void checkTokens(String operation, int[] some, int from, int rows) {
        Objects.checkFromIndexSize(from, rows * channels, some.length);
        for (int k = 0; k < channels; k++) {
            int size = input.tokens(k);
            for (int i = from + k; i < from + rows * channels; i += channels) {
                if (some[i] < 0 || some[i] >= size) {
                    throw new IndexOutOfBoundsException(
                            "%s: %d at position %d; wanted 0 to %d".formatted(operation, some[i], i, size - 1));
                }
            }
        }
    }

    /**
     * Writes the x of the first rows; nothing where the input is features alone, whose x these are, or a one-hot token.
     *
     * @param kernels who copies
     * @param parameters the input's
     * @param x rows x n_x, written
     */
    public void forward(Kernels kernels, Parameters parameters, Matrix x) {
        if (input instanceof Input.Features || input instanceof Input.OneHot) {
            return;
        }
        int k = 0;
        int feature = 0;
        int col = 0;
        for (int i = 0; i < input.parts().size(); i++) {
            Input part = input.parts().get(i);
            Matrix to = x.cols(col, part.width());
            switch (part) {
                case Input.Embedding _ ->
                    kernels.gatherRows(parameters.get(input.table(i)), channel(k, x.rows()), 0, to);
                case Input.OneHot _ -> writeOnes(k, to);
                case Input.Features _ ->
                    to.copyFrom(features.asMatrix().rows(0, x.rows()).cols(feature, part.width()));
                case Input.Joined _ -> throw new AssertionError("a part has no parts");
            }
            k += part.channels();
            feature += part.features();
            col += part.width();
        }
    }

    private void writeOnes(int k, Matrix to) {
        to.fill(0);
        for (int row = 0; row < to.rows(); row++) {
            to.set(row, tokens[row * channels + k], 1);
        }
    }

    /**
     * The gradient of the embeddings' tables.
     *
     * @param kernels who adds
     * @param schedule where the rows of dx lie
     * @param dx the gradient of x
     * @param gradient of the input's parameters, added to
     */
    public void backward(Kernels kernels, Schedule schedule, Matrix dx, Parameters gradient) {
        int k = 0;
        int col = 0;
        for (int i = 0; i < input.parts().size(); i++) {
            Input part = input.parts().get(i);
            if (part instanceof Input.Embedding) {
                kernels.scatterAddRows(dx.cols(col, part.width()), inOrderOf(schedule, k), 0,
                        gradient.get(input.table(i)));
            }
            k += part.channels();
            col += part.width();
        }
    }

    /** One channel's tokens of the first rows. */
    private int[] channel(int k, int rows) {
        if (channels == 1) {
            return tokens;
        }
        for (int row = 0; row < rows; row++) {
            channel[row] = tokens[row * channels + k];
        }
        return channel;
    }

    private int[] inOrderOf(Schedule schedule, int k) {
        int[] all = channel(k, schedule.lengths().time() * batch);
        if (schedule.isInOrder()) {
            return all;
        }
        int[] padded = schedule.padded();
        int[] some = new int[padded.length];
        for (int row = 0; row < some.length; row++) {
            some[row] = all[padded[row]];
        }
        return some;
    }
}
