package dev.unroll.models;

import dev.unroll.cells.Parameters;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.Optional;

/**
 * A network run forwards over a window of time, and what its run leaves for whoever goes backwards; see {@link StackTrace}.
 *
 * <p>Made once for (network, time, batch) and used at every window; one user at a time. The state before the window's
 * first step is zero at first; {@link #carry} moves it on.
 */
public final class NetworkTrace {
    private final NetworkWeights weights;
    private final int time;
    private final int batch;
    private final InputFlow flow;
    private final InputSteps input;
    private final StackTrace stack;
    private Optional<Sequence> logits = Optional.empty();
    private final Arena arena;
    /** The state before the window, and the steps that are run from it. */
    private final StackState before;
    private final Optional<EncoderTrace> encoder;
    private final Optional<AttentionTrace> attention;
    private Lengths lengths;

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
        this(weights, arena, time, batch, weights.kernels().threads());
    }

    /**
     * Takes the memory, for a run by fewer threads than the kernels have.
     *
     * @param weights the network's
     * @param arena owner of the memory
     * @param time most steps of a window
     * @param batch sequences side by side
     * @param threads into bands for how many the batch is cut
     * @throws IllegalArgumentException where time, batch or threads is below 1, or time*batch past 2^31
     */
    public NetworkTrace(NetworkWeights weights, Arena arena, int time, int batch, int threads) {
        this(weights, arena, time, batch, threads, Optional.empty());
    }

    /**
     * Takes the memory, for a network that may have an encoder.
     *
     * @param weights the network's
     * @param arena owner of the memory
     * @param time most steps of a window
     * @param batch sequences side by side
     * @param threads into bands for how many the batch is cut
     * @param encoder what reads the sources of the same sequences, run before each {@link #forward}
     * @throws IllegalArgumentException where time, batch or threads is below 1, or time*batch past 2^31, or there is an
     *     encoder's trace for a network without one, or none for one with
     */
    public NetworkTrace(NetworkWeights weights, Arena arena, int time, int batch, int threads,
            Optional<EncoderTrace> encoder) {
        if (encoder.isPresent() != weights.encoder().isPresent()) {
            throw new IllegalArgumentException("trace: %s for a network %s".formatted(
                    encoder.isPresent() ? "an encoder" : "no encoder",
                    weights.encoder().isPresent() ? "that is a decoder" : "without one"));
        }
        Sizes.check("trace", "time", time);
        Sizes.check("trace", "batch", batch);
        Architecture architecture = weights.architecture();
        this.weights = weights;
        this.time = time;
        this.batch = batch;
        this.arena = arena;
        this.flow = new InputFlow(architecture.input(), weights.stack(), weights.parameters(), arena, time, batch,
                threads);
        this.input = flow.input();
        this.stack = flow.stack();
        this.before = StackState.allocate(architecture.stack(), arena, batch);
        this.encoder = encoder;
        this.attention = encoder
                .filter(_ -> architecture.encoder().orElseThrow().attention() == Encoder.Attention.DOT)
                .map(source -> new AttentionTrace(weights, arena, time * batch, source.time()));
        this.lengths = Lengths.full(time, batch);
    }

    /**
     * Puts tokens into the window.
     *
     * @param tokens token of channel k of sequence i at time t at {@code from + (t*batch + i)*channels + k}
     * @param from where the first stands
     * @param first time in the window of the first
     * @param count number of steps
     * @throws IndexOutOfBoundsException where the window has no such steps or the array no such tokens, or where a token
     *     is none of the network's; nothing is written then
     */
    public void setTokens(int[] tokens, int from, int first, int count) {
        Objects.checkFromIndexSize(first, count, time);
        input.checkTokens("tokens", tokens, from, count * batch);
        int channels = input.input().channels();
        System.arraycopy(tokens, from, input.tokens(), first * batch * channels, count * batch * channels);
    }

    /**
     * What is read in the window, for the caller to fill.
     *
     * @return tokens and features themselves
     */
    public InputSteps input() {
        return input;
    }

    /**
     * Runs the layers over the first steps of the window, as in use.
     *
     * @param count number of steps, 1 to time
     */
    public void forward(int count) {
        forward(count, Noise.MEAN);
    }

    /**
     * Runs the layers over the first steps of the window.
     *
     * @param count number of steps, 1 to time
     * @param noise what is dropped and kept
     */
    public void forward(int count, Noise noise) {
        forward(count == lengths.time() && lengths.isFull() ? lengths : Lengths.full(count, batch), noise);
    }

    /**
     * Runs the layers over the first steps of the window, of sequences of different lengths.
     *
     * @param some how long they are, of 1 to time
     * @param noise what is dropped and kept
     * @throws IllegalArgumentException where they are of another batch
     */
    public void forward(Lengths some, Noise noise) {
        Objects.checkIndex(some.time() - 1, time);
        lengths = some;
        stack.state().copyFrom(before);
        flow.forward(lengths, noise);
        attention.ifPresent(a -> a.forward(stack.schedule(), stack.outputRows(), encoder.orElseThrow()));
    }

    /**
     * What the head reads: the last layer's output, or, with attention, ã.
     *
     * @return a row a step of a sequence, in the order of the stack's schedule
     */
    public Matrix outputRows() {
        return attention.map(AttentionTrace::output).orElseGet(stack::outputRows);
    }

    /**
     * From the gradient of what the head reads to that of the last layer's output, in place, and on the way to those of the
     * encoder's outputs and of W_ã; nothing without attention.
     *
     * @param dy in: the gradient of {@link #outputRows}; out: that of the stack's output
     * @param gradient of the network's parameters, added to
     */
    public void attentionBackward(Matrix dy, Parameters gradient) {
        attention.ifPresent(a -> a.backward(encoder.orElseThrow(), dy, dy, gradient.get(Encoder.ATTENTION)));
    }

    /**
     * Runs the head over some steps of the window.
     *
     * @param first first time
     * @param count number of steps
     * @return the logits, count*batch x n_y, this object's memory
     */
    public Matrix logits(int first, int count) {
        if (logits.isEmpty()) {
            logits = Optional.of(Sequence.allocate(arena, time, batch, weights.architecture().head().outputSize()));
        }
        Matrix out = logits.get().slice(first, count).asMatrix();
        weights.head(top(first, count), out);
        return out;
    }

    /**
     * What the head reads at some steps of the window, of sequences of one length.
     *
     * @param first first time
     * @param count number of steps
     * @return count*batch x n_a
     */
    public Matrix top(int first, int count) {
        return outputRows().rows(first * batch, count * batch);
    }

    /**
     * Moves the window on: the state after {@code steps} steps becomes the state before the first, and the tokens and
     * features after them move to the front. A layer that goes backward begins each window with a state of zero.
     *
     * @param steps how far, 0 to the time of the last run
     */
    public void carry(int steps) {
        if (steps > 0) {
            stack.copyState(steps, before);
        }
        input.moveToFront(steps, time - steps);
    }

    /** Sets the state before the first step to zero. */
    public void clearState() {
        before.clear();
    }

    /**
     * The state before the window's first step.
     *
     * @return the state itself, to be read and written between runs
     */
    public StackState state() {
        return before;
    }

    /**
     * The layers' part.
     *
     * @return their states and activations
     */
    public StackTrace stack() {
        return stack;
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
