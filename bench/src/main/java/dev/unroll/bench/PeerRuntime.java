package dev.unroll.bench;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Who can run a layer, and perhaps train: Unroll on one of its backends, or another library. The others are found by
 * {@link java.util.ServiceLoader}, so that nothing refers to them where they are not built in.
 */
public interface PeerRuntime {
    /**
     * What tables call it.
     *
     * @return one short word
     */
    String name();

    /**
     * Why it cannot run here.
     *
     * @return one sentence, or nothing where it runs
     */
    Optional<String> obstacle();

    /**
     * What it is here.
     *
     * @return its version in a few words; asked for only where there is no obstacle
     */
    String description();

    /**
     * Binds a layer.
     *
     * @param operands shape, weights, x and initial state
     * @param threads how many may compute
     * @return the layer; the caller closes it
     */
    LayerContender open(LayerOperands operands, int threads);

    /**
     * Begins a training.
     *
     * @param operands shape, initial weights and text
     * @param threads how many may compute
     * @return the training, which the caller closes, or nothing where this runtime does not train
     */
    Optional<TrainingContender> openTraining(TrainingOperands operands, int threads);

    /**
     * Begins a stream, whose state goes in and comes out at every step.
     *
     * @param operands of {@link LayerOperands#ofStream}
     * @param threads how many may compute
     * @return ways to do that, by name, which the caller closes; none where this runtime does not take part
     */
    default Map<String, StepContender> openSteps(LayerOperands operands, int threads) {
        return Map.of();
    }

    /**
     * A JVM that loads a layer as this library has it, and makes a step of it.
     *
     * @param operands of {@link LayerOperands#ofStream}
     * @param folder where a file of it may be written
     * @return how to start it, or nothing where this runtime does not take part
     */
    default Optional<Startup> startup(LayerOperands operands, Path folder) {
        return Optional.empty();
    }
}
