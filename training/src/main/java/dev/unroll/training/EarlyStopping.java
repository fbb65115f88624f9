package dev.unroll.training;

/**
 * Stops a run when some evaluations one after the other were no better than the best before them.
 *
 * @param patience how many
 */
public record EarlyStopping(int patience) implements TrainingListener {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException where it is below 1
     */
    public EarlyStopping {
        Settings.atLeast("early stopping", "patience", patience, 1);
    }

    @Override
    public void onStep(Training training, TrainingStep step) {}

    @Override
    public void onEvaluation(Training training, double loss) {
        if (training.best().since() >= patience) {
            training.stop();
        }
    }
}
