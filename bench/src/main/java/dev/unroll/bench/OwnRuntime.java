package dev.unroll.bench;

import dev.unroll.kernels.Kernels;
import java.util.Map;
import java.util.Optional;

/** Unroll, on kernels of one sort or another. */
sealed interface OwnRuntime extends PeerRuntime permits UnrollRuntime, AutoRuntime {
    /** Kernels that the contender closes. */
    Kernels kernels(int threads);

    @Override
    default LayerContender open(LayerOperands operands, int threads) {
        return new UnrollContender(operands, kernels(threads));
    }

    @Override
    default Optional<TrainingContender> openTraining(TrainingOperands operands, int threads) {
        return Optional.of(new UnrollTraining(operands, kernels(threads)));
    }

    @Override
    default Map<String, StepContender> openSteps(LayerOperands operands, int threads) {
        return Map.of(name(), new UnrollStep(operands, kernels(threads)));
    }
}
