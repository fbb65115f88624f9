package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A network run forwards over a window of time, and what its run leaves for whoever goes backwards. Each layer takes the
 * input part of all steps as one product, then the recurrent part step by step.
 *
 * <p>Made once for (network, time, batch) and used at every window; one user at a time. The state before the window's
 * first step is {@code hidden(0)} and {@code memory(0)} of each layer: zero at first, {@link #carry} moves it on.
 */
public final class NetworkTrace {
    private final NetworkWeights weights;
    private final int time;
    private final int batch;
    private final int[] ids;
    private final Sequence x;
    private final List<LayerTrace> layers = new ArrayList<>();
    private final Sequence logits;

    /**
     * Takes the memory.
     *
     * @param weights the network's
     * @param arena owner of the memory
     * @param time most steps of a window
     * @param batch sequences side by side
     * @throws IllegalArgumentException where time or batch is below 1, or time*batch past 2^31
     */
    public NetworkTrace(NetworkWeights weights, Arena arena, int time, int batch) {
        Sizes.check("trace", "time", time);
        Sizes.check("trace", "batch", batch);
        Architecture architecture = weights.architecture();
        this.weights = weights;
        this.time = time;
        this.batch = batch;
        this.logits = Sequence.allocate(arena, time, batch, architecture.head().outputSize());
        boolean tokens = !(architecture.input() instanceof Input.Features);
        this.ids = new int[tokens ? time * batch : 0];
        this.x = Sequence.allocate(arena, time, batch,
                architecture.input() instanceof Input.OneHot ? 0 : architecture.input().width());
        Bands bands = Bands.of(batch, weights.kernels().threads());
        for (Cell cell : architecture.layers()) {
            layers.add(new LayerTrace(cell, arena, time, bands));
        }
    }

    /**
     * Puts tokens into the window.
     *
     * @param tokens token of sequence i at time t at {@code from + t*batch + i}
     * @param from where the first stands
     * @param first time in the window of the first
     * @param count number of steps
     * @throws IndexOutOfBoundsException where the window has no such steps or the array no such tokens, or where a token
     *     is none of the network's; nothing is written then
     */
    public void setTokens(int[] tokens, int from, int first, int count) {
        Objects.checkFromIndexSize(first, count, time);
        int size = weights.architecture().input().size();
        for (int i = from; i < from + count * batch; i++) {
            if (tokens[i] < 0 || tokens[i] >= size) {
                throw new IndexOutOfBoundsException(
                        "tokens: %d at position %d; wanted 0 to %d".formatted(tokens[i], i, size - 1));
            }
        }
        System.arraycopy(tokens, from, ids, first * batch, count * batch);
    }

    /**
     * The tokens of the window, time-major.
     *
     * @return the array itself, time*batch; empty where the input is features
     */
    public int[] tokens() {
        return ids;
    }

    /**
     * The dense input of the first layer: features, for the caller to fill, or embeddings, filled by {@link #forward}.
     *
     * @return [time][batch][n_x], feature size 0 where the input is one-hot
     */
    public Sequence x() {
        return x;
    }

    /**
     * Runs the layers over the first steps of the window.
     *
     * @param count number of steps, 1 to time
     */
    public void forward(int count) {
        Objects.checkIndex(count - 1, time);
        Kernels kernels = weights.kernels();
        if (weights.architecture().input() instanceof Input.Embedding) {
            kernels.gatherRows(weights.parameters().get(Input.EMBEDDING), ids, 0, x.slice(0, count).asMatrix());
        }
        for (int i = 0; i < layers.size(); i++) {
            LayerTrace layer = layers.get(i);
            CellWeights cell = weights.layer(i);
            if (i == 0 && weights.architecture().input() instanceof Input.OneHot) {
                layer.forward(cell, ids, count);
            } else {
                layer.forward(cell, Sequence.of(inputOf(i, count), count, batch));
            }
        }
    }

    /**
     * What a layer read at the first steps of the window, if that is dense.
     *
     * @param i number of the layer
     * @param count number of steps
     * @return count*batch rows: the input, or the hidden states of the layer below
     */
    public Matrix inputOf(int i, int count) {
        return i == 0 ? x.slice(0, count).asMatrix() : layers.get(i - 1).steps(0, count).aNext();
    }

    /**
     * Runs the head over some steps of the window.
     *
     * @param first first time
     * @param count number of steps
     * @return the logits, count*batch x n_y, this object's memory
     */
    public Matrix logits(int first, int count) {
        Matrix out = logits.slice(first, count).asMatrix();
        weights.head(top(first, count), out);
        return out;
    }

    /**
     * The last layer's hidden states after some steps of the window.
     *
     * @param first first time
     * @param count number of steps
     * @return count*batch x n_a
     */
    public Matrix top(int first, int count) {
        return layers.getLast().steps(first, count).aNext();
    }

    /**
     * Moves the window on: the state after {@code steps} steps becomes the state before the first, and the tokens and
     * features after them move to the front.
     *
     * @param steps how far, 0 to time
     */
    public void carry(int steps) {
        for (LayerTrace layer : layers) {
            layer.hidden(0).copyFrom(layer.hidden(steps));
            layer.memory(0).copyFrom(layer.memory(steps));
        }
        if (ids.length > 0) {
            System.arraycopy(ids, steps * batch, ids, 0, (time - steps) * batch);
        }
        for (int t = steps; t < time; t++) {
            x.at(t - steps).copyFrom(x.at(t));
        }
    }

    /** Sets the state before the first step to zero. */
    public void clearState() {
        for (LayerTrace layer : layers) {
            layer.hidden(0).fill(0);
            layer.memory(0).fill(0);
        }
    }

    /**
     * One layer's part.
     *
     * @param i its number, from the input up
     * @return its states and activations
     */
    public LayerTrace layer(int i) {
        return layers.get(i);
    }

    /**
     * The weights it runs with.
     *
     * @return the packed weights
     */
    public NetworkWeights weights() {
        return weights;
    }

    /**
     * Most steps of a window.
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
}
