package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;
import java.util.stream.Stream;

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
 */
public record GruResetAfterCell(int inputSize, int hiddenSize) implements Cell {
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
        Cell.checkSizes("gru", inputSize, hiddenSize);
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
    public int savedSize() {
        return hiddenSize;
    }

    @Override
    public List<Parameters.Shape> parameterShapes() {
        return Stream.concat(Cell.super.parameterShapes().stream(),
                Stream.of(new Parameters.Shape(RECURRENT_BIAS, 1, hiddenSize))).toList();
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, StepTrace step) {
        kernels.gruResetAfterStep(step.a(), weights.recurrent(0), step.z(), step.saved(),
                weights.parameter(RECURRENT_BIAS), step.aNext());
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, Matrix x, StepTrace step) {
        kernels.fillRows(weights.parameter(BIAS), step.z());
        kernels.gruResetAfterStep(x, weights.input(), step.a(), weights.recurrent(0), step.z(), step.saved(),
                weights.parameter(RECURRENT_BIAS), step.aNext());
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, Matrix da, Matrix dc, Matrix scratch) {
        kernels.gruResetAfterBackward(step.z(), step.saved(), step.a(), da, da);
        kernels.addMultiply(step.z(0), weights.recurrentBackward(0), da);
        kernels.addMultiply(step.saved(), weights.recurrentBackward(1), da);
    }

    @Override
    public void addRecurrentGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        Matrix weight = gradient.get(WEIGHT);
        kernels.addMultiplyTransA(steps.z(0), steps.a(), recurrentWeight(weight, 0));
        kernels.addMultiplyTransA(steps.saved(), steps.a(), recurrentWeight(weight, 1));
        kernels.addSumOfRows(steps.saved(), gradient.get(RECURRENT_BIAS));
    }
}
