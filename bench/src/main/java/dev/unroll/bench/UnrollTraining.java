package dev.unroll.bench;

import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.training.Adam;
import dev.unroll.training.EarlyStopping;
import dev.unroll.training.Trainer;
import dev.unroll.training.Training;
import dev.unroll.training.TrainingListener;
import java.util.DoubleSummaryStatistics;

/** A training of Unroll, its guards on. */
class UnrollTraining implements TrainingContender {
    private final Kernels kernels;
    private final Network network;
    private final Training training;
    private double loss = Double.NaN;

    UnrollTraining(TrainingOperands operands, Kernels kernels) {
        this.kernels = kernels;
        this.network = TrainingOperands.network(operands.shape(), kernels);
        this.training = Trainer.of(network).optimizer(Adam.of(TrainingCase.RATE)).clipNorm(TrainingCase.CLIP_NORM)
                .truncatedBptt(operands.shape().time()).batch(operands.shape().batch()).start(operands.text());
    }

    /** The same with listeners: what a progress line, a log of gradients and an early stop take of each step. */
    static final class Watched extends UnrollTraining {
        private final DoubleSummaryStatistics norms = new DoubleSummaryStatistics();
        private final TrainingListener[] listeners = {(_, step) -> keep(step.loss()),
                (_, step) -> norms.accept(step.gradientNorm()), new EarlyStopping(3)};

        Watched(TrainingOperands operands, Kernels kernels) {
            super(operands, kernels);
        }

        @Override
        public void run() {
            training().run(training().steps() + 1, listeners);
        }
    }

    @Override
    public void run() {
        keep(training.step().loss());
    }

    final void keep(double ofStep) {
        loss = ofStep;
    }

    final Training training() {
        return training;
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public void close() {
        training.close();
        network.close();
        kernels.close();
    }
}
