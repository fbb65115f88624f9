package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * The gated recurrent unit that resets after the product. u, r = σ(W_u[a, x] + b_u), σ(W_r[a, x] + b_r);
 * q = W_ca·a + b_ca; k = tanh(W_cx·x + b_c + r*q); a' = u*k + (1 - u)*a. What PyTorch, Keras 2 and later, and cuDNN mean
 * by GRU; their update gate is 1 - u.
 *
 * <p>Backward: dz_c = da'*u*(1 - k^2); dq = dz_c*r; dz_r = dz_c*q*r*(1 - r); dz_u = da'*(k - a)*u*(1 - u); da = da'*(1 -
 * u) + [dz_u, dz_r]·W_[u,r]a + dq·W_ca. Saved: q, which becomes dq. Source: Cho et al., "Learning phrase representations
 * using RNN encoder-decoder", 2014, in the form of Appleyard, Kocisky and Blunsom, "Optimizing performance of recurrent
 * neural networks on GPUs", 2016.
 *
 * @param inputSize I
 * @param hiddenSize H
 * @param bias whether there are biases
 */
public record GruResetAfterCell(int inputSize, int hiddenSize, Bias bias) implements Cell {
    /** Name of b_ca, 1 x H, among the parameters. */
    public static final String RECURRENT_BIAS = "recurrent_bias";

    private static final List<String> GATES = List.of("u", "r", "c");
    private static final List<Integer> GROUPS = List.of(2, 1);
    private static final List<Integer> PRODUCT_GROUPS = List.of(3);

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public GruResetAfterCell {
        Cell.checkSizes("gru", 3, inputSize, hiddenSize);
    }

    /**
     * With biases.
     *
     * @param inputSize I
     * @param hiddenSize H
     * @throws IllegalArgumentException where one is below 1
     */
    public GruResetAfterCell(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, Bias.LEARNED);
    }

    /**
     * Without biases.
     *
     * @return a new cell
     */
    public GruResetAfterCell withoutBias() {
        return new GruResetAfterCell(inputSize, hiddenSize, Bias.NONE);
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
    public List<Integer> productGroups() {
        return PRODUCT_GROUPS;
    }

    @Override
    public int memorySize() {
        return 0;
    }

    @Override
    public List<Integer> savedSizes() {
        return List.of(hiddenSize);
    }

    @Override
    public List<Parameters.Shape> ownShapes() {
        return bias == Bias.NONE ? List.of() : List.of(new Parameters.Shape(RECURRENT_BIAS, 1, hiddenSize));
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, StepTrace step) {
        kernels.gruResetAfterStep(step.recurrent(), weights.recurrent(0), step.z(), step.saved(0),
                weights.recurrentBias(), step.a(), step.aNext());
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, Matrix x, StepTrace step) {
        weights.fillBias(step.z());
        kernels.gruResetAfterStep(x, weights.input(), step.recurrent(), weights.recurrent(0), step.z(), step.saved(0),
                weights.recurrentBias(), step.a(), step.aNext());
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, StepGradient back) {
        kernels.gruResetAfterBackward(step.z(), step.saved(0), step.a(), back.a(), back.a());
        kernels.addMultiply(step.z(0), weights.recurrentBackward(0), back.recurrent());
        kernels.addMultiply(step.saved(0), weights.recurrentBackward(1), back.recurrent());
    }

    @Override
    public void addGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        addBiasGradient(kernels, steps, gradient);
        if (bias == Bias.LEARNED) {
            kernels.addSumOfRows(steps.saved(0), gradient.get(RECURRENT_BIAS));
        }
        Matrix weight = gradient.get(WEIGHT);
        kernels.addMultiplyTransA(steps.z(0), steps.recurrent(), recurrentWeight(weight, 0));
        kernels.addMultiplyTransA(steps.saved(0), steps.recurrent(), recurrentWeight(weight, 1));
    }
}
