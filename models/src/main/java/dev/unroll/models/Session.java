package dev.unroll.models;

import dev.unroll.cells.CellStep;
import dev.unroll.cells.CellWeights;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One stream through a network: y_t = network(x_t), the state a_t, c_t kept from step to step. Made by {@link
 * Network#newSession}.
 *
 * <p>Any thread may use it, one at a time: a second one that comes in meanwhile gets an {@link IllegalStateException}, and
 * the state stays whole. Its memory goes when the session is garbage.
 */
public final class Session {
    private static final float[] NO_FEATURES = {};
    private static final int[] NO_TOKENS = {};

    private final NetworkWeights weights;
    /** For each layer a step from its first state to its second, and one back. */
    private final CellStep[][] steps;
    /** The hidden states that these leave. */
    private final Matrix[][] outputs;
    private final CellWeights[] layers;
    /** The state of the moment is that of {@link #way}. */
    private final StackState[] states;
    private int way;
    private final InputRow input;
    private final boolean isOneHot;
    private final boolean isFeatures;
    private final Matrix y;
    private final int[] token = new int[1];
    private final boolean isDecoder;
    private final boolean looksBack;
    /** What the source that has been read is looked at with; none before one has been. */
    private Optional<SessionAttention> attention = Optional.empty();
    private boolean hasSource;
    private final AtomicBoolean busy = new AtomicBoolean();

    Session(NetworkWeights weights) {
        Architecture architecture = weights.architecture();
        Arena arena = Arena.ofAuto();
        this.weights = weights;
        this.isDecoder = architecture.encoder().isPresent();
        this.looksBack = architecture.encoder().filter(e -> e.attention() == Encoder.Attention.DOT).isPresent();
        this.isOneHot = architecture.input() instanceof Input.OneHot;
        this.isFeatures = architecture.input() instanceof Input.Features;
        this.input = new InputRow(architecture.input(), weights.parameters(), arena);
        this.y = Matrix.allocate(arena, 1, architecture.head().outputSize());
        Stack stack = architecture.stack();
        this.states = new StackState[]{StackState.allocate(stack, arena, 1), StackState.allocate(stack, arena, 1)};
        this.steps = new CellStep[stack.layers().size()][];
        this.outputs = new Matrix[steps.length][];
        this.layers = new CellWeights[steps.length];
        for (int i = 0; i < steps.length; i++) {
            LayerState there = states[0].at(i, Way.FORWARD);
            LayerState back = states[1].at(i, Way.FORWARD);
            steps[i] = thereAndBack(stack.layers().get(i), arena, there, back);
            outputs[i] = new Matrix[]{back.hidden(), there.hidden()};
            layers[i] = weights.stack().cell(i, Way.FORWARD);
        }
    }

    private static CellStep[] thereAndBack(Layer layer, Arena arena, LayerState there, LayerState back) {
        Matrix z = Matrix.allocate(arena, 1, layer.cell().gateSize());
        Matrix saved = Matrix.allocate(arena, 1, layer.cell().savedSize());
        LayerNoise mean = new LayerNoise(layer.regularization(layer.regularization().recurrentDropout(0)), arena, 1, 1);
        return new CellStep[]{mean.step(z, saved, 0, 0, there, back), mean.step(z, saved, 0, 0, back, there)};
    }

    Architecture architecture() {
        return weights.architecture();
    }

    /**
     * One step with a token.
     *
     * @param id index of the token, 0 to the network's inputSize
     * @param output y: for a softmax head the probabilities of the classes; length outputSize, written
     * @throws IndexOutOfBoundsException for another index
     * @throws IllegalArgumentException where the array has another length, or the network reads features
     * @throws IllegalStateException where another thread is in the session, or the network is closed
     */
    public void step(int id, float[] output) {
        step(id, output, weights.architecture().head().kind());
    }

    /**
     * One step with a token to z = W_y·a + b_y, what the head is about to make its answer of: a logarithm of a probability
     * that is z_i - log Σ_j exp(z_j) stays finite where the probability itself underflows.
     *
     * @param id index of the token, 0 to the network's inputSize
     * @param logits z, length outputSize, written
     * @throws IndexOutOfBoundsException for another index
     * @throws IllegalArgumentException where the array has another length, or the network reads features
     * @throws IllegalStateException where another thread is in the session, or the network is closed
     */
    public void stepToLogits(int id, float[] logits) {
        step(id, logits, Head.Kind.LINEAR);
    }

    private void step(int id, float[] output, Head.Kind kind) {
        Sizes.checkLength("step", "output", output, y.cols());
        if (isFeatures) {
            throw new IllegalArgumentException("step: a token for a network that reads features; wanted a float[]");
        }
        enter();
        try {
            token[0] = id;
            input.check(token, 1, NO_FEATURES);
            input.set(weights.kernels(), token, NO_FEATURES);
            run(output, kind);
        } finally {
            busy.set(false);
        }
    }

    /**
     * One step with features.
     *
     * @param features length inputSize
     * @param output y: for a softmax head the probabilities of the classes; length outputSize, written
     * @throws IllegalArgumentException where an array has another length, or the network reads tokens
     * @throws IllegalStateException where another thread is in the session, or the network is closed
     */
    public void step(float[] features, float[] output) {
        if (!isFeatures) {
            throw new IllegalArgumentException("step: features for a network that reads tokens; wanted an index");
        }
        step(NO_TOKENS, features, output);
    }

    /**
     * One step with tokens and features side by side; see {@link Input.Joined}.
     *
     * @param tokens index of a token for each part that reads one, in their order
     * @param features those of all parts, in their order
     * @param output y: for a softmax head the probabilities of the classes; length outputSize, written
     * @throws IndexOutOfBoundsException for a token that is none of its part's
     * @throws IllegalArgumentException where an array has another length
     * @throws IllegalStateException where another thread is in the session, or the network is closed
     */
    public void step(int[] tokens, float[] features, float[] output) {
        Sizes.checkLength("step", "output", output, y.cols());
        input.check(tokens, tokens.length, features);
        enter();
        try {
            input.set(weights.kernels(), tokens, features);
            run(output, weights.architecture().head().kind());
        } finally {
            busy.set(false);
        }
    }

    private void run(float[] output, Head.Kind kind) {
        if (isDecoder && !hasSource) {
            throw new IllegalStateException("step: no source has been read; wanted begin(source) first");
        }
        Kernels kernels = weights.kernels();
        if (isOneHot) {
            layers[0].input(input.token(), 0, steps[0][way].trace().z());
        }
        for (int i = 0; i < steps.length; i++) {
            CellStep step = steps[i][way];
            CellWeights layer = layers[i];
            if (i > 0) {
                step.forward(kernels, layer, outputs[i - 1][way]);
            } else if (isOneHot) {
                step.forward(kernels, layer);
            } else {
                step.forward(kernels, layer, input.x());
            }
        }
        Matrix top = outputs[steps.length - 1][way];
        weights.head(looksBack ? attention.orElseThrow().forward(top) : top, y);
        kind.apply(kernels, y);
        way = 1 - way;
        y.copyTo(output);
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
        Encoder encoder = weights.architecture().encoder()
                .orElseThrow(() -> new IllegalStateException("begin: a source for a network without an encoder"));
        int count = tokens.length > 0 ? tokens[0].length : features.length;
        checkSource(encoder.input(), count, tokens, features);
        enter();
        try (Arena arena = Arena.ofShared()) {
            EncoderTrace trace = new EncoderTrace(weights, arena, count, 1, weights.kernels().threads());
            trace.input().set(0, tokens, features);
            trace.forward(Lengths.full(count, 1), Noise.MEAN);
            attention = looksBack ? Optional.of(new SessionAttention(weights, trace)) : Optional.empty();
            trace.copyState(states[way]);
            hasSource = true;
        } finally {
            busy.set(false);
        }
    }

    private static void checkSource(Input input, int count, int[][] tokens, float[][] features) {
        if (count == 0) {
            throw new IllegalArgumentException("begin: a source without a step; wanted one or more");
        }
        if (tokens.length != input.channels() || features.length != (input.features() > 0 ? count : 0)) {
            throw new IllegalArgumentException("begin: %d tokens and %s features a step for an encoder that reads %s"
                    .formatted(tokens.length, features.length > 0 ? "some" : "no", input));
        }
        for (int k = 0; k < tokens.length; k++) {
            if (tokens[k].length != count) {
                throw new IllegalArgumentException(
                        "begin: %d tokens of channel %d; wanted %d".formatted(tokens[k].length, k, count));
            }
            int size = input.tokens(k);
            for (int token : tokens[k]) {
                Sizes.checkToken("begin", token, size);
            }
        }
        for (float[] step : features) {
            Sizes.checkLength("begin", "features", step, input.features());
        }
    }

    /**
     * How much each step of the source counted at the newest step: α, which sums to 1.
     *
     * @return as long as the source
     * @throws IllegalStateException where the network has no attention, no source has been read, or another thread is in the
     *     session
     */
    public float[] attention() {
        enter();
        try {
            return attention
                    .orElseThrow(() -> new IllegalStateException("attention: %s".formatted(
                            looksBack ? "no source has been read" : "the network has none")))
                    .alpha().toArray();
        } finally {
            busy.set(false);
        }
    }

    private void enter() {
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
            destination.copyFrom(states[way]);
        } finally {
            busy.set(false);
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
            states[way].copyFrom(source);
        } finally {
            busy.set(false);
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
            states[way].clear();
            attention = Optional.empty();
            hasSource = false;
        } finally {
            busy.set(false);
        }
    }
}
