package dev.unroll.bench;

import java.util.List;

/** (x_1 * ... * x_n)^(1/n), the mean of ratios. */
final class GeometricMean {
    private GeometricMean() {}

    /** NaN of nothing. */
    static double of(List<Double> values) {
        return Math.exp(values.stream().mapToDouble(Math::log).average().orElse(Double.NaN));
    }
}
