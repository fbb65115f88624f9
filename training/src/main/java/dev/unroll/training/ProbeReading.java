package dev.unroll.training;

import java.util.List;

/**
 * What a {@link Probe} saw.
 *
 * @param step number of steps that the training had made
 * @param distances how gradients reach back, a layer each, from the input up
 * @param gates how open the gates were
 */
public record ProbeReading(long step, List<GradientByDistance> distances, List<GateHistogram> gates) {
    /**
     * |dL_T/da_(T-t)| by the distance t, L_T the loss of the last step of time alone: how much of what is to be learned there
     * reaches back how far. Source: Hochreiter, "Untersuchungen zu dynamischen neuronalen Netzen", 1991; Pascanu, Mikolov and
     * Bengio, "On the difficulty of training recurrent neural networks", 2013.
     *
     * @param layer its number, from the input up
     * @param norms at distance 0, 1, 2 and so on
     */
    // Made once and given to be read; a copy at each look would cost memory for nothing.
    @SuppressWarnings("ArrayRecordComponent")
    public record GradientByDistance(int layer, double[] norms) {}
}
