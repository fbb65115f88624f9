package dev.unroll.models;

import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.PackedMatrix;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Optional;

/** The weights of an encoder and of the attention to it, packed for a backend. */
public final class EncoderWeights {
    private final Kernels kernels;
    private final Parameters parameters;
    private final StackWeights stack;
    private final Optional<PackedMatrix> attention;
    private final Optional<PackedMatrix> attentionBackward;

    EncoderWeights(Encoder encoder, Kernels kernels, Arena arena, Parameters network, Use use) {
        this.kernels = kernels;
        this.parameters = network.under(Encoder.PREFIX);
        this.stack = StackWeights.pack(encoder.stack(), kernels, arena, parameters, use, encoder.input().kind());
        Optional<Matrix> weight = encoder.attention() == Encoder.Attention.DOT
                ? Optional.of(network.get(Encoder.ATTENTION))
                : Optional.empty();
        this.attention = weight.map(w -> kernels.packTransposed(arena, w));
        this.attentionBackward = weight.filter(_ -> use == Use.TRAINING).map(w -> kernels.pack(arena, w));
    }

    void repack() {
        stack.repack();
        attention.ifPresent(kernels::repack);
        attentionBackward.ifPresent(kernels::repack);
    }

    /**
     * The layers' weights.
     *
     * @return the packed weights of the encoder's stack
     */
    public StackWeights stack() {
        return stack;
    }

    /** The encoder's parameters, by their names without {@link Encoder#PREFIX}. */
    Parameters parameters() {
        return parameters;
    }

    /** ã = [context, a]·W_ãᵀ, before the tanh. */
    void attend(Matrix contextAndState, Matrix attended) {
        kernels.multiply(contextAndState, attention.orElseThrow(), attended);
    }

    /** The gradient of [context, a]: dã·W_ã. */
    void attendBackward(Matrix dAttended, Matrix dContextAndState) {
        kernels.multiply(dAttended, attentionBackward.orElseThrow(), dContextAndState);
    }
}
