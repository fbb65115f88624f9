package dev.unroll.cells;

import dev.unroll.kernels.Activation;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * a' = g(W_a[a, x] + b_a), g = tanh, ReLU, σ or the identity: the simple recurrent network.
 *
 * <p>Backward: dz = da'*g'(z), da = dz·W_aa; g' follows from a' alone, for tanh it is 1 - a'^2. Sources: Elman, "Finding
 * structure in time", 1990; with ReLU: Le, Jaitly and Hinton, "A simple way to initialize recurrent networks of rectified
 * linear units", 2015.
 *
 * @param inputSize I
 * @param hiddenSize H
 * @param activation g
 * @param bias whether there is b_a
 */
public record RnnCell(int inputSize, int hiddenSize, Activation activation, Bias bias) implements Cell {
    private static final List<String> GATES = List.of("a");
    private static final List<Integer> GROUPS = List.of(1);

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public RnnCell {
        Cell.checkSizes("rnn", 1, inputSize, hiddenSize);
    }

    /**
     * With tanh and a bias.
     *
     * @param inputSize I
     * @param hiddenSize H
     * @throws IllegalArgumentException where one is below 1
     */
    public RnnCell(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, Activation.TANH, Bias.LEARNED);
    }

    /**
     * With another activation.
     *
     * @param g the activation
     * @return a new cell
     */
    public RnnCell activation(Activation g) {
        return new RnnCell(inputSize, hiddenSize, g, bias);
    }

    /**
     * Without b_a.
     *
     * @return a new cell
     */
    public RnnCell withoutBias() {
        return new RnnCell(inputSize, hiddenSize, activation, Bias.NONE);
    }

    @Override
    public List<String> gateNames() {
        return GATES;
    }

    @Override
    public List<Integer> gateGroups() {
        return GROUPS;
    }

    @Override
    public int memorySize() {
        return 0;
    }

    @Override
    public List<Integer> savedSizes() {
        return List.of();
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, StepTrace step) {
        kernels.rnnStep(activation, step.recurrent(), weights.recurrent(0), step.z(), step.aNext());
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, Matrix x, StepTrace step) {
        weights.fillBias(step.z());
        kernels.rnnStep(activation, x, weights.input(), step.recurrent(), weights.recurrent(0), step.z(), step.aNext());
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, StepGradient back) {
        kernels.activateBackward(activation, step.aNext(), back.a(), step.z());
        Cell.backThroughProduct(kernels, step.z(), weights.recurrentBackward(0), back);
    }
}
