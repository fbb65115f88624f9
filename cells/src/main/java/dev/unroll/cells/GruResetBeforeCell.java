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
 */
public record GruResetBeforeCell(int inputSize, int hiddenSize) implements Cell {
    private static final List<String> GATES = List.of("u", "r", "c");
    private static final List<Integer> GROUPS = List.of(2, 1);

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public GruResetBeforeCell {
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
    public int memorySize() {
        return 0;
    }

    @Override
    public int savedSize() {
        return hiddenSize;
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, StepTrace step) {
        kernels.addMultiply(step.a(), weights.recurrent(0), step.z(0));
        kernels.gruReset(step.z(), step.a(), step.saved());
        kernels.addMultiply(step.saved(), weights.recurrent(1), step.z(1));
        kernels.gruUpdate(step.z(), step.a(), step.aNext());
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, Matrix da, Matrix dc, Matrix scratch) {
        kernels.gruUpdateBackward(step.z(), step.a(), da, da);
        kernels.multiply(step.z(1), weights.recurrentBackward(1), scratch);
        kernels.gruResetBackward(step.z(), step.a(), scratch, da);
        kernels.addMultiply(step.z(0), weights.recurrentBackward(0), da);
    }

    @Override
    public void addRecurrentGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        Matrix weight = gradient.get(WEIGHT);
        kernels.addMultiplyTransA(steps.z(0), steps.a(), recurrentWeight(weight, 0));
        kernels.addMultiplyTransA(steps.z(1), steps.saved(), recurrentWeight(weight, 1));
    }
}
