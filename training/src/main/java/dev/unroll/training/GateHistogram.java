package dev.unroll.training;

import dev.unroll.tensor.Matrix;
import java.util.Arrays;

/**
 * How often the activations of a gate were where between -1 and 1: a gate at its limits does not learn.
 *
 * @param layer its number, from the input up
 * @param gate its name in the cell, see {@link dev.unroll.cells.Cell#gateNames}; with {@code reverse.} before it where the
 *     layer goes backward
 * @param counts of {@value #BINS} bins of equal width from -1 to 1, what is outside of them in the first and the last; NaN is
 *     in none
 */
// Made once and given to be read; a copy at each look would cost memory for nothing.
@SuppressWarnings("ArrayRecordComponent")
public record GateHistogram(int layer, String gate, long[] counts) {
    /** Number of bins. */
    public static final int BINS = 40;

    static GateHistogram of(int layer, String gate, Matrix activations) {
        long[] counts = new long[BINS];
        for (int i = 0; i < activations.rows(); i++) {
            for (int j = 0; j < activations.cols(); j++) {
                float value = activations.get(i, j);
                if (!Float.isNaN(value)) {
                    counts[Math.clamp((int) Math.floor((value + 1) * (BINS / 2)), 0, BINS - 1)]++;
                }
            }
        }
        return new GateHistogram(layer, gate, counts);
    }

    /**
     * The share of activations in each bin.
     *
     * @return numbers whose sum is 1; 0 where there were none
     */
    public double[] shares() {
        double sum = Math.max(1, Arrays.stream(counts).sum());
        return Arrays.stream(counts).mapToDouble(count -> count / sum).toArray();
    }
}
