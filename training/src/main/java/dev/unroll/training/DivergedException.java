package dev.unroll.training;

/** Too many steps in a row had a loss or a gradient that is NaN or infinite. The weights are those before the first. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Of the last step. */
    DivergedException(TrainingStep step, int skipped) {
        super(("training: %d steps in a row were skipped, the last, step %d, because %s; the weights are those of before."
                + " Wanted finite inputs, targets and weights: look at the data, try a smaller learning rate or clip the"
                + " gradients").formatted(skipped, step.number(), step.fault().orElseThrow()));
    }
}
