package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import java.util.SplittableRandom;

/**
 * Masks of zeros and other numbers. Each row is drawn from a seed and a key of its own, so that it is the same wherever the
 * row lies. Keys are counted from a first one.
 */
final class Masks {
    /** Any odd number but that by which a generator moves on: with it, a row would be its neighbour, moved by one. */
    private static final long SPREAD = 0xD1342543DE82EF95L;

    private Masks() {}

    /** 0 with a probability p and else 1/(1 - p), so that the mean is 1, times what the mask is. */
    static void multiplyDropout(long seed, long first, int[] keys, double probability, Matrix mask) {
        float kept = (float) (1 / (1 - probability));
        for (int i = 0; i < mask.rows(); i++) {
            SplittableRandom random = random(seed, first + keys[i]);
            for (int j = 0; j < mask.cols(); j++) {
                mask.set(i, j, random.nextDouble() < probability ? 0 : kept * mask.get(i, j));
            }
        }
    }

    /** 1 with a probability, else 0. */
    static void zoneout(long seed, long first, int[] keys, double probability, Matrix mask) {
        for (int i = 0; i < mask.rows(); i++) {
            SplittableRandom random = random(seed, first + keys[i]);
            for (int j = 0; j < mask.cols(); j++) {
                mask.set(i, j, random.nextDouble() < probability ? 1 : 0);
            }
        }
    }

    private static SplittableRandom random(long seed, long key) {
        return new SplittableRandom(new SplittableRandom(seed + (key + 1) * SPREAD).nextLong());
    }
}
