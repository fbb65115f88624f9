package dev.unroll.kernels;

import static dev.unroll.kernels.SharedLoops.ELEMENTS;
import static dev.unroll.kernels.SharedLoops.GATES;
import static dev.unroll.kernels.SharedLoops.size;

import dev.unroll.kernels.Loops.LossLoops;
import dev.unroll.tensor.Matrix;

/** {@link Losses}, shared. */
record SharedLosses(SharedCall call, LossLoops alone) implements LossLoops {
    @Override
    public void softmaxCrossEntropy(int from, int to, Matrix z, int[] targets, int firstTarget, Matrix weights,
            float smoothing, Matrix losses) {
        if (!call.enter(size(z), GATES)) {
            alone.softmaxCrossEntropy(from, to, z, targets, firstTarget, weights, smoothing, losses);
            return;
        }
        call.operands(z, weights, losses).indices(targets, firstTarget).factor = smoothing;
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.losses().softmaxCrossEntropy(i, j, c.a, c.ids, c.first, c.b,
                c.factor, c.c));
    }

    @Override
    public void sigmoidCrossEntropy(int from, int to, Matrix z, Matrix targets, Matrix weights, Matrix losses) {
        if (!call.enter(size(z), GATES)) {
            alone.sigmoidCrossEntropy(from, to, z, targets, weights, losses);
            return;
        }
        call.operands(z, targets, weights, losses);
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.losses().sigmoidCrossEntropy(i, j, c.a, c.b, c.c, c.d));
    }

    @Override
    public void squaredError(int from, int to, Matrix y, Matrix targets, Matrix weights, Matrix losses) {
        if (!call.enter(size(y), ELEMENTS)) {
            alone.squaredError(from, to, y, targets, weights, losses);
            return;
        }
        call.operands(y, targets, weights, losses);
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.losses().squaredError(i, j, c.a, c.b, c.c, c.d));
    }
}
