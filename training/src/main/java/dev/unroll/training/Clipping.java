package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;

/**
 * Bounds on gradients: g_i = max(-value, min(value, g_i)), then g *= min(1, norm/(|g| + 1e-6)), |g| = sqrt(Σ g_i^2) over all
 * parameters. Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013; the 1e-6
 * is PyTorch's.
 *
 * @param norm largest global norm that is left as it is, infinite for no bound
 * @param value largest element that is left as it is, infinite for no bound
 */
public record Clipping(double norm, double value) {
    /** No bounds. */
    public static final Clipping NONE = new Clipping(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException where one is not above 0
     */
    public Clipping {
        check("norm", norm);
        check("value", value);
    }

    private static void check(String name, double bound) {
        if (!(bound > 0)) {
            throw new IllegalArgumentException("clipping: %s is %s; wanted above 0".formatted(name, bound));
        }
    }

    /**
     * A bound on the global norm alone.
     *
     * @param bound on the norm
     * @return the clipping
     */
    public static Clipping norm(double bound) {
        return new Clipping(bound, Double.POSITIVE_INFINITY);
    }

    /**
     * A bound on each element alone.
     *
     * @param bound on its size
     * @return the clipping
     */
    public static Clipping value(double bound) {
        return new Clipping(Double.POSITIVE_INFINITY, bound);
    }

    /**
     * Clips a gradient.
     *
     * @param kernels who computes
     * @param gradient clipped in place
     * @return its norms before
     */
    public GradientNorms clip(Kernels kernels, Parameters gradient) {
        GradientNorms norms = GradientNorms.of(kernels, gradient);
        clip(kernels, gradient, norms);
        return norms;
    }

    /** Clips a gradient whose norms are known. */
    void clip(Kernels kernels, Parameters gradient, GradientNorms norms) {
        double global = norms.global();
        if (value < Double.POSITIVE_INFINITY) {
            gradient.asMap().values().forEach(g -> kernels.clamp((float) value, g));
            global = GradientNorms.of(kernels, gradient).global();
        }
        double factor = norm / (global + 1e-6);
        if (factor < 1) {
            gradient.asMap().values().forEach(g -> kernels.scale((float) factor, g));
        }
    }
}
