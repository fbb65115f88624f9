package dev.unroll.kernels;

import static dev.unroll.kernels.Floats.get;
import static dev.unroll.kernels.Floats.set;

import dev.unroll.tensor.Matrix;

/** Losses and their gradients in plain loops, the sums of a row in double precision. */
final class ScalarLosses implements Loops.LossLoops {
    @Override
    public void softmaxCrossEntropy(int from, int to, Matrix z, int[] targets, int firstTarget, Matrix weights,
            float smoothing, Matrix losses) {
        int n = z.cols();
        for (int i = from; i < to; i++) {
            int target = targets[firstTarget + i];
            float weight = get(weights, i, 0);
            float max = ScalarRows.max(z, i);
            double expected = smoothing == 0
                    ? get(z, i, target) - max
                    : expected(sum(z, i) / n, get(z, i, target), max, smoothing);
            double sum = 0;
            for (int j = 0; j < n; j++) {
                float e = (float) Math.exp(get(z, i, j) - max);
                set(z, i, j, e);
                sum += e;
            }
            double factor = weight / sum;
            double share = (double) weight * smoothing / n;
            for (int j = 0; j < n; j++) {
                set(z, i, j, (float) (get(z, i, j) * factor - share));
            }
            set(z, i, target, get(z, i, target) - weight * (1 - smoothing));
            set(losses, i, 0, (float) (Math.log(sum) - expected));
        }
    }

    /** Σ_j q_j*(z_j - max), the mean of the logits and the one of the target given. */
    static double expected(double mean, float atTarget, float max, float smoothing) {
        return (1 - (double) smoothing) * ((double) atTarget - max) + smoothing * (mean - max);
    }

    private static double sum(Matrix z, int i) {
        double sum = 0;
        for (int j = 0; j < z.cols(); j++) {
            sum += get(z, i, j);
        }
        return sum;
    }

    @Override
    public void sigmoidCrossEntropy(int from, int to, Matrix z, Matrix targets, Matrix weights, Matrix losses) {
        for (int i = from; i < to; i++) {
            double loss = 0;
            for (int j = 0; j < z.cols(); j++) {
                double logit = get(z, i, j);
                double t = get(targets, i, j);
                double e = Math.exp(-Math.abs(logit));
                double sigmoid = (logit < 0 ? e : 1) / (1 + e);
                loss += Math.max(logit, 0) - logit * t + Math.log1p(e);
                set(z, i, j, (float) (get(weights, i, 0) * (sigmoid - t)));
            }
            set(losses, i, 0, (float) loss);
        }
    }

    @Override
    public void squaredError(int from, int to, Matrix y, Matrix targets, Matrix weights, Matrix losses) {
        for (int i = from; i < to; i++) {
            double loss = 0;
            for (int j = 0; j < y.cols(); j++) {
                double distance = (double) get(y, i, j) - get(targets, i, j);
                loss += distance * distance;
                set(y, i, j, (float) (get(weights, i, 0) * 2 * distance));
            }
            set(losses, i, 0, (float) loss);
        }
    }
}
