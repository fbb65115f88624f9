package dev.unroll.bench;

import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.training.Adam;
import dev.unroll.training.Trainer;
import dev.unroll.training.Training;

/** A training of Unroll. */
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
