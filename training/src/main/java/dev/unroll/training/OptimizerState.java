package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import java.lang.foreign.Arena;
import java.util.List;

/** An optimiser at work: the steps it has made and the means it keeps. */
public final class OptimizerState {
    private final Optimizer optimizer;
    private final List<Parameters> moments;
    private long steps;

    /**
     * Before the first step, all means zero.
     *
     * @param optimizer the settings
     * @param arena owner of the means' memory
     * @param shapes of the weights
     */
    public OptimizerState(Optimizer optimizer, Arena arena, List<Parameters.Shape> shapes) {
        this.optimizer = optimizer;
        this.moments = optimizer.moments().stream().map(_ -> Parameters.allocate(arena, shapes)).toList();
    }

    /**
     * One step.
     *
     * @param kernels who computes
     * @param gradient of the weights
     * @param weights updated
     */
    public void step(Kernels kernels, Parameters gradient, Parameters weights) {
        step(kernels, optimizer.rate(), gradient, weights);
    }

    /**
     * One step at another learning rate than the optimiser's.
     *
     * @param kernels who computes
     * @param rate α of this step
     * @param gradient of the weights
     * @param weights updated
     */
    public void step(Kernels kernels, double rate, Parameters gradient, Parameters weights) {
        optimizer.step(kernels, ++steps, rate, gradient, moments, weights);
    }

    /**
     * The settings.
     *
     * @return the optimiser
     */
    public Optimizer optimizer() {
        return optimizer;
    }

    /** One set of means for each name of {@link Optimizer#moments}. */
    List<Parameters> moments() {
        return moments;
    }

    long steps() {
        return steps;
    }

    void setSteps(long made) {
        steps = made;
    }
}
