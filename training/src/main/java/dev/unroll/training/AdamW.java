package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import java.util.List;

/**
 * w *= 1 - α*λ, then a step of {@link Adam}: weight decay beside the gradient, not in it. Source: Loshchilov and Hutter,
 * "Decoupled weight decay regularization", 2019.
 *
 * @param adam α, β₁, β₂, ε
 * @param weightDecay λ
 */
public record AdamW(Adam adam, double weightDecay) implements Optimizer {
    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException where α*λ is not in [0, 1)
     */
    public AdamW {
        Settings.fraction("adamW", "rate*weightDecay", adam.rate() * weightDecay);
    }

    /**
     * Of a learning rate, with Adam's defaults and PyTorch's λ = 0.01.
     *
     * @param rate α
     * @return the optimiser
     */
    public static AdamW of(double rate) {
        return new AdamW(Adam.of(rate), 0.01);
    }

    @Override
    public List<String> moments() {
        return adam.moments();
    }

    @Override
    public void step(Kernels kernels, long t, Parameters gradient, List<Parameters> moments, Parameters weights) {
        float kept = (float) (1 - adam.rate() * weightDecay);
        weights.asMap().values().forEach(w -> kernels.scale(kept, w));
        adam.step(kernels, t, gradient, moments, weights);
    }
}
