package dev.unroll.models;

import dev.unroll.cells.CellWeights;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.PackedMatrix;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights of a whole network, packed for a backend; see {@link CellWeights}. Read by any number of threads, as long as
 * none repacks.
 */
public final class NetworkWeights {
    private final Architecture architecture;
    private final Kernels kernels;
    private final Parameters parameters;
    private final List<CellWeights> layers = new ArrayList<>();
    private final PackedMatrix head;
    private final PackedMatrix headBackward;

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
        for (int i = 0; i < architecture.layers().size(); i++) {
            InputKind kind = i == 0 ? architecture.input().kind() : InputKind.DENSE;
            layers.add(CellWeights.pack(architecture.layers().get(i), kernels, arena,
                    parameters.under(Architecture.prefix(i)), use, kind));
        }
        Matrix weight = parameters.get(SoftmaxHead.WEIGHT);
        this.head = kernels.packTransposed(arena, weight);
        this.headBackward = use == Use.TRAINING ? kernels.pack(arena, weight) : null;
    }

    /** Takes the parameters again, after they have changed. */
    public void repack() {
        layers.forEach(CellWeights::repack);
        kernels.repack(head);
        if (headBackward != null) {
            kernels.repack(headBackward);
        }
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
     * One layer's weights.
     *
     * @param i its number, from the input up
     * @return its packed weights
     */
    public CellWeights layer(int i) {
        return layers.get(i);
    }

    /**
     * logits = a·W_yᵀ + b_y.
     *
     * @param a rows x n_a
     * @param logits rows x n_y, written
     */
    public void head(Matrix a, Matrix logits) {
        kernels.fillRows(parameters.get(SoftmaxHead.BIAS), logits);
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
