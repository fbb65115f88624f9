package dev.unroll.cli;

import dev.unroll.training.Evaluation;
import dev.unroll.training.Training;
import dev.unroll.training.TrainingListener;
import dev.unroll.training.TrainingStep;

/**
 * An evaluation of the last step, where it is none of those that are evaluated anyway. It comes behind these in a run.
 *
 * @param last number of the step
 * @param history of the training
 * @param evaluation of the training
 */
record LastEvaluation(long last, LossHistory history, Evaluation evaluation) implements TrainingListener {
    @Override
    public void onStep(Training training, TrainingStep step) {
        onEnd(training);
    }

    @Override
    public void onEnd(Training training) {
        if (training.steps() >= last && !history.endsAt(training.steps())) {
            training.evaluated(evaluation.loss());
        }
    }
}
