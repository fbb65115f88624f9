package dev.unroll.models;

import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.Parameters;
import java.util.List;

/** What a network reads at each step. */
public sealed interface Input {
    /** Name of an embedding's table, vocabularySize x dimension, among a network's parameters. */
    String EMBEDDING = "embedding.weight";

    /**
     * Number of different tokens, or of features.
     *
     * @return n
     */
    int size();

    /**
     * Length of the x that the first layer sees.
     *
     * @return n_x
     */
    int width();

    /**
     * How the first layer takes its x.
     *
     * @return dense numbers, or the index of a one-hot vector
     */
    InputKind kind();

    /**
     * Weights that belong to the input.
     *
     * @return their shapes, if there are any
     */
    List<Parameters.Shape> parameterShapes();

    /**
     * x is one-hot, given as the token's index; no dense product is ever made of it.
     *
     * @param size number of different tokens
     */
    record OneHot(int size) implements Input {
        /**
         * Checks the size.
         *
         * @throws IllegalArgumentException where it is below 1
         */
        public OneHot {
            Sizes.check("one-hot input", "size", size);
        }

        @Override
        public int width() {
            return size;
        }

        @Override
        public InputKind kind() {
            return InputKind.ONE_HOT;
        }

        @Override
        public List<Parameters.Shape> parameterShapes() {
            return List.of();
        }
    }

    /**
     * x is row {@code token} of a learned table.
     *
     * @param size number of different tokens
     * @param dimension length of a row
     */
    record Embedding(int size, int dimension) implements Input {
        /**
         * Checks the sizes.
         *
         * @throws IllegalArgumentException where one is below 1
         */
        public Embedding {
            Sizes.check("embedding", "size", size);
            Sizes.check("embedding", "dimension", dimension);
        }

        @Override
        public int width() {
            return dimension;
        }

        @Override
        public InputKind kind() {
            return InputKind.DENSE;
        }

        @Override
        public List<Parameters.Shape> parameterShapes() {
            return List.of(new Parameters.Shape(EMBEDDING, size, dimension));
        }
    }

    /**
     * x is given as numbers.
     *
     * @param size how many
     */
    record Features(int size) implements Input {
        /**
         * Checks the size.
         *
         * @throws IllegalArgumentException where it is below 1
         */
        public Features {
            Sizes.check("features", "size", size);
        }

        @Override
        public int width() {
            return size;
        }

        @Override
        public InputKind kind() {
            return InputKind.DENSE;
        }

        @Override
        public List<Parameters.Shape> parameterShapes() {
            return List.of();
        }
    }
}
