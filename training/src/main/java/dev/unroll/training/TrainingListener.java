package dev.unroll.training;

/** Whoever watches a training. */
@FunctionalInterface
public interface TrainingListener {
    /**
     * Called after each step, on the training's thread.
     *
     * @param step what it was
     */
    void onStep(TrainingStep step);
}
