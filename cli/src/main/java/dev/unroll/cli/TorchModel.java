package dev.unroll.cli;

import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.Parameters.Shape;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Architecture;
import dev.unroll.models.Input;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Head;
import dev.unroll.models.Stack;
import dev.unroll.models.TorchFormat;
import dev.unroll.training.Loss.CrossEntropy;
import dev.unroll.training.Loss.Reduction;
import dev.unroll.training.TruncatedBptt;
import dev.unroll.training.UnrolledNetwork;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** A recurrent module of PyTorch between one-hot tokens and a linear head: weights and gradients as PyTorch has them. */
final class TorchModel {
    private static final String MODULE = "rnn.";
    private static final String HEAD = "head.";

    private final Stack stack;
    private final Parameters weights;
    private final Parameters gradient;
    private final Parameters ownWeights;
    private final Parameters ownGradient;
    private final NetworkWeights packed;
    private final UnrolledNetwork unrolled;

    /** Of the weights of a file and its batch. */
    TorchModel(ReplayFile reference, Kernels kernels, Arena arena, TruncatedBptt bptt) throws IOException {
        int size = reference.size("vocabulary");
        this.stack = TorchFormat
                .read(reference.reader(), MODULE, TorchCase.activation(reference.text("kind")), arena).stack();
        Head head = new Head(Head.Kind.SOFTMAX, stack.outputSize(), size);
        Architecture architecture = new Architecture(new Input.OneHot(size), stack, head);
        List<Shape> shapes = new ArrayList<>();
        TorchFormat.shapes(stack).forEach(shape -> shapes.add(shape.under(MODULE)));
        shapes.addAll(head.parameterShapes());
        this.weights = Parameters.allocate(arena, shapes);
        this.gradient = Parameters.allocate(arena, shapes);
        this.ownWeights = Parameters.allocate(arena, architecture.parameterShapes());
        this.ownGradient = Parameters.allocate(arena, architecture.parameterShapes());
        reference.read("", weights);
        this.packed = new NetworkWeights(architecture, kernels, arena, ownWeights, Use.TRAINING);
        this.unrolled = new UnrolledNetwork(packed, arena, new CrossEntropy(Reduction.SUM), bptt,
                reference.size("batch"), 1, ownGradient);
        takeWeights();
    }

    Parameters weights() {
        return weights;
    }

    UnrolledNetwork unrolled() {
        return unrolled;
    }

    void clearGradient() {
        ownGradient.clear();
    }

    /** What {@link #unrolled} has added up, as PyTorch's. */
    Parameters gradient() {
        TorchFormat.gradientToTheirs(stack, ownGradient, gradient.under(MODULE));
        gradient.under(HEAD).copyFrom(ownGradient.under(HEAD));
        return gradient;
    }

    /** Takes {@link #weights} again, after they have changed. */
    void takeWeights() {
        TorchFormat.toOurs(stack, weights.under(MODULE), ownWeights);
        ownWeights.under(HEAD).copyFrom(weights.under(HEAD));
        packed.repack();
    }
}
