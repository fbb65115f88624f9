package dev.unroll.models;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Draws i with probability p_i^(1/T) / Σ_j p_j^(1/T), j being those that the filters leave.
 *
 * <pre>{@code
 * Sampler sampler = Sampler.of(seed).temperature(0.8).topK(40).topP(0.9).never(unknown, padding);
 * }</pre>
 *
 * <p>In this order: the <b>temperature</b> T, which below 1 sharpens a distribution, above 1 flattens it, and at 0 takes the
 * most probable; then what is <b>never</b> drawn; then <b>top-k</b>, the k most probable of the rest; then <b>top-p</b>, the
 * smallest set of the most probable of these whose probability, what is left adding up to 1, reaches p. Of equal
 * probabilities the one with the smaller index counts as the greater. A sum that misses p by less than a millionth of it has
 * reached it: so much is rounding. A filter that cuts nothing off changes no draw.
 *
 * <p>Sources: top-k: Fan, Lewis and Dauphin, "Hierarchical neural story generation", 2018; top-p, the nucleus: Holtzman et
 * al., "The curious case of neural text degeneration", 2020.
 *
 * <p>The same seed draws the same. The settings never change: each method returns a new sampler, which begins at the seed. A
 * draw allocates nothing but, where the number of classes is another than before, its workspace. To be used by one thread
 * at a time.
 */
public final class Sampler {
    private static final double ROUNDING = 1e-6;

    private final long seed;
    private final double temperature;
    private final int k;
    private final double p;
    private final BitSet never;
    private final RandomGenerator random;
    /** p_i^(1/T) up to a factor, 0 where i may not be drawn. */
    private double[] weights = {};
    private int[] heap = {};

    private Sampler(long seed, double temperature, int k, double p, BitSet never) {
        this.seed = seed;
        this.temperature = temperature;
        this.k = k;
        this.p = p;
        this.never = never;
        this.random = new SplittableRandom(seed);
    }

    /**
     * A sampler with a random generator of its own and no filters.
     *
     * @param temperature T, 0 or more
     * @param seed of the generator
     * @throws IllegalArgumentException where the temperature is negative, NaN or infinite
     */
    public Sampler(double temperature, long seed) {
        this(seed, checked(temperature), Integer.MAX_VALUE, 1, new BitSet());
    }

    private static double checked(double temperature) {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("sampler: temperature %s; wanted 0 or more".formatted(temperature));
        }
        return temperature;
    }

    /**
     * Draws i with probability p_i.
     *
     * @param seed of the sampler's own random generator
     * @return a sampler of temperature 1 without filters
     */
    public static Sampler of(long seed) {
        return new Sampler(1, seed);
    }

    /**
     * With another temperature.
     *
     * @param t T, 0 or more
     * @return a new sampler, at the seed
     * @throws IllegalArgumentException where it is negative, NaN or infinite
     */
    public Sampler temperature(double t) {
        return new Sampler(seed, checked(t), k, p, never);
    }

    /**
     * Draws among the most probable alone.
     *
     * @param count k, 1 or more; where there are not more than k, nothing is cut off
     * @return a new sampler, at the seed
     * @throws IllegalArgumentException where k is below 1
     */
    public Sampler topK(int count) {
        Sizes.check("sampler", "topK", count);
        return new Sampler(seed, temperature, count, p, never);
    }

    /**
     * Draws among the smallest set of the most probable alone whose probability reaches p.
     *
     * @param probability p, above 0, up to 1; at 1 nothing is cut off, and the most probable one is always left
     * @return a new sampler, at the seed
     * @throws IllegalArgumentException for any other p
     */
    public Sampler topP(double probability) {
        if (!(probability > 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "sampler: topP is %s; wanted above 0, up to 1".formatted(probability));
        }
        return new Sampler(seed, temperature, k, probability, never);
    }

    /**
     * Never draws some tokens, however probable they are, nor those that were excluded before.
     *
     * @param tokens indices
     * @return a new sampler, at the seed
     * @throws IndexOutOfBoundsException where an index is negative; one that is past the classes is found by a draw
     */
    public Sampler never(int... tokens) {
        return new Sampler(seed, temperature, k, p, Sizes.indices("sampler", "never", never, tokens));
    }

    /**
     * The index of the greatest, argmax_i y_i: the class that a network takes for the right one, by its probabilities or its
     * logits.
     *
     * @param y one or more
     * @return the index, the smallest of equals
     * @throws IllegalArgumentException where there is none, or one is NaN
     */
    public static int argmax(float[] y) {
        Sizes.check("argmax", "number of outputs", y.length);
        int best = 0;
        for (int i = 0; i < y.length; i++) {
            if (Float.isNaN(y[i])) {
                throw new IllegalArgumentException("argmax: output %d is NaN; wanted a number".formatted(i));
            }
            if (y[i] > y[best]) {
                best = i;
            }
        }
        return best;
    }

    /**
     * Draws an index.
     *
     * @param probabilities one or more, none negative; they need not add up to 1
     * @return the index, never one of probability 0
     * @throws IllegalArgumentException where there is none that could be drawn, or one is NaN or infinite, or there is no
     *     class for an index that is never to be drawn
     */
    public int sample(float[] probabilities) {
        checkNever(probabilities.length);
        int best = -1;
        for (int i = 0; i < probabilities.length; i++) {
            if (!(probabilities[i] >= 0 && probabilities[i] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "sample: probability %d is %s; wanted 0 or more".formatted(i, probabilities[i]));
            }
            if (probabilities[i] > (best < 0 ? 0 : probabilities[best]) && !never.get(i)) {
                best = i;
            }
        }
        if (best < 0) {
            throw new IllegalArgumentException("sample: no probability above 0" + otherThanNever());
        }
        if (temperature == 0) {
            return best;
        }
        // Relative to the most probable one, whose weight is 1, so that no small temperature makes all weights vanish.
        reserve(probabilities.length);
        double max = probabilities[best];
        for (int i = 0; i < weights.length; i++) {
            double probability = never.get(i) ? 0 : probabilities[i];
            weights[i] = probability == max ? 1 : Math.pow(probability / max, 1 / temperature);
        }
        return draw();
    }

    /**
     * Draws an index by logits, p_i = exp(z_i) / Σ_j exp(z_j): none of them underflows before the temperature is applied.
     *
     * @param logits z, one or more; -Infinity is a probability of 0
     * @return the index, never one of probability 0
     * @throws IllegalArgumentException where there is none that could be drawn, or one is NaN or +Infinity, or there is no
     *     class for an index that is never to be drawn
     */
    public int sampleLogits(float[] logits) {
        checkNever(logits.length);
        int best = -1;
        for (int i = 0; i < logits.length; i++) {
            if (!(logits[i] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "sample: logit %d is %s; wanted a number below infinity".formatted(i, logits[i]));
            }
            if (logits[i] > (best < 0 ? Float.NEGATIVE_INFINITY : logits[best]) && !never.get(i)) {
                best = i;
            }
        }
        if (best < 0) {
            throw new IllegalArgumentException("sample: no logit above -Infinity" + otherThanNever());
        }
        if (temperature == 0) {
            return best;
        }
        reserve(logits.length);
        double max = logits[best];
        for (int i = 0; i < weights.length; i++) {
            double logit = never.get(i) ? Double.NEGATIVE_INFINITY : logits[i];
            weights[i] = logit == max ? 1 : Math.exp((logit - max) / temperature);
        }
        return draw();
    }

    private void checkNever(int classes) {
        if (never.length() > classes && classes > 0) {
            throw new IllegalArgumentException(
                    "sample: never %d; wanted 0 to %d".formatted(never.length() - 1, classes - 1));
        }
    }

    private String otherThanNever() {
        return never.isEmpty() ? "" : " but of what is never drawn, " + never;
    }

    private void reserve(int classes) {
        if (weights.length != classes) {
            weights = new double[classes];
            heap = new int[classes];
        }
    }

    private int draw() {
        if (k < weights.length) {
            keep(k, Double.POSITIVE_INFINITY);
        }
        if (p < 1) {
            keep(weights.length, p * (1 - ROUNDING) * sum());
        }
        double left = random.nextDouble() * sum();
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                left -= weights[i];
                if (left < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    private double sum() {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        return sum;
    }

    /** Keeps the greatest weights until there are {@code count} of them or their sum reaches {@code mass}; the rest become 0. */
    private void keep(int count, double mass) {
        int size = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                heap[size++] = i;
            }
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            sink(i, size);
        }
        double sum = 0;
        for (int kept = 0; kept < count && size > 0 && sum < mass; kept++) {
            sum += weights[heap[0]];
            heap[0] = heap[--size];
            sink(0, size);
        }
        for (int i = 0; i < size; i++) {
            weights[heap[i]] = 0;
        }
    }

    /** Restores the order of a heap with the greatest weight on top, below a place where it may be broken. */
    private void sink(int place, int size) {
        int parent = place;
        for (int child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && isGreater(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isGreater(heap[child], heap[parent])) {
                return;
            }
            int index = heap[parent];
            heap[parent] = heap[child];
            heap[child] = index;
            parent = child;
        }
    }

    private boolean isGreater(int i, int j) {
        return weights[i] == weights[j] ? i < j : weights[i] > weights[j];
    }
}
