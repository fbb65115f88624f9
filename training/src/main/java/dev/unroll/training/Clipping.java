package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;

/** Bounds on gradients. */
public final class Clipping {
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
            squares += kernels.sumOfSquares(g);
        }
        double norm = Math.sqrt(squares);
        double factor = max / (norm + 1e-6);
        if (factor < 1) {
            gradient.asMap().values().forEach(g -> kernels.scale((float) factor, g));
        }
        return norm;
    }
}
