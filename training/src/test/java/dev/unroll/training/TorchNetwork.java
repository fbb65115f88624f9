package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.Parameters.Shape;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Architecture;
import dev.unroll.models.Input;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.SoftmaxHead;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** A layer of PyTorch between one-hot tokens and a linear head: weights and gradients as PyTorch has them, run by ours. */
final class TorchNetwork {
    private static final String LAYER = "rnn.";
    private static final String HEAD = "head.";

    private final TorchLayer layer;
    private final Parameters weights;
    private final Parameters gradient;
    private final Parameters ownWeights;
    private final Parameters ownGradient;
    private final NetworkWeights packed;
    private final NetworkTrace trace;
    private final BackwardPass backward;

    /** Of the weights of a file, for windows of {@code time} steps of the file's batch. */
    TorchNetwork(GoldenFile golden, Kernels kernels, Arena arena, int time) throws IOException {
        int size = golden.size("vocabulary");
        this.layer = TorchLayer.named(golden.text("kind"));
        Cell cell = layer.kind().cell(size, golden.size("hidden"));
        SoftmaxHead head = new SoftmaxHead(cell.hiddenSize(), size);
        Architecture architecture = new Architecture(new Input.OneHot(size), List.of(cell), head);
        List<Shape> shapes = new ArrayList<>();
        layer.shapes(cell).forEach(shape -> shapes.add(shape.under(LAYER)));
        shapes.addAll(head.parameterShapes());
        this.weights = Parameters.allocate(arena, shapes);
        this.gradient = Parameters.allocate(arena, shapes);
        this.ownWeights = Parameters.allocate(arena, architecture.parameterShapes());
        this.ownGradient = Parameters.allocate(arena, architecture.parameterShapes());
        golden.read(arena, weights);
        this.packed = new NetworkWeights(architecture, kernels, arena, ownWeights, Use.TRAINING);
        this.trace = new NetworkTrace(packed, arena, time, golden.size("batch"));
        this.backward = new BackwardPass(trace, arena, ownGradient);
        weightsChanged();
    }

    Parameters weights() {
        return weights;
    }

    NetworkTrace trace() {
        return trace;
    }

    BackwardPass backward() {
        return backward;
    }

    void clearGradient() {
        ownGradient.clear();
    }

    /** What {@link #backward} has added up, as PyTorch's. */
    Parameters gradient() {
        layer.gradient(ownGradient.under(Architecture.prefix(0)), gradient.under(LAYER));
        gradient.under(HEAD).copyFrom(ownGradient.under(HEAD));
        return gradient;
    }

    void weightsChanged() {
        layer.weights(weights.under(LAYER), ownWeights.under(Architecture.prefix(0)));
        ownWeights.under(HEAD).copyFrom(weights.under(HEAD));
        packed.repack();
    }
}
