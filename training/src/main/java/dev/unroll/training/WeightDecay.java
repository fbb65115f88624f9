package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import java.util.List;

/**
 * w *= 1 - α*λ, then a step of another optimiser: weight decay beside the gradient, not in it. Of {@link Adam} it is AdamW, of
 * {@link Momentum} SGDW. Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
 *
 * @param optimizer the other
 * @param lambda λ
 */
public record WeightDecay(Optimizer optimizer, double lambda) implements Optimizer {
    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException where α*λ is not in [0, 1)
     */
    public WeightDecay {
        Settings.fraction("weight decay", "rate*lambda", optimizer.rate() * lambda);
    }

    @Override
    public double rate() {
        return optimizer.rate();
    }

    @Override
    public List<String> moments() {
        return optimizer.moments();
    }

    @Override
    public void step(Kernels kernels, long t, double rate, Parameters gradient, List<Parameters> moments,
            Parameters weights) {
        float kept = (float) (1 - rate * lambda);
        weights.asMap().values().forEach(w -> kernels.scale(kept, w));
        optimizer.step(kernels, t, rate, gradient, moments, weights);
    }
}
