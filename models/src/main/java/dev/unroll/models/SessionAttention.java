package dev.unroll.models;

import dev.unroll.kernels.Activation;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.PackedMatrix;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Optional;

/** A session's look at its source at each step, as {@link AttentionTrace}; a step allocates nothing. */
final class SessionAttention {
    private final EncoderWeights weights;
    private final Kernels kernels;
    /** m, a row a step of the source: never changed, and shared by sessions that were copied. */
    private final Matrix source;
    private final PackedMatrix memory;
    private final PackedMatrix memoryTransposed;
    private final Matrix alpha;
    private final Matrix contextAndState;
    private final Matrix context;
    private final Matrix state;
    private final Matrix output;
    private boolean hasLooked;

    private SessionAttention(EncoderWeights weights, Kernels kernels, Arena arena, Matrix source, PackedMatrix memory,
            PackedMatrix memoryTransposed) {
        this.weights = weights;
        this.kernels = kernels;
        this.source = source;
        this.memory = memory;
        this.memoryTransposed = memoryTransposed;
        this.alpha = Matrix.allocate(arena, 1, source.rows());
        this.contextAndState = Matrix.allocate(arena, 1, 2 * source.cols());
        this.context = contextAndState.cols(0, source.cols());
        this.state = contextAndState.cols(source.cols(), source.cols());
        this.output = Matrix.allocate(arena, 1, source.cols());
    }

    /** Of a source that an encoder has read, whose outputs are a row a step; copied. */
    static SessionAttention of(NetworkWeights network, Matrix outputs) {
        Arena arena = Arena.ofAuto();
        Kernels kernels = network.kernels();
        Matrix own = Matrix.allocate(arena, outputs.rows(), outputs.cols());
        own.copyFrom(outputs);
        return new SessionAttention(network.encoder().orElseThrow(), kernels, arena, own, kernels.pack(arena, own),
                kernels.packTransposed(arena, own));
    }

    /** A look of another session's at the same source. */
    SessionAttention copy() {
        SessionAttention other = new SessionAttention(weights, kernels, Arena.ofAuto(), source, memory,
                memoryTransposed);
        other.alpha.copyFrom(alpha);
        other.hasLooked = hasLooked;
        return other;
    }

    /** m, a row a step of the source. */
    Matrix source() {
        return source;
    }

    /** ã from a. */
    Matrix forward(Matrix a) {
        kernels.multiply(a, memoryTransposed, alpha);
        kernels.softmax(alpha, alpha);
        kernels.multiply(alpha, memory, context);
        state.copyFrom(a);
        weights.attend(contextAndState, output);
        kernels.activate(Activation.TANH, output, output);
        hasLooked = true;
        return output;
    }

    /** α of the newest step, as long as the source; none before the first. */
    Optional<Matrix> alpha() {
        return hasLooked ? Optional.of(alpha) : Optional.empty();
    }
}
