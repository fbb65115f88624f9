package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.Updates.AdamStep;
import java.util.List;

/**
 * m = β₁*m + (1 - β₁)*g; v = β₂*v + (1 - β₂)*g^2; w -= α*(m/(1 - β₁^t)) / (sqrt(v/(1 - β₂^t)) + ε). Source: Kingma and
 * Ba, "Adam: a method for stochastic optimization", 2015.
 *
 * @param rate α
 * @param beta1 β₁
 * @param beta2 β₂
 * @param epsilon ε
 */
public record Adam(double rate, double beta1, double beta2, double epsilon) implements Optimizer {
    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException where rate or ε is not above 0, or a β not in [0, 1)
     */
    public Adam {
        Settings.positive("adam", "rate", rate);
        Settings.fraction("adam", "beta1", beta1);
        Settings.fraction("adam", "beta2", beta2);
        Settings.positive("adam", "epsilon", epsilon);
    }

    /**
     * Of a learning rate, with the paper's β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
     *
     * @param rate α
     * @return the optimiser
     */
    public static Adam of(double rate) {
        return new Adam(rate, 0.9, 0.999, 1e-8);
    }

    @Override
    public List<String> moments() {
        return List.of("m", "v");
    }

    @Override
    public void step(Kernels kernels, long t, double alpha, Parameters gradient, List<Parameters> moments,
            Parameters weights) {
        AdamStep step = new AdamStep((float) (alpha / (1 - Math.pow(beta1, (double) t))), (float) beta1, (float) beta2,
                (float) (1 / Math.sqrt(1 - Math.pow(beta2, (double) t))), (float) epsilon);
        gradient.asMap().forEach((name, g) -> kernels.adam(step, g, moments.get(0).get(name), moments.get(1).get(name),
                weights.get(name)));
    }
}
