package dev.unroll.bench;

import java.util.Arrays;

/**
 * What one run of a contender took, in nanoseconds, over the rounds.
 *
 * @param median the figure that counts
 * @param least the best round
 * @param most the worst round
 */
record Timing(double median, double least, double most) {
    static Timing of(double... rounds) {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Timing(median, sorted[0], sorted[sorted.length - 1]);
    }

    double micros() {
        return median / 1e3;
    }

    /** Units of work a second, for work of so many units a run. */
    double rate(double units) {
        return units / (median / 1e9);
    }
}
