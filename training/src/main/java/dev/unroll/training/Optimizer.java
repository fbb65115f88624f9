package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import java.util.List;

/** How gradients change weights. An optimiser has settings and no state; that is {@link OptimizerState}'s. */
public sealed interface Optimizer permits Sgd, Momentum, Nesterov, RmsProp, Adam, WeightDecay {
    /**
     * The learning rate that a {@link RateSchedule} begins from.
     *
     * @return α
     */
    double rate();

    /**
     * The means that it keeps of every parameter.
     *
     * @return their names, none for an optimiser without memory
     */
    List<String> moments();

    /**
     * One step.
     *
     * @param kernels who computes
     * @param t number of this step, from 1
     * @param rate α of this step
     * @param gradient of the weights
     * @param moments one set for each name of {@link #moments}, updated
     * @param weights updated
     */
    void step(Kernels kernels, long t, double rate, Parameters gradient, List<Parameters> moments, Parameters weights);

    /**
     * The same with decoupled weight decay.
     *
     * @param lambda λ
     * @return another optimiser
     * @throws IllegalArgumentException where α*λ is not in [0, 1)
     */
    default Optimizer weightDecay(double lambda) {
        return new WeightDecay(this, lambda);
    }
}
