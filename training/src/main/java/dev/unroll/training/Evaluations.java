package dev.unroll.training;

/**
 * Evaluates a training every so many steps, and tells it the loss, see {@link Training#evaluated}.
 *
 * @param every steps between two evaluations
 * @param evaluation of the training
 */
public record Evaluations(long every, Evaluation evaluation) implements TrainingListener {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException where it is below 1
     */
    public Evaluations {
        Settings.atLeast("evaluations", "every", every, 1);
    }

    @Override
    public void onStep(Training training, TrainingStep step) {
        if (step.number() % every == 0) {
            training.evaluated(evaluation.loss());
        }
    }
}
