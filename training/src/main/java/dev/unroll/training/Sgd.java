package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import java.util.List;

/**
 * w -= α*g: stochastic gradient descent.
 *
 * @param rate α
 */
public record Sgd(double rate) implements Optimizer {
    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException where the rate is not above 0
     */
    public Sgd {
        Settings.positive("sgd", "rate", rate);
    }

    /**
     * Of a learning rate.
     *
     * @param rate α
     * @return the optimiser
     */
    public static Sgd of(double rate) {
        return new Sgd(rate);
    }

    @Override
    public List<String> moments() {
        return List.of();
    }

    @Override
    public void step(Kernels kernels, long t, double alpha, Parameters gradient, List<Parameters> moments,
            Parameters weights) {
        gradient.asMap().forEach((name, g) -> kernels.addScaled((float) -alpha, g, weights.get(name)));
    }
}
