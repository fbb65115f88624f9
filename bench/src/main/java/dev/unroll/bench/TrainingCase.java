package dev.unroll.bench;

/**
 * Training of an LSTM with a softmax over a text of {@value #VOCABULARY} different characters.
 *
 * @param time characters of a window, T
 * @param batch streams side by side, N
 * @param hidden H
 */
public record TrainingCase(int time, int batch, int hidden) {
    /** Number of different characters. */
    public static final int VOCABULARY = 65;
    /** Learning rate of Adam. */
    public static final double RATE = 2e-3;
    /** Bound on the gradient's global norm. */
    public static final double CLIP_NORM = 5;

    /** Characters that a step trains on. */
    int characters() {
        return time * batch;
    }

    @Override
    public String toString() {
        return "T=%d N=%d H=%d".formatted(time, batch, hidden);
    }
}
