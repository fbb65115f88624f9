package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import java.util.random.RandomGenerator;

/** Numbers drawn for weights, row by row, and the checks of what they are drawn with. */
final class Draws {
    private Draws() {}

    /** w ~ U(-bound, bound). */
    static void uniform(Matrix weights, double bound, RandomGenerator random) {
        float limit = (float) bound;
        for (int i = 0; i < weights.rows(); i++) {
            for (int j = 0; j < weights.cols(); j++) {
                weights.set(i, j, limit * (2 * random.nextFloat() - 1));
            }
        }
    }

    /** w ~ N(0, deviation²). */
    static void normal(Matrix weights, double deviation, RandomGenerator random) {
        for (int i = 0; i < weights.rows(); i++) {
            for (int j = 0; j < weights.cols(); j++) {
                weights.set(i, j, (float) (deviation * normal(random)));
            }
        }
    }

    /**
     * sqrt(-2 ln u)·cos(2πv) ~ N(0, 1) for u, v ~ U(0, 1). Source: Box and Muller, "A note on the generation of random
     * normal deviates", 1958. Not the generator's own {@code nextGaussian}, of which the JDK promises no bits.
     */
    static double normal(RandomGenerator random) {
        double radius = Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
    }

    static void checkNotNegative(String operation, String name, double value) {
        if (!(value >= 0 && value <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "%s: %s is %s; wanted a finite float, 0 or more".formatted(operation, name, value));
        }
    }

    static void checkFinite(String operation, String name, double value) {
        if (!(Math.abs(value) <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException("%s: %s is %s; wanted a finite float".formatted(operation, name, value));
        }
    }
}
