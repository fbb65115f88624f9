package dev.unroll.models;

import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.Parameters;
import java.util.List;
import java.util.stream.IntStream;

/** What a network reads at each step. */
public sealed interface Input {
    /** Name of an embedding's table, vocabularySize x dimension, among a network's parameters. */
    String EMBEDDING = "embedding.weight";

    /**
     * Number of different tokens, or of features; of inputs side by side that of the first.
     *
     * @return n
     */
    int size();

    /**
     * Tokens that are read at each step.
     *
     * @return 1, none where features are read alone, or what the parts read
     */
    default int channels() {
        return 1;
    }

    /**
     * Features that are read at each step.
     *
     * @return n, none where tokens are read alone, or what the parts read
     */
    default int features() {
        return 0;
    }

    /**
     * What is read side by side.
     *
     * @return this alone, or the parts
     */
    default List<Input> parts() {
        return List.of(this);
    }

    /**
     * Number of different tokens of a channel.
     *
     * @param channel 0 to {@link #channels}
     * @return the size of the part that reads them
     * @throws IndexOutOfBoundsException for another channel
     */
    default int tokens(int channel) {
        return parts().stream().filter(part -> part.channels() > 0).toList().get(channel).size();
    }

    /**
     * Name of the table of a part that is an embedding, among a network's parameters.
     *
     * @param part its number
     * @return {@value #EMBEDDING}, or {@code embedding2.weight} for part 2 of several
     */
    default String table(int part) {
        return EMBEDDING;
    }

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
        public int channels() {
            return 0;
        }

        @Override
        public int features() {
            return size;
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

    /**
     * x = [part_0, part_1, ...]: several inputs side by side, such as a word's embedding, its shape as one of a few, and numbers.
     * A token is read for each part that is one-hot or an embedding, in their order, and the features of all parts as one.
     *
     * @param parts two or more, none of them joined itself
     */
    record Joined(List<Input> parts) implements Input {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException where there are fewer than two, or one is joined itself
         */
        public Joined {
            parts = List.copyOf(parts);
            if (parts.size() < 2) {
                throw new IllegalArgumentException("joined input: %d parts; wanted 2 or more".formatted(parts.size()));
            }
            if (parts.stream().anyMatch(Joined.class::isInstance)) {
                throw new IllegalArgumentException("joined input: a part is joined itself; wanted its parts");
            }
        }

        /**
         * These inputs side by side.
         *
         * @param parts two or more, none of them joined itself
         * @return the input
         * @throws IllegalArgumentException where there are fewer than two, or one is joined itself
         */
        public static Joined of(Input... parts) {
            return new Joined(List.of(parts));
        }

        @Override
        public int size() {
            return parts.getFirst().size();
        }

        @Override
        public int channels() {
            return parts.stream().mapToInt(Input::channels).sum();
        }

        @Override
        public int features() {
            return parts.stream().mapToInt(Input::features).reduce(0, Math::addExact);
        }

        @Override
        public String table(int part) {
            return "embedding" + part + ".weight";
        }

        @Override
        public int width() {
            return parts.stream().mapToInt(Input::width).reduce(0, Math::addExact);
        }

        @Override
        public InputKind kind() {
            return InputKind.DENSE;
        }

        @Override
        public List<Parameters.Shape> parameterShapes() {
            return IntStream.range(0, parts.size()).boxed()
                    .flatMap(i -> parts.get(i).parameterShapes().stream()
                            .map(shape -> new Parameters.Shape(table(i), shape.rows(), shape.cols())))
                    .toList();
        }
    }
}
