package dev.unroll.cli;

import dev.unroll.kernels.Kernels;
import java.io.IOException;

/** A form of reference case: how it is run, and how far what comes out is from the reference. */
sealed interface ReplayCase permits TorchCase, StackedCase, TruncatedCase, OptimizerCase {
    /**
     * How far two sorts of tensors are from the reference.
     *
     * @param outputs of the worst output
     * @param outputBound largest that is right
     * @param gradients of the worst gradient
     * @param gradientBound largest that is right
     */
    record Figures(double outputs, double outputBound, double gradients, double gradientBound) {
        private static final double OUTPUT_BOUND = 2e-5;
        private static final double GRADIENT_BOUND = 1e-4;

        /** Of a run forward and backward. */
        static Figures of(Deviation outputs, Deviation gradients) {
            return new Figures(outputs.worst(), OUTPUT_BOUND, gradients.worst(), GRADIENT_BOUND);
        }

        /** NaN is not ok. */
        boolean isOk() {
            return outputs <= outputBound && gradients <= gradientBound;
        }
    }

    /** Runs the case and compares. */
    Figures run(ReplayFile reference, Kernels kernels) throws IOException;
}
