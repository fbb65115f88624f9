package dev.unroll.models;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Activation;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * y = g(W_y·a + b_y): the dense output layer, g by its {@link Kind}.
 *
 * @param kind g
 * @param inputSize n_a, the last layer's hidden size
 * @param outputSize n_y
 */
public record Head(Kind kind, int inputSize, int outputSize) {
    /** Name of W_y, outputSize x inputSize, among a network's parameters. */
    public static final String WEIGHT = "head.weight";
    /** Name of b_y, 1 x outputSize, among a network's parameters. */
    public static final String BIAS = "head.bias";

    /** What a head makes of W_y·a + b_y. */
    public enum Kind {
        /** y_i = exp(z_i) / Σ_j exp(z_j): one of n_y classes. */
        SOFTMAX {
            @Override
            public void apply(Kernels kernels, Matrix z) {
                kernels.softmax(z, z);
            }
        },
        /** y_i = σ(z_i): n_y answers of yes or no. */
        SIGMOID {
            @Override
            public void apply(Kernels kernels, Matrix z) {
                kernels.activate(Activation.SIGMOID, z, z);
            }
        },
        /** y = z: n_y numbers. */
        LINEAR {
            @Override
            public void apply(Kernels kernels, Matrix z) {}
        };

        /**
         * z = g(z).
         *
         * @param kernels who computes
         * @param z rows x n_y
         */
        public abstract void apply(Kernels kernels, Matrix z);

        /** In files and messages. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Kind> named(String word) {
            return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
        }
    }

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public Head {
        Sizes.check(kind.word(), "inputSize", inputSize);
        Sizes.check(kind.word(), "outputSize", outputSize);
    }

    /**
     * Names and shapes of its weights.
     *
     * @return {@value #WEIGHT} and {@value #BIAS}
     */
    public List<Parameters.Shape> parameterShapes() {
        return List.of(new Parameters.Shape(WEIGHT, outputSize, inputSize), new Parameters.Shape(BIAS, 1, outputSize));
    }
}
