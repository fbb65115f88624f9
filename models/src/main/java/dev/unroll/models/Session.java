package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One stream through a network: y_t = network(x_t), the state a_t, c_t kept from step to step. Made by {@link
 * Network#newSession}.
 *
 * <p>Any thread may use it, one at a time: a second one that comes in meanwhile gets an {@link IllegalStateException}, and
 * the state stays whole. It is its state, on the heap, and a few hundred bytes; there is nothing to close. With attention it
 * holds the source that it has read too, off the heap, until the session is garbage or begins anew. Steps and runs allocate
 * nothing.
 *
 * <p>Outputs go to arrays or to memory segments: those of direct or mapped buffers ({@link MemorySegment#ofBuffer}), of an
 * arena or of an array, of any alignment, with floats in the machine's order of bytes.
 */
public final class Session {
    private static final float[] NO_FEATURES = {};
    private static final int[] NO_TOKENS = {};

    private final StepPool pool;
    private final StreamState state;
    /** What the source that has been read is looked at with; none before one has been, or without attention. */
    private Optional<SessionAttention> attention = Optional.empty();
    private boolean hasSource;
    private final int[] token = new int[1];
    private final AtomicBoolean busy = new AtomicBoolean();

    Session(StepPool pool) {
        this(pool, StreamState.zero(pool.stateSize()));
    }

    private Session(StepPool pool, StreamState state) {
        this.pool = pool;
        this.state = state;
    }

    Architecture architecture() {
        return pool.weights().architecture();
    }

    /**
     * One step with a token.
     *
     * @param id index of the token, 0 to the network's inputSize
     * @param output y: for a softmax head the probabilities of the classes; length outputSize, written
     * @throws IndexOutOfBoundsException for another index
     * @throws IllegalArgumentException where the array has another length, or the network reads features
     * @throws IllegalStateException where another thread is in the session, or the network is closed; the state is as it was
     */
    public void step(int id, float[] output) {
        step(id, output, headKind());
    }

    /**
     * One step with a token to z = W_y·a + b_y, what the head is about to make its answer of: a logarithm of a probability
     * that is z_i - log Σ_j exp(z_j) stays finite where the probability itself underflows.
     *
     * @param id index of the token, 0 to the network's inputSize
     * @param logits z, length outputSize, written
     * @throws IndexOutOfBoundsException for another index
     * @throws IllegalArgumentException where the array has another length, or the network reads features
     * @throws IllegalStateException as {@link #step(int, float[])}
     */
    public void stepToLogits(int id, float[] logits) {
        step(id, logits, Head.Kind.LINEAR);
    }

    private void step(int id, float[] output, Head.Kind kind) {
        pool.check().checkOutput(output);
        StackStep step = beginToken(id);
        try {
            forward(step, token, NO_FEATURES, kind, output, 0);
        } finally {
            end(step);
        }
    }

    /**
     * One step with a token, its output to a segment.
     *
     * @param id index of the token, 0 to the network's inputSize
     * @param output y, outputSize floats, written
     * @throws IndexOutOfBoundsException for another index
     * @throws IllegalArgumentException where the segment has another size or is read-only, or the network reads features
     * @throws IllegalStateException as {@link #step(int, float[])}, or where the segment is closed
     * @throws WrongThreadException where the segment is another thread's; the state is as it was
     */
    public void step(int id, MemorySegment output) {
        pool.check().checkOutputs("step", output, 1);
        StackStep step = beginToken(id);
        try {
            forward(step, token, NO_FEATURES, headKind(), output, 0);
        } finally {
            end(step);
        }
    }

    private StackStep beginToken(int id) {
        if (architecture().input() instanceof Input.Features) {
            throw new IllegalArgumentException("step: a token for a network that reads features; wanted a float[]");
        }
        StackStep step = begin();
        boolean done = false;
        try {
            token[0] = id;
            pool.check().check(token, NO_FEATURES);
            done = true;
            return step;
        } finally {
            if (!done) {
                end(step);
            }
        }
    }

    /**
     * One step with features.
     *
     * @param features length inputSize
     * @param output y: for a softmax head the probabilities of the classes; length outputSize, written
     * @throws IllegalArgumentException where an array has another length, or the network reads tokens
     * @throws IllegalStateException as {@link #step(int, float[])}
     */
    public void step(float[] features, float[] output) {
        checkReadsFeatures("step");
        step(NO_TOKENS, features, output);
    }

    /**
     * One step with features, its output to a segment.
     *
     * @param features length inputSize
     * @param output y, outputSize floats, written
     * @throws IllegalArgumentException where the array has another length or the segment another size or is read-only, or the
     *     network reads tokens
     * @throws IllegalStateException as {@link #step(int, MemorySegment)}
     * @throws WrongThreadException as {@link #step(int, MemorySegment)}
     */
    public void step(float[] features, MemorySegment output) {
        checkReadsFeatures("step");
        step(NO_TOKENS, features, output);
    }

    private void checkReadsFeatures(String operation) {
        if (!(architecture().input() instanceof Input.Features)) {
            throw new IllegalArgumentException(
                    operation + ": features for a network that reads tokens; wanted an index");
        }
    }

    /**
     * One step with tokens and features side by side; see {@link Input.Joined}.
     *
     * @param tokens index of a token for each part that reads one, in their order
     * @param features those of all parts, in their order
     * @param output y: for a softmax head the probabilities of the classes; length outputSize, written
     * @throws IndexOutOfBoundsException for a token that is none of its part's
     * @throws IllegalArgumentException where an array has another length
     * @throws IllegalStateException as {@link #step(int, float[])}
     */
    public void step(int[] tokens, float[] features, float[] output) {
        pool.check().checkOutput(output);
        pool.check().check(tokens, features);
        StackStep step = begin();
        try {
            forward(step, tokens, features, headKind(), output, 0);
        } finally {
            end(step);
        }
    }

    /**
     * One step with tokens and features side by side, its output to a segment.
     *
     * @param tokens index of a token for each part that reads one, in their order
     * @param features those of all parts, in their order
     * @param output y, outputSize floats, written
     * @throws IndexOutOfBoundsException for a token that is none of its part's
     * @throws IllegalArgumentException where an array has another length or the segment another size or is read-only
     * @throws IllegalStateException as {@link #step(int, MemorySegment)}
     * @throws WrongThreadException as {@link #step(int, MemorySegment)}
     */
    public void step(int[] tokens, float[] features, MemorySegment output) {
        pool.check().checkOutputs("step", output, 1);
        pool.check().check(tokens, features);
        StackStep step = begin();
        try {
            forward(step, tokens, features, headKind(), output, 0);
        } finally {
            end(step);
        }
    }

    /**
     * Steps over a sequence of tokens, y_t = network(x_t).
     *
     * @param tokens indices, one a step
     * @param outputs y_0, y_1, ... one after the other; length tokens*outputSize, written
     * @throws IndexOutOfBoundsException for a token that is none of the network's; nothing has been read then
     * @throws IllegalArgumentException where the array has another length, or the network reads something else
     * @throws IllegalStateException where another thread is in the session, or the network is closed
     */
    public void run(int[] tokens, float[] outputs) {
        int size = outputSize();
        Sizes.checkLength("run", "outputs", outputs, (long) tokens.length * size);
        pool.check().checkTokens("run", tokens);
        StackStep step = begin();
        try {
            for (int t = 0; t < tokens.length; t++) {
                token[0] = tokens[t];
                forward(step, token, NO_FEATURES, headKind(), outputs, t * size);
            }
        } finally {
            end(step);
        }
    }

    /**
     * Steps over a sequence of tokens, their outputs to a segment.
     *
     * @param tokens indices, one a step
     * @param outputs y_0, y_1, ... one after the other; tokens*outputSize floats, written
     * @throws IndexOutOfBoundsException for a token that is none of the network's; nothing has been read then
     * @throws IllegalArgumentException where the segment has another size or is read-only, or the network reads something
     *     else
     * @throws IllegalStateException as {@link #step(int, MemorySegment)}
     * @throws WrongThreadException as {@link #step(int, MemorySegment)}
     */
    public void run(int[] tokens, MemorySegment outputs) {
        pool.check().checkOutputs("run", outputs, tokens.length);
        pool.check().checkTokens("run", tokens);
        StackStep step = begin();
        try {
            for (int t = 0; t < tokens.length; t++) {
                token[0] = tokens[t];
                forward(step, token, NO_FEATURES, headKind(), outputs, (long) t * outputSize());
            }
        } finally {
            end(step);
        }
    }

    /**
     * Steps over a sequence of features, y_t = network(x_t).
     *
     * @param features [T][inputSize]
     * @param outputs y_0, y_1, ... one after the other; length T*outputSize, written
     * @throws IllegalArgumentException where an array has another length, or the network reads something else; nothing has
     *     been read then
     * @throws IllegalStateException where another thread is in the session, or the network is closed
     */
    public void run(float[][] features, float[] outputs) {
        checkReadsFeatures("run");
        int size = outputSize();
        Sizes.checkLength("run", "outputs", outputs, (long) features.length * size);
        checkFeatures(features);
        StackStep step = begin();
        try {
            for (int t = 0; t < features.length; t++) {
                forward(step, NO_TOKENS, features[t], headKind(), outputs, t * size);
            }
        } finally {
            end(step);
        }
    }

    /**
     * Steps over a sequence of features, their outputs to a segment.
     *
     * @param features [T][inputSize]
     * @param outputs y_0, y_1, ... one after the other; T*outputSize floats, written
     * @throws IllegalArgumentException where an array has another length or the segment another size or is read-only, or the
     *     network reads something else; nothing has been read then
     * @throws IllegalStateException as {@link #step(int, MemorySegment)}
     * @throws WrongThreadException as {@link #step(int, MemorySegment)}
     */
    public void run(float[][] features, MemorySegment outputs) {
        checkReadsFeatures("run");
        pool.check().checkOutputs("run", outputs, features.length);
        checkFeatures(features);
        StackStep step = begin();
        try {
            for (int t = 0; t < features.length; t++) {
                forward(step, NO_TOKENS, features[t], headKind(), outputs, (long) t * outputSize());
            }
        } finally {
            end(step);
        }
    }

    private void checkFeatures(float[][] features) {
        for (float[] x : features) {
            pool.check().check(NO_TOKENS, x);
        }
    }

    /**
     * Reads a sequence of tokens, a prompt say, and says what comes behind the last: as so many steps, of which only the last
     * goes through the head.
     *
     * @param tokens indices, one or more
     * @param output y behind the last; length outputSize, written
     * @throws IndexOutOfBoundsException for a token that is none of the network's; nothing has been read then
     * @throws IllegalArgumentException where there is no token, the array has another length, or the network reads something
     *     else
     * @throws IllegalStateException where another thread is in the session, or the network is closed
     */
    public void read(int[] tokens, float[] output) {
        pool.check().checkOutput(output);
        Sizes.check("read", "number of tokens", tokens.length);
        pool.check().checkTokens("read", tokens);
        StackStep step = begin();
        try {
            int last = tokens.length - 1;
            for (int t = 0; t < last; t++) {
                token[0] = tokens[t];
                load(step, 0, token, NO_FEATURES);
                step.run();
                store(step, 0);
            }
            token[0] = tokens[last];
            forward(step, token, NO_FEATURES, headKind(), output, 0);
        } finally {
            end(step);
        }
    }

    private int outputSize() {
        return architecture().head().outputSize();
    }

    private Head.Kind headKind() {
        return architecture().head().kind();
    }

    /** Keeps others out until {@link #end}, and takes a workspace. */
    private StackStep begin() {
        enter();
        boolean done = false;
        try {
            checkSource();
            StackStep step = pool.take();
            done = true;
            return step;
        } finally {
            if (!done) {
                leave();
            }
        }
    }

    private void end(StackStep step) {
        try {
            pool.give(step);
        } finally {
            leave();
        }
    }

    /** One step, and the output from one float on. The state comes last: where the output cannot be written, it stays. */
    private void forward(StackStep step, int[] tokens, float[] features, Head.Kind kind, float[] output, int at) {
        StackStep.copyRow(said(step, tokens, features, kind), 0, output, at);
        store(step, 0);
    }

    private void forward(StackStep step, int[] tokens, float[] features, Head.Kind kind, MemorySegment output,
            long at) {
        StackStep.copyRow(said(step, tokens, features, kind), 0, output, at);
        store(step, 0);
    }

    private Matrix said(StackStep step, int[] tokens, float[] features, Head.Kind kind) {
        load(step, 0, tokens, features);
        Matrix top = step.run();
        return step.head(attention.isPresent() ? attention.get().forward(top) : top, kind);
    }

    /** Checks that a step may be made, but for what it reads. */
    void checkSource() {
        if (!hasSource && architecture().encoder().isPresent()) {
            throw new IllegalStateException("step: no source has been read; wanted begin(source) first");
        }
    }

    /** Checks what a step reads, and where it writes. */
    StepCheck check() {
        return pool.check();
    }

    /** Makes a checked step's stream one of those side by side. */
    void load(StackStep step, int row, int[] tokens, float[] features) {
        step.input().set(row, tokens, features);
        state.load(step.before(), row);
    }

    /** Takes the state after a step. */
    void store(StackStep step, int row) {
        step.store(state, row);
    }

    /** The state itself. */
    StreamState state() {
        return state;
    }

    /** What its source is looked at with. */
    Optional<SessionAttention> lookBack() {
        return attention;
    }

    /** Whether it is of a network. */
    boolean isOf(Network network) {
        return pool.weights() == network.weights();
    }

    /**
     * Begins with a source: the encoder reads the whole of it, and its states become the session's. Takes memory, unlike a
     * step.
     *
     * @param source the tokens that the encoder reads, one or more
     * @throws IndexOutOfBoundsException for a token that is none of the encoder's
     * @throws IllegalArgumentException where the source has no step, or the encoder reads something else than a token a step
     * @throws IllegalStateException where the network has no encoder, another thread is in the session, or the network is
     *     closed
     */
    public void begin(int[] source) {
        begin(new int[][]{source}, new float[0][]);
    }

    /**
     * Begins with a source of features, as {@link #begin(int[])}.
     *
     * @param source the features that the encoder reads at each step, one step or more
     * @throws IllegalArgumentException where the source has no step, a step has another number of features, or the encoder
     *     reads something else
     * @throws IllegalStateException where the network has no encoder, another thread is in the session, or the network is
     *     closed
     */
    public void begin(float[][] source) {
        begin(new int[0][], source);
    }

    /**
     * Begins with a source of tokens and features side by side, as {@link #begin(int[])}.
     *
     * @param tokens [channels][S]
     * @param features [S][n], or an empty array where the encoder reads none
     * @throws IndexOutOfBoundsException for a token that is none of the encoder's
     * @throws IllegalArgumentException where the source has no step, or is not what the encoder reads
     * @throws IllegalStateException where the network has no encoder, another thread is in the session, or the network is
     *     closed
     */
    public void begin(int[][] tokens, float[][] features) {
        Encoder encoder = architecture().encoder()
                .orElseThrow(() -> new IllegalStateException("begin: a source for a network without an encoder"));
        int count = tokens.length > 0 ? tokens[0].length : features.length;
        SourceCheck.check(encoder.input(), count, tokens, features);
        enter();
        try (Arena arena = Arena.ofShared()) {
            NetworkWeights weights = pool.weights();
            EncoderTrace trace = new EncoderTrace(weights, arena, count, 1, weights.kernels().threads());
            trace.input().set(0, tokens, features);
            trace.forward(Lengths.full(count, 1), Noise.MEAN);
            Optional<SessionAttention> newAttention = encoder.attention() == Encoder.Attention.DOT
                    ? Optional.of(SessionAttention.of(weights, trace.memory()))
                    : Optional.empty();
            StackState end = StackState.allocate(weights.architecture().stack(), arena, 1);
            trace.copyState(end);
            state.store(end.ofOneStream(weights.architecture().stack()), 0);
            attention = newAttention;
            hasSource = true;
        } finally {
            leave();
        }
    }

    /**
     * How much each step of the source counted at the newest step: α, which sums to 1.
     *
     * @return as long as the source
     * @throws IllegalStateException where the network has no attention, no source has been read or no step made since, or
     *     another thread is in the session
     */
    public float[] attention() {
        enter();
        try {
            return attention
                    .orElseThrow(() -> new IllegalStateException("attention: %s".formatted(
                            looksBack() ? "no source has been read" : "the network has none")))
                    .alpha()
                    .orElseThrow(() -> new IllegalStateException("attention: no step has been made since begin"))
                    .toArray();
        } finally {
            leave();
        }
    }

    private boolean looksBack() {
        return architecture().encoder().filter(e -> e.attention() == Encoder.Attention.DOT).isPresent();
    }

    /** Keeps others out until {@link #leave}. */
    void enter() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("session: another thread is in it; wanted one at a time");
        }
    }

    /**
     * Copies the state, to be restored later, here or in another session of the network.
     *
     * @param destination of the network's stack and a batch of 1, written
     * @throws IllegalArgumentException where it is of other layers or of another batch
     * @throws IllegalStateException where another thread is in the session
     */
    public void save(StackState destination) {
        enter();
        try {
            state.load(destination.ofOneStream(architecture().stack()), 0);
        } finally {
            leave();
        }
    }

    /**
     * Takes a state that was saved.
     *
     * @param source of the network's stack and a batch of 1
     * @throws IllegalArgumentException where it is of other layers or of another batch; the session's own stays then
     * @throws IllegalStateException where another thread is in the session
     */
    public void restore(StackState source) {
        enter();
        try {
            state.store(source.ofOneStream(architecture().stack()), 0);
        } finally {
            leave();
        }
    }

    /**
     * A second stream that goes on from where this one is: a branch.
     *
     * @return a session with the same state and source, of the same network
     * @throws IllegalStateException where another thread is in the session
     */
    public Session copy() {
        enter();
        try {
            Session other = new Session(pool, state.copy());
            other.attention = attention.map(SessionAttention::copy);
            other.hasSource = hasSource;
            return other;
        } finally {
            leave();
        }
    }

    /**
     * The stream as bytes, for {@link #restore(byte[])} in this process or another one that has the same network.
     *
     * @return state and source
     * @throws IllegalStateException where another thread is in the session
     */
    public byte[] toBytes() {
        enter();
        try {
            return new SessionBytes(state.values(),
                    attention.map(SessionAttention::source).map(Matrix::toArray).orElse(new float[0]), hasSource)
                    .encode(architecture().stack());
        } finally {
            leave();
        }
    }

    /**
     * Goes on with the stream that {@link #toBytes} wrote.
     *
     * @param bytes what it wrote
     * @throws IllegalArgumentException where they are no session's, damaged, or of other layers; this session is as it was then
     * @throws IllegalStateException where another thread is in the session
     */
    public void restore(byte[] bytes) {
        int width = looksBack() ? architecture().encoder().orElseThrow().stack().outputSize() : 0;
        SessionBytes read = SessionBytes.decode(architecture().stack(), width, bytes);
        enter();
        try (Arena arena = Arena.ofConfined()) {
            if (read.hasSource() && width > 0) {
                Matrix source = Matrix.allocate(arena, read.source().length / width, width);
                source.copyFrom(read.source());
                attention = Optional.of(SessionAttention.of(pool.weights(), source));
            } else {
                attention = Optional.empty();
            }
            hasSource = read.hasSource();
            state.copyFrom(read.state());
        } finally {
            leave();
        }
    }

    /**
     * Sets the state to zero, and forgets the source.
     *
     * @throws IllegalStateException where another thread is in the session
     */
    public void reset() {
        enter();
        try {
            state.clear();
            attention = Optional.empty();
            hasSource = false;
        } finally {
            leave();
        }
    }

    void leave() {
        busy.set(false);
    }
}
