package dev.unroll.models;

import java.util.List;

/** Which ways a layer goes through its sequences, and what becomes of two outputs. */
public enum Direction {
    /** y_t has seen x_0 to x_t. */
    FORWARD,
    /** y_t has seen x_t to the sequence's end. */
    BACKWARD,
    /**
     * Both ways, each with weights of its own, y_t = [forward, backward]: 2H long. Source: Schuster and Paliwal,
     * "Bidirectional recurrent neural networks", 1997.
     */
    CONCAT,
    /** Both ways, each with weights of its own, y_t = forward + backward. */
    SUM;

    /**
     * The ways, each of which has a cell's weights and a state.
     *
     * @return one or both
     */
    public List<Way> ways() {
        return switch (this) {
            case FORWARD -> List.of(Way.FORWARD);
            case BACKWARD -> List.of(Way.BACKWARD);
            case CONCAT, SUM -> List.of(Way.FORWARD, Way.BACKWARD);
        };
    }

    /**
     * Length of y.
     *
     * @param hiddenSize H
     * @return H, or 2H
     */
    public int outputSize(int hiddenSize) {
        return this == CONCAT ? Math.multiplyExact(2, hiddenSize) : hiddenSize;
    }
}
