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
 * y = g(W_y·a + b_y): the dense output layer, g by its {@link Kind}, a by its {@link Reading}.
 *
 * @param kind g
 * @param inputSize n_a, the last layer's output size
 * @param outputSize n_y
 * @param reading which a
 * @param table whose W_y is
 */
public record Head(Kind kind, int inputSize, int outputSize, Reading reading, Table table) {
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

    /** Which outputs of the last layer a head reads. */
    public enum Reading {
        /** y_t = g(W_y·a_t + b_y): an output at each step. */
        EACH_STEP,
        /**
         * y = g(W_y·a + b_y), one output a sequence, a being what the last layer has come to: of what goes forward a at the
         * sequence's last step, of what goes backward at its first.
         */
        LAST_STEP
    }

    /** Whose W_y is. */
    public enum Table {
        /** A parameter of its own, {@value Head#WEIGHT}. */
        OWN,
        /**
         * The embedding's table, whose row i stands for token i going in and coming out. Source: Press and Wolf, "Using the
         * output embedding to improve language models", 2017.
         */
        EMBEDDING
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
     * A head of its own W_y that reads each step.
     *
     * @param kind g
     * @param inputSize n_a, the last layer's output size
     * @param outputSize n_y
     */
    public Head(Kind kind, int inputSize, int outputSize) {
        this(kind, inputSize, outputSize, Reading.EACH_STEP, Table.OWN);
    }

    /**
     * Name of W_y among a network's parameters.
     *
     * @return {@value #WEIGHT}, or that of the embedding's table
     */
    public String weight() {
        return table == Table.OWN ? WEIGHT : Input.EMBEDDING;
    }

    /**
     * Names and shapes of its weights.
     *
     * @return {@value #WEIGHT}, unless W_y is the embedding's, and {@value #BIAS}
     */
    public List<Parameters.Shape> parameterShapes() {
        Parameters.Shape bias = new Parameters.Shape(BIAS, 1, outputSize);
        return table == Table.OWN ? List.of(new Parameters.Shape(WEIGHT, outputSize, inputSize), bias) : List.of(bias);
    }
}
