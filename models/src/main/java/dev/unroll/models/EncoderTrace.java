package dev.unroll.models;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * An encoder run over the sources of a batch, and what its run leaves for the decoder and for whoever goes backwards. Made
 * once for (network, time, batch) and used at every batch; one user at a time.
 */
public final class EncoderTrace {
    private final Encoder encoder;
    private final Kernels kernels;
    private final InputFlow flow;
    /** m, sequence after sequence, and its transpose, and its gradient; no rows without attention. */
    private final Matrix memory;
    private final Matrix memoryTransposed;
    private final Matrix dMemory;
    private SequenceRows rows;

    /**
     * Takes the memory.
     *
     * @param network the whole network's weights
     * @param arena owner of the memory
     * @param time most steps of a source
     * @param batch sequences side by side
     * @param threads into bands for how many the batch is cut
     * @throws IllegalArgumentException where a number is below 1, or time*batch past 2^31, or the network has no encoder
     */
    public EncoderTrace(NetworkWeights network, Arena arena, int time, int batch, int threads) {
        Sizes.check("encoder", "time", time);
        Sizes.check("encoder", "batch", batch);
        EncoderWeights weights = network.encoder()
                .orElseThrow(() -> new IllegalArgumentException("encoder: the network has none"));
        this.encoder = network.architecture().encoder().orElseThrow();
        this.kernels = network.kernels();
        this.flow = new InputFlow(encoder.input(), weights.stack(), weights.parameters(), arena, time, batch, threads);
        int steps = encoder.attention() == Encoder.Attention.DOT ? time * batch : 0;
        this.memory = Matrix.allocate(arena, steps, encoder.stack().outputSize());
        this.memoryTransposed = Matrix.allocate(arena, encoder.stack().outputSize(), steps);
        this.dMemory = Matrix.allocate(arena, steps, encoder.stack().outputSize());
    }

    /**
     * The sources, for the caller to fill.
     *
     * @return tokens and features themselves
     */
    public InputSteps input() {
        return flow.input();
    }

    /**
     * Runs the layers over the sources, each from a state of zero.
     *
     * @param lengths of the sources
     * @param noise what is dropped and kept
     * @throws IndexOutOfBoundsException for a token that is none of the encoder's
     */
    public void forward(Lengths lengths, Noise noise) {
        InputSteps input = flow.input();
        input.checkTokens("source", input.tokens(), 0, lengths.time() * input.batch());
        stack().state().clear();
        flow.forward(lengths, noise);
        if (encoder.attention() == Encoder.Attention.DOT) {
            rows = new SequenceRows(stack().schedule());
            kernels.gatherRows(stack().outputRows(), rows.rows(), 0, memory());
            kernels.transpose(memory(), memoryTransposed());
            dMemory().fill(0);
        }
    }

    /**
     * Gives the states behind the sources, with which the decoder begins.
     *
     * @param decoder of the decoder's stack and the same batch, written
     */
    public void copyState(StackState decoder) {
        for (int i = 0; i < decoder.size(); i++) {
            LayerState to = decoder.at(i, Way.FORWARD);
            int hidden = 0;
            int cell = 0;
            for (Way way : stack().state().ways(i)) {
                LayerState from = stack().state().at(i, way);
                to.hidden().cols(hidden, from.hidden().cols()).copyFrom(from.hidden());
                to.memory().cols(cell, from.memory().cols()).copyFrom(from.memory());
                hidden += from.hidden().cols();
                cell += from.memory().cols();
            }
        }
    }

    /**
     * The gradient of {@link #copyState}.
     *
     * @param decoder the gradient of the states with which the decoder began
     * @param encoder the gradient of the states behind the sources, written
     */
    public static void copyStateBackward(StackState decoder, StackState encoder) {
        for (int i = 0; i < decoder.size(); i++) {
            LayerState from = decoder.at(i, Way.FORWARD);
            int hidden = 0;
            int cell = 0;
            for (Way way : encoder.ways(i)) {
                LayerState to = encoder.at(i, way);
                to.hidden().copyFrom(from.hidden().cols(hidden, to.hidden().cols()));
                to.memory().copyFrom(from.memory().cols(cell, to.memory().cols()));
                hidden += to.hidden().cols();
                cell += to.memory().cols();
            }
        }
    }

    /**
     * Gives the gradient of the outputs, by way of attention.
     *
     * @param dy in the order of the rows of {@link #stack}, written; 0 without attention
     */
    public void outputGradient(Matrix dy) {
        if (encoder.attention() == Encoder.Attention.DOT) {
            kernels.gatherRows(dMemory(), rows.places(), 0, dy);
        } else {
            dy.fill(0);
        }
    }

    /**
     * The layers' part.
     *
     * @return their states and activations
     */
    public StackTrace stack() {
        return flow.stack();
    }

    /** Where the steps of the sources stand in the memory. */
    SequenceRows rows() {
        return rows;
    }

    /** m, a row a step, source after source. */
    Matrix memory() {
        return memory.rows(0, rows.size());
    }

    /** mᵀ. */
    Matrix memoryTransposed() {
        return memoryTransposed.cols(0, rows.size());
    }

    /** The gradient of m, added to. */
    Matrix dMemory() {
        return dMemory.rows(0, rows.size());
    }

    /** Most steps of a source. */
    int time() {
        return flow.input().time();
    }
}
