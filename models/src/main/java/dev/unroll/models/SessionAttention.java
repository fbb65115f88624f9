package dev.unroll.models;

import dev.unroll.kernels.Activation;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.PackedMatrix;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/** A session's look at its source at each step, as {@link AttentionTrace}; a step allocates nothing. */
final class SessionAttention {
    private final EncoderWeights weights;
    private final Kernels kernels;
    private final PackedMatrix memory;
    private final PackedMatrix memoryTransposed;
    private final Matrix alpha;
    private final Matrix contextAndState;
    private final Matrix context;
    private final Matrix state;
    private final Matrix output;

    /** Of a source that an encoder has just read. */
    SessionAttention(NetworkWeights network, EncoderTrace source) {
        Arena arena = Arena.ofAuto();
        Matrix read = source.memory();
        Matrix own = Matrix.allocate(arena, read.rows(), read.cols());
        own.copyFrom(read);
        this.weights = network.encoder().orElseThrow();
        this.kernels = network.kernels();
        this.memory = kernels.pack(arena, own);
        this.memoryTransposed = kernels.packTransposed(arena, own);
        this.alpha = Matrix.allocate(arena, 1, own.rows());
        this.contextAndState = Matrix.allocate(arena, 1, 2 * own.cols());
        this.context = contextAndState.cols(0, own.cols());
        this.state = contextAndState.cols(own.cols(), own.cols());
        this.output = Matrix.allocate(arena, 1, own.cols());
    }

    /** ã from a. */
    Matrix forward(Matrix a) {
        kernels.multiply(a, memoryTransposed, alpha);
        kernels.softmax(alpha, alpha);
        kernels.multiply(alpha, memory, context);
        state.copyFrom(a);
        weights.attend(contextAndState, output);
        kernels.activate(Activation.TANH, output, output);
        return output;
    }

    /** α of the newest step, as long as the source. */
    Matrix alpha() {
        return alpha;
    }
}
