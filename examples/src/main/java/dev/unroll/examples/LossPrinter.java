package dev.unroll.examples;

import dev.unroll.training.Training;
import dev.unroll.training.TrainingListener;
import dev.unroll.training.TrainingStep;
import java.util.Arrays;

/** Prints, every so many steps, the median of their losses and the largest norm of their gradients before clipping. */
final class LossPrinter implements TrainingListener {
    private final double[] losses;
    private int count;
    private double norm;

    LossPrinter(int every) {
        losses = new double[every];
    }

    @Override
    public void onStep(Training training, TrainingStep step) {
        losses[count++] = step.loss();
        norm = Math.max(norm, step.gradientNorm());
        if (count == losses.length) {
            Arrays.sort(losses);
            System.out.printf("step %5d  loss %.5f  gradient up to %.2g%n", step.number(), losses[count / 2], norm);
            count = 0;
            norm = 0;
        }
    }
}
