package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.Arrays;

/** Bounds on gradients. */
public final class Clipping {
    /** Rows whose squares are one sum, so that who adds them up does not change a bit. */
    private static final int ROWS = 64;

    private Clipping() {}

    /**
     * g *= min(1, max/(|g| + 1e-6)), |g| = sqrt(Σ g_i^2) over all parameters. Source: Pascanu, Mikolov and Bengio, "On the
     * difficulty of training recurrent neural networks", 2013; the 1e-6 is PyTorch's.
     *
     * @param kernels who computes
     * @param gradient clipped in place
     * @param max largest norm that is left as it is
     * @return |g| before
     */
    public static double globalNorm(Kernels kernels, Parameters gradient, double max) {
        double squares = 0;
        for (Matrix g : gradient.asMap().values()) {
            squares += sumOfSquares(kernels, g);
        }
        double norm = Math.sqrt(squares);
        double factor = max / (norm + 1e-6);
        if (factor < 1) {
            gradient.asMap().values().forEach(g -> kernels.scale((float) factor, g));
        }
        return norm;
    }

    private static double sumOfSquares(Kernels kernels, Matrix g) {
        double[] sums = new double[(g.rows() + ROWS - 1) / ROWS];
        kernels.share(sums.length, (from, to) -> {
            for (int i = from; i < to; i++) {
                sums[i] = kernels.sumOfSquares(g.rows(i * ROWS, Math.min(ROWS, g.rows() - i * ROWS)));
            }
        });
        return Arrays.stream(sums).sum();
    }
}
