package dev.unroll.models;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Draws i with probability p_i^(1/T) / Σ_j p_j^(1/T): T below 1 sharpens a distribution, above 1 flattens it, and 0 takes
 * the most probable. The same seed draws the same.
 */
public final class Sampler {
    private final double temperature;
    private final RandomGenerator random;

    /**
     * A sampler with a random generator of its own.
     *
     * @param temperature T, 0 or more
     * @param seed of the generator
     * @throws IllegalArgumentException where the temperature is negative, NaN or infinite
     */
    public Sampler(double temperature, long seed) {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("sampler: temperature %s; wanted 0 or more".formatted(temperature));
        }
        this.temperature = temperature;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Draws an index.
     *
     * @param probabilities one or more, none negative, not all zero
     * @return the index, never one of probability 0
     * @throws IllegalArgumentException where there is none that could be drawn, or one is NaN or infinite
     */
    public int sample(float[] probabilities) {
        int best = 0;
        for (int i = 0; i < probabilities.length; i++) {
            if (!(probabilities[i] >= 0 && probabilities[i] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "sample: probability %d is %s; wanted 0 or more".formatted(i, probabilities[i]));
            }
            best = probabilities[i] > probabilities[best] ? i : best;
        }
        if (probabilities.length == 0 || probabilities[best] == 0) {
            throw new IllegalArgumentException("sample: no probability above 0");
        }
        return temperature == 0 ? best : draw(probabilities, probabilities[best]);
    }

    private int draw(float[] probabilities, double max) {
        double sum = 0;
        for (float p : probabilities) {
            sum += weight(p, max);
        }
        double left = random.nextDouble() * sum;
        int last = 0;
        for (int i = 0; i < probabilities.length; i++) {
            double weight = weight(probabilities[i], max);
            if (weight > 0) {
                last = i;
                left -= weight;
                if (left < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    /** Relative to the most probable one, whose weight is 1, so that no small temperature makes all weights vanish. */
    private double weight(double p, double max) {
        return p == max ? 1 : Math.pow(p / max, 1 / temperature);
    }
}
