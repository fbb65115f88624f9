package dev.unroll.models;

import dev.unroll.cells.Parameters;
import dev.unroll.tensor.Matrix;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * w ~ U(-1/sqrt(H), 1/sqrt(H)) for every weight and bias, H being the hidden size of the layer, for the head the length of
 * its input, for an embedding its dimension. What PyTorch does for its recurrent and linear layers.
 */
final class UniformInitializer {
    private UniformInitializer() {}

    static void initialize(Architecture architecture, long seed, Parameters parameters) {
        RandomGenerator random = new SplittableRandom(seed);
        fill(parameters.under("embedding."), architecture.input().width(), random);
        for (int i = 0; i < architecture.layers().size(); i++) {
            fill(parameters.under(Architecture.prefix(i)), architecture.layers().get(i).hiddenSize(), random);
        }
        fill(parameters.under("head."), architecture.head().inputSize(), random);
    }

    private static void fill(Parameters parameters, int size, RandomGenerator random) {
        float bound = (float) (1 / Math.sqrt(size));
        for (Matrix matrix : parameters.asMap().values()) {
            for (int i = 0; i < matrix.rows(); i++) {
                for (int j = 0; j < matrix.cols(); j++) {
                    matrix.set(i, j, bound * (2 * random.nextFloat() - 1));
                }
            }
        }
    }
}
