package dev.unroll.training;

import java.util.Arrays;

/**
 * How near a run has come to where its equations have no slope: ReLU at 0, a memory cell at its clip; or, of N, next to none:
 * where all but one of the numbers that it is made of are 0, N says nothing but whether that is above 0.
 */
final class Kinks {
    private double nearest = Double.POSITIVE_INFINITY;

    /** Takes note of a point's distance from a kink. */
    void pass(double distance) {
        nearest = Math.min(nearest, Math.abs(distance));
    }

    /** Takes note of the second largest of the numbers that N is made of. */
    void passNormalized(double[] numbers) {
        double[] sorted = Arrays.stream(numbers).map(Math::abs).sorted().toArray();
        pass(sorted[sorted.length - 2]);
    }

    double nearest() {
        return nearest;
    }
}
