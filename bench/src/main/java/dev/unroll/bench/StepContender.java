package dev.unroll.bench;

/** Steps of one stream, one a run, through the sequence of its {@link LayerOperands} again and again, the state kept. */
public interface StepContender extends Contender {
    /**
     * What the last step said, as a check: the sum of the hidden state.
     *
     * @return Σ a
     */
    double sum();
}
