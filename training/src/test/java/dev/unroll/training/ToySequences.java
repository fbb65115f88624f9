package dev.unroll.training;

import java.util.Random;

/** Sequences of different lengths, small enough to train on in a test. */
final class ToySequences {
    static final int FEATURES = 3;
    static final int VALUES = 2;

    private ToySequences() {}

    private static int[] lengths(Random random, int count, int longest) {
        return random.ints(count, 1, longest + 1).toArray();
    }

    private static float[][] rows(Random random, int rows, int cols) {
        float[][] values = new float[rows][cols];
        for (float[] row : values) {
            for (int j = 0; j < cols; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        return values;
    }

    /** Features of N(0, 1), values of N(0, 1) wanted at each step. */
    static Sequences withValues(long seed, int count, int longest) {
        Random random = new Random(seed);
        float[][][] features = new float[count][][];
        float[][][] values = new float[count][][];
        int[] lengths = lengths(random, count, longest);
        for (int i = 0; i < count; i++) {
            features[i] = rows(random, lengths[i], FEATURES);
            values[i] = rows(random, lengths[i], VALUES);
        }
        return Sequences.ofFeatures(features).withValues(values);
    }

    /** Features of N(0, 1), the last step's class wanted: whether the sum of the first features is above 0. */
    static Sequences withLastClass(long seed, int count, int longest) {
        Random random = new Random(seed);
        float[][][] features = new float[count][][];
        int[] classes = new int[count];
        int[] lengths = lengths(random, count, longest);
        for (int i = 0; i < count; i++) {
            features[i] = rows(random, lengths[i], FEATURES);
            float sum = 0;
            for (float[] row : features[i]) {
                sum += row[0];
            }
            classes[i] = sum > 0 ? 1 : 0;
        }
        return Sequences.ofFeatures(features).withLastClass(classes);
    }

    /** Random tokens, a class wanted at each step. */
    static Sequences ofTokens(long seed, int count, int longest) {
        Random random = new Random(seed);
        int[][] tokens = new int[count][];
        int[][] classes = new int[count][];
        int[] lengths = lengths(random, count, longest);
        for (int i = 0; i < count; i++) {
            tokens[i] = random.ints(lengths[i], 0, ToyText.TOKENS).toArray();
            classes[i] = random.ints(lengths[i], 0, ToyText.TOKENS).toArray();
        }
        return Sequences.ofTokens(tokens).withClasses(classes);
    }
}
