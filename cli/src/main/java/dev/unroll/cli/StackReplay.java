package dev.unroll.cli;

import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Lengths;
import dev.unroll.models.Stack;
import dev.unroll.models.StackState;
import dev.unroll.models.StackTrace;
import dev.unroll.models.StackWeights;
import dev.unroll.tensor.Sequence;
import dev.unroll.training.StackBackward;
import java.io.IOException;
import java.lang.foreign.Arena;

/** A stack forward and backward under the loss sum(y*dy) + sum(a_T*da) + sum(c_T*dc). */
final class StackReplay {
    private final ReplayFile reference;
    private final Stack stack;
    private final Lengths lengths;
    private final Sequence x;
    private final Arena arena;
    private final StackTrace trace;
    private final StackBackward backward;
    private final Parameters gradient;

    StackReplay(ReplayFile reference, Kernels kernels, Arena arena, Stack stack, Parameters weights)
            throws IOException {
        int time = reference.size("time");
        int batch = reference.size("batch");
        this.reference = reference;
        this.stack = stack;
        this.arena = arena;
        this.lengths = reference.lengths(time, batch);
        this.x = reference.sequence(arena, "x", time, batch, stack.inputSize());
        this.trace = new StackTrace(StackWeights.pack(stack, kernels, arena, weights, Use.TRAINING, InputKind.DENSE),
                arena, time, batch);
        this.gradient = Parameters.allocate(arena, stack.parameterShapes());
        this.backward = new StackBackward(trace, arena, gradient, StackBackward.Reach.INPUT);
    }

    /** The state: before {@link #forward} that of the begin, after it that of the end. */
    StackState state() {
        return trace.state();
    }

    /** The gradient of the state: before {@link #backward} that of the end, after it that of the begin. */
    StackState dState() {
        return backward.dState();
    }

    void forward(Deviation outputs) throws IOException {
        trace.forward(x, lengths);
        outputs.add(reference, "y", trace.output().asMatrix());
    }

    void backward(Deviation gradients) throws IOException {
        Sequence dy = reference.sequence(arena, "dy", lengths.time(), lengths.batch(), stack.outputSize());
        backward.setDy(dy);
        backward.backward();
        Sequence dx = Sequence.allocate(arena, lengths.time(), lengths.batch(), stack.inputSize());
        backward.getDx(dx);
        gradients.add(reference, "grad.x", dx.asMatrix());
    }

    Parameters gradient() {
        return gradient;
    }
}
