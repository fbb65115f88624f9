package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Encoder;
import dev.unroll.models.EncoderTrace;
import dev.unroll.models.StackState;
import java.lang.foreign.Arena;

/**
 * From the gradients of the states that a decoder began with, and by way of attention of the encoder's outputs, to those of
 * the encoder's weights.
 */
final class SourceBackward {
    private final EncoderTrace trace;
    private final Kernels kernels;
    private final Parameters gradient;
    private final boolean hasTables;
    private final StackBackward stack;

    SourceBackward(EncoderTrace trace, Encoder encoder, Kernels kernels, Arena arena, Parameters network) {
        this.trace = trace;
        this.kernels = kernels;
        this.gradient = network.under(Encoder.PREFIX);
        this.hasTables = !encoder.input().parameterShapes().isEmpty();
        this.stack = new StackBackward(trace.stack(), arena, gradient,
                hasTables ? StackBackward.Reach.INPUT : StackBackward.Reach.WEIGHTS);
    }

    /** Adds the gradients, given that of the decoder's first state. */
    void backward(StackState decoder) {
        EncoderTrace.copyStateBackward(decoder, stack.dState());
        trace.outputGradient(stack.dy().rows(0, trace.stack().schedule().size()));
        stack.backward();
        if (hasTables) {
            trace.input().backward(kernels, trace.stack().schedule(), stack.dx(), gradient);
        }
    }
}
