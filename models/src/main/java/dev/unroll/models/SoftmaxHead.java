package dev.unroll.models;

import dev.unroll.cells.Parameters;
import java.util.List;

/**
 * y = softmax(W_y·a + b_y): the dense output layer of a classifier.
 *
 * @param inputSize n_a, the last layer's hidden size
 * @param outputSize n_y, number of classes
 */
public record SoftmaxHead(int inputSize, int outputSize) {
    /** Name of W_y, outputSize x inputSize, among a network's parameters. */
    public static final String WEIGHT = "head.weight";
    /** Name of b_y, 1 x outputSize, among a network's parameters. */
    public static final String BIAS = "head.bias";

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public SoftmaxHead {
        Sizes.check("softmax", "inputSize", inputSize);
        Sizes.check("softmax", "outputSize", outputSize);
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
