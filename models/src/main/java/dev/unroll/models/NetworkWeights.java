package dev.unroll.models;

import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.PackedMatrix;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * The weights of a whole network, packed for a backend; see {@link dev.unroll.cells.CellWeights}. Read by any number of threads, as long as
 * none repacks.
 */
public final class NetworkWeights {
    private final Architecture architecture;
    private final Kernels kernels;
    private final Parameters parameters;
    private final StackWeights stack;
    private final PackedMatrix head;
    private final PackedMatrix headBackward;
    private final Optional<EncoderWeights> encoder;

    /**
     * Packs the weights.
     *
     * @param architecture what the network is made of
     * @param kernels who will compute
     * @param arena owner of the packed copies
     * @param parameters the architecture's
     * @param use what they are packed for
     * @throws IllegalArgumentException where the parameters are not the architecture's
     */
    public NetworkWeights(Architecture architecture, Kernels kernels, Arena arena, Parameters parameters, Use use) {
        if (!parameters.shapes().equals(architecture.parameterShapes())) {
            throw new IllegalArgumentException("weights: the parameters are %s; wanted %s"
                    .formatted(parameters.shapes(), architecture.parameterShapes()));
        }
        this.architecture = architecture;
        this.kernels = kernels;
        this.parameters = parameters;
        this.stack = StackWeights.pack(architecture.stack(), kernels, arena, parameters, use,
                architecture.input().kind());
        Matrix weight = parameters.get(architecture.head().weight());
        this.head = kernels.packTransposed(arena, weight);
        this.headBackward = use == Use.TRAINING ? kernels.pack(arena, weight) : null;
        this.encoder = architecture.encoder().map(e -> new EncoderWeights(e, kernels, arena, parameters, use));
    }

    /** Takes the parameters again, after they have changed. */
    public void repack() {
        stack.repack();
        kernels.repack(head);
        if (headBackward != null) {
            kernels.repack(headBackward);
        }
        encoder.ifPresent(EncoderWeights::repack);
    }

    /**
     * What the network is made of.
     *
     * @return the architecture
     */
    public Architecture architecture() {
        return architecture;
    }

    /**
     * Who computes.
     *
     * @return the kernels that the weights are packed for
     */
    public Kernels kernels() {
        return kernels;
    }

    /**
     * The parameters themselves.
     *
     * @return what was packed
     */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * The layers' weights.
     *
     * @return the packed weights of the stack
     */
    public StackWeights stack() {
        return stack;
    }

    /**
     * What reads a source first.
     *
     * @return the encoder's weights, if there is one
     */
    public Optional<EncoderWeights> encoder() {
        return encoder;
    }

    /**
     * logits = a·W_yᵀ + b_y.
     *
     * @param a rows x n_a
     * @param logits rows x n_y, written
     */
    public void head(Matrix a, Matrix logits) {
        kernels.fillRows(parameters.get(Head.BIAS), logits);
        kernels.addMultiply(a, head, logits);
    }

    /**
     * da = dlogits·W_y.
     *
     * @param dlogits rows x n_y
     * @param da rows x n_a, written
     */
    public void headBackward(Matrix dlogits, Matrix da) {
        kernels.multiply(dlogits, headBackward, da);
    }
}
