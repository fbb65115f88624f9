package dev.unroll.training;

import java.util.Optional;

/**
 * What one step of a training was.
 *
 * @param number of the step, from 1
 * @param loss of the window before the step: its mean or its sum
 * @param norms of the gradient before clipping
 * @param rate learning rate
 * @param steps of all sequences of the window: for a text, its tokens
 * @param outcome what became of it
 */
public record TrainingStep(long number, double loss, GradientNorms norms, double rate, long steps, Outcome outcome) {
    /** What becomes of a step. */
    public enum Outcome {
        /** The weights have changed. */
        UPDATED,
        /** No step of the window has a target: the state has moved on, and weights and optimiser are as they were. */
        NO_TARGETS,
        /** The loss or a gradient is NaN or infinite: weights and optimiser are as they were. */
        SKIPPED
    }

    /**
     * The global norm of the gradient before clipping.
     *
     * @return the norm
     */
    public double gradientNorm() {
        return norms.global();
    }

    /**
     * Why it was skipped.
     *
     * @return what is NaN or infinite, if anything is
     */
    public Optional<String> fault() {
        return Double.isFinite(loss)
                ? norms.notFinite().map(name -> "the gradient of %s is not finite".formatted(name))
                : Optional.of("the loss is " + loss);
    }
}
