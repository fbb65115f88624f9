package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * v = μ*v + g; w -= α*v: gradient descent with momentum, in the form of PyTorch. Source: Polyak, "Some methods of speeding up
 * the convergence of iteration methods", 1964.
 *
 * @param rate α
 * @param momentum μ
 */
public record Momentum(double rate, double momentum) implements Optimizer {
    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException where the rate is not above 0, or μ not in [0, 1)
     */
    public Momentum {
        Settings.positive("momentum", "rate", rate);
        Settings.fraction("momentum", "momentum", momentum);
    }

    /**
     * Of a learning rate, with μ = 0.9.
     *
     * @param rate α
     * @return the optimiser
     */
    public static Momentum of(double rate) {
        return new Momentum(rate, 0.9);
    }

    @Override
    public List<String> moments() {
        return List.of("v");
    }

    @Override
    public void step(Kernels kernels, long t, double alpha, Parameters gradient, List<Parameters> moments,
            Parameters weights) {
        gradient.asMap().forEach((name, g) -> {
            Matrix v = moments.getFirst().get(name);
            kernels.scale((float) momentum, v);
            kernels.addScaled(1, g, v);
            kernels.addScaled((float) -alpha, v, weights.get(name));
        });
    }
}
