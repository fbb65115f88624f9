package dev.unroll.training;

/**
 * Whoever watches a training: progress, logs, pictures, early stopping, checkpoints. All calls come on the training's thread,
 * between two steps; what a listener throws ends {@link Training#run} and reaches its caller.
 */
@FunctionalInterface
public interface TrainingListener {
    /**
     * Called after each step.
     *
     * @param training as it is after the step
     * @param step what it was
     */
    void onStep(Training training, TrainingStep step);

    /**
     * Called after each evaluation, see {@link Training#evaluated}.
     *
     * @param training as it is, its {@link Training#best} this evaluation counted in
     * @param loss of the evaluation
     */
    default void onEvaluation(Training training, double loss) {}

    /**
     * Called when a run is over, its last step made or {@link Training#stop} called, and not where it fails.
     *
     * @param training as it is
     */
    default void onEnd(Training training) {}
}
