package dev.unroll.kernels;

import dev.unroll.kernels.Loops.LossLoops;
import dev.unroll.tensor.Matrix;

/** The public door of {@link Losses}. */
abstract sealed class CheckedLosses extends CheckedRows permits CheckedElements {
    private final LossLoops lossLoops;

    CheckedLosses(Team team, LoopSet loops) {
        super(team, loops);
        this.lossLoops = loops.losses();
    }

    public final void softmaxCrossEntropy(Matrix z, int[] targets, int from, Matrix weights, float smoothing,
            Matrix losses) {
        String operation = "softmaxCrossEntropy";
        out(operation, "z", z);
        checkColumns(operation, "z", z);
        checkRows(operation, "z", z, weights, losses);
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException(
                    "%s: smoothing %s; wanted 0 or more and below 1".formatted(operation, smoothing));
        }
        Checks.indices(operation, targets, from, z.rows(), z.cols());
        lossLoops.softmaxCrossEntropy(0, z.rows(), z, targets, from, weights, smoothing, losses);
    }

    public final void sigmoidCrossEntropy(Matrix z, Matrix targets, Matrix weights, Matrix losses) {
        checkTargets("sigmoidCrossEntropy", "z", z, targets, weights, losses);
        lossLoops.sigmoidCrossEntropy(0, z.rows(), z, targets, weights, losses);
    }

    public final void squaredError(Matrix y, Matrix targets, Matrix weights, Matrix losses) {
        checkTargets("squaredError", "y", y, targets, weights, losses);
        lossLoops.squaredError(0, y.rows(), y, targets, weights, losses);
    }

    private void checkTargets(String operation, String name, Matrix y, Matrix targets, Matrix weights,
            Matrix losses) {
        out(operation, name, y);
        in(operation, "targets", targets, y.rows(), y.cols(), "as the outputs");
        checkRows(operation, name, y, weights, losses);
        Checks.apart(operation, name, y, "targets", targets);
        Checks.apart(operation, "losses", losses, "targets", targets);
    }

    /** Wants a weight and room for a loss for every row. */
    private void checkRows(String operation, String name, Matrix y, Matrix weights, Matrix losses) {
        in(operation, "weights", weights, y.rows(), 1, "a number for each row");
        out(operation, "losses", losses, y.rows(), 1, "a number for each row");
        Checks.apart(operation, name, y, "weights", weights);
        Checks.apart(operation, "losses", losses, name, y);
        Checks.apart(operation, "losses", losses, "weights", weights);
    }
}
