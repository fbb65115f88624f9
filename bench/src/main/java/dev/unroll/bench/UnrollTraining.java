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
final class UnrollTraining implements TrainingContender {
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

    /**
     * The very same training with listeners: what a progress line, a log of gradients and an early stop take of each step. Its
     * memory is that of the other, so that nothing but the listeners tells the two apart.
     */
    Contender watched() {
        DoubleSummaryStatistics norms = new DoubleSummaryStatistics();
        TrainingListener[] listeners = {(_, step) -> loss = step.loss(),
                (_, step) -> norms.accept(step.gradientNorm()), new EarlyStopping(3)};
        return new Contender() {
            @Override
            public void run() {
                training.run(training.steps() + 1, listeners);
            }

            @Override
            public void close() {
                // Closed by whose training it is.
            }
        };
    }

    @Override
    public void run() {
        loss = training.step().loss();
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
