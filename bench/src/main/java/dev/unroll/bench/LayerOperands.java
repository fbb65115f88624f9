package dev.unroll.bench;

import dev.unroll.cells.Cell;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * All that a layer reads, the same numbers in every run. The initial state is not zero, so that a single step shows
 * whether the recurrent weights are where they should be.
 *
 * @param shape the layer
 * @param weights its weights
 * @param x [time][batch][I]
 * @param a0 the hidden state before the first step, [batch][H]
 * @param c0 the memory cell before the first step, [batch][H], or empty for a cell without one
 */
// Read by all and compared by nobody: copies would cost memory for nothing.
@SuppressWarnings("ArrayRecordComponent")
public record LayerOperands(LayerCase shape, LayerWeights weights, float[] x, float[] a0, float[] c0) {
    /**
     * Draws all of them.
     *
     * @param shape the layer
     * @param seed of the numbers
     * @return the operands
     */
    public static LayerOperands random(LayerCase shape, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Cell cell = shape.cell().cell(shape.hidden(), shape.hidden());
        return new LayerOperands(shape, LayerWeights.random(cell, random.nextLong()),
                Filled.array(random, shape.time() * shape.batch() * cell.inputSize(), 1),
                Filled.array(random, shape.batch() * cell.hiddenSize(), 1),
                Filled.array(random, shape.batch() * cell.memorySize(), 1));
    }

    /**
     * One stream that begins in a state of zero.
     *
     * @param shape a layer of a batch of 1
     * @param seed of the numbers
     * @return the operands
     */
    public static LayerOperands ofStream(LayerCase shape, long seed) {
        LayerOperands random = random(shape, seed);
        return new LayerOperands(shape, random.weights, random.x, new float[random.a0.length],
                new float[random.c0.length]);
    }

    /**
     * What a stream reads, step by step.
     *
     * @return [time][batch*I]
     */
    public float[][] steps() {
        int width = x.length / shape.time();
        float[][] steps = new float[shape.time()][];
        for (int t = 0; t < steps.length; t++) {
            steps[t] = Arrays.copyOfRange(x, t * width, (t + 1) * width);
        }
        return steps;
    }
}
