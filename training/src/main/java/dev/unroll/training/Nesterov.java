package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * v = μ*v + g; w -= α*(g + μ*v): momentum with a look ahead, in the form of PyTorch. Source: Sutskever, Martens, Dahl and
 * Hinton, "On the importance of initialization and momentum in deep learning", 2013.
 *
 * @param rate α
 * @param momentum μ
 */
public record Nesterov(double rate, double momentum) implements Optimizer {
    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException where the rate is not above 0, or μ not in [0, 1)
     */
    public Nesterov {
        Settings.positive("nesterov", "rate", rate);
        Settings.fraction("nesterov", "momentum", momentum);
    }

    /**
     * Of a learning rate, with μ = 0.9.
     *
     * @param rate α
     * @return the optimiser
     */
    public static Nesterov of(double rate) {
        return new Nesterov(rate, 0.9);
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
            Matrix w = weights.get(name);
            kernels.scale((float) momentum, v);
            kernels.addScaled(1, g, v);
            kernels.addScaled((float) -alpha, g, w);
            kernels.addScaled((float) (-alpha * momentum), v, w);
        });
    }
}
