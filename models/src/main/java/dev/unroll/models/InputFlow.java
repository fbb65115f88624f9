package dev.unroll.models;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;

/** What is read at the steps of a window, its x, and a stack's run over them. */
final class InputFlow {
    private final InputSteps input;
    private final Kernels kernels;
    private final Parameters parameters;
    private final Sequence x;
    private final StackTrace stack;
    private Sequence window;

    /** Of an input whose parameters these are, for so many steps and sequences at most. */
    InputFlow(Input input, StackWeights weights, Parameters parameters, Arena arena, int time, int batch, int threads) {
        this.input = new InputSteps(input, arena, time, batch);
        this.kernels = weights.kernels();
        this.parameters = parameters;
        this.x = input instanceof Input.Features
                ? this.input.features()
                : Sequence.allocate(arena, time, batch, input instanceof Input.OneHot ? 0 : input.width());
        this.stack = new StackTrace(weights, arena, time, batch, threads);
        this.window = x;
    }

    /** Runs the stack, from its state. */
    void forward(Lengths lengths, Noise noise) {
        if (input.input() instanceof Input.OneHot) {
            stack.forward(input.tokens(), lengths, noise);
            return;
        }
        // The same slice as long as the time is the same: layers stay bound to it.
        if (window.time() != lengths.time()) {
            window = x.slice(0, lengths.time());
        }
        input.forward(kernels, parameters, window.asMatrix());
        stack.forward(window, lengths, noise);
    }

    InputSteps input() {
        return input;
    }

    StackTrace stack() {
        return stack;
    }
}
