package dev.unroll.bench;

/** A layer over a whole sequence, forward, from the initial state that its {@link LayerOperands} give. */
public interface LayerContender extends Contender {
    /**
     * What the last run wrote: all hidden states, a_1 to a_T.
     *
     * @return a copy, [time][batch][H]
     */
    float[] output();
}
