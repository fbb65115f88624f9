package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.Updates.RmsPropStep;
import java.util.List;

/**
 * v = ρ*v + (1 - ρ)*g^2; w -= α*g / (sqrt(v) + ε), in the form of PyTorch. Source: Tieleman and Hinton, "Lecture 6.5: rmsprop",
 * Coursera, 2012.
 *
 * @param rate α
 * @param decay ρ
 * @param epsilon ε
 */
public record RmsProp(double rate, double decay, double epsilon) implements Optimizer {
    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException where rate or ε is not above 0, or ρ not in [0, 1)
     */
    public RmsProp {
        Settings.positive("rmsProp", "rate", rate);
        Settings.fraction("rmsProp", "decay", decay);
        Settings.positive("rmsProp", "epsilon", epsilon);
    }

    /**
     * Of a learning rate, with PyTorch's ρ = 0.99, ε = 1e-8.
     *
     * @param rate α
     * @return the optimiser
     */
    public static RmsProp of(double rate) {
        return new RmsProp(rate, 0.99, 1e-8);
    }

    @Override
    public List<String> moments() {
        return List.of("v");
    }

    @Override
    public void step(Kernels kernels, long t, double alpha, Parameters gradient, List<Parameters> moments,
            Parameters weights) {
        RmsPropStep step = new RmsPropStep((float) alpha, (float) decay, (float) epsilon);
        gradient.asMap()
                .forEach((name, g) -> kernels.rmsProp(step, g, moments.getFirst().get(name), weights.get(name)));
    }
}
