package dev.unroll.bench;

/** Training of a character model, whose unit of work is a step: forward, BPTT, clipping and Adam over one window. */
public interface TrainingContender extends Contender {
    /**
     * The loss of the last step.
     *
     * @return cross-entropy in nats a character
     */
    double loss();
}
