package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * The gated recurrent unit that resets before the product. u, r = σ(W_u[a, x] + b_u), σ(W_r[a, x] + b_r);
 * k = tanh(W_c[r*a, x] + b_c); a' = u*k + (1 - u)*a.
 *
 * <p>Backward: dz_c = da'*u*(1 - k^2); dp = dz_c·W_ca with p = r*a; dz_r = dp*a*r*(1 - r); dz_u = da'*(k - a)*u*(1 - u);
 * da = da'*(1 - u) + dp*r + [dz_u, dz_r]·W_[u,r]a. Saved: p. Source: Cho et al., "Learning phrase representations using
 * RNN encoder-decoder", 2014.
 *
 * @param inputSize I
 * @param hiddenSize H
 * @param bias whether there is a bias
 */
public record GruResetBeforeCell(int inputSize, int hiddenSize, Bias bias) implements Cell {
    private static final List<String> GATES = List.of("u", "r", "c");
    private static final List<Integer> GROUPS = List.of(2, 1);

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public GruResetBeforeCell {
        Cell.checkSizes("gru", 3, inputSize, hiddenSize);
    }

    /**
     * With a bias.
     *
     * @param inputSize I
     * @param hiddenSize H
     * @throws IllegalArgumentException where one is below 1
     */
    public GruResetBeforeCell(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, Bias.LEARNED);
    }

    /**
     * Without biases.
     *
     * @return a new cell
     */
    public GruResetBeforeCell withoutBias() {
        return new GruResetBeforeCell(inputSize, hiddenSize, Bias.NONE);
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
        return List.of(hiddenSize);
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, StepTrace step) {
        kernels.addMultiply(step.recurrent(), weights.recurrent(0), step.z(0));
        kernels.gruReset(step.z(), step.recurrent(), step.saved(0));
        kernels.addMultiply(step.saved(0), weights.recurrent(1), step.z(1));
        kernels.gruUpdate(step.z(), step.a(), step.aNext());
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, StepGradient back) {
        kernels.gruUpdateBackward(step.z(), step.a(), back.a(), back.a());
        kernels.multiply(step.z(1), weights.recurrentBackward(1), back.scratch());
        kernels.gruResetBackward(step.z(), step.recurrent(), back.scratch(), back.recurrent());
        kernels.addMultiply(step.z(0), weights.recurrentBackward(0), back.recurrent());
    }

    @Override
    public void addGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        addBiasGradient(kernels, steps, gradient);
        Matrix weight = gradient.get(WEIGHT);
        kernels.addMultiplyTransA(steps.z(0), steps.recurrent(), recurrentWeight(weight, 0));
        kernels.addMultiplyTransA(steps.z(1), steps.saved(0), recurrentWeight(weight, 1));
    }
}
