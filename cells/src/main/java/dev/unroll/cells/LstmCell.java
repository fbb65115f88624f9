package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * The long short-term memory. f, u, o = σ(W_f[a, x] + b_f), σ(W_u[a, x] + b_u), σ(W_o[a, x] + b_o);
 * k = tanh(W_c[a, x] + b_c); c' = f*c + u*k; a' = o*tanh(c').
 *
 * <p>Backward: dc' += da'*o*(1 - tanh(c')^2); dz_f = dc'*c*f*(1 - f); dz_u = dc'*k*u*(1 - u); dz_o = da'*tanh(c')*o*(1 -
 * o); dz_c = dc'*u*(1 - k^2); dc = dc'*f; da = dz·W_aa. Saved: tanh(c'). Sources: Hochreiter and Schmidhuber, "Long
 * short-term memory", 1997; the forget gate: Gers, Schmidhuber and Cummins, "Learning to forget", 2000.
 *
 * @param inputSize I
 * @param hiddenSize H
 */
public record LstmCell(int inputSize, int hiddenSize) implements Cell {
    private static final List<String> GATES = List.of("f", "u", "o", "c");
    private static final List<Integer> GROUPS = List.of(4);

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public LstmCell {
        Cell.checkSizes("lstm", inputSize, hiddenSize);
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
        return hiddenSize;
    }

    @Override
    public int savedSize() {
        return hiddenSize;
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, StepTrace step) {
        kernels.lstmStep(step.a(), weights.recurrent(0), step.z(), step.c(), step.cNext(), step.saved(), step.aNext());
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, Matrix x, StepTrace step) {
        kernels.fillRows(weights.parameter(BIAS), step.z());
        kernels.lstmStep(x, weights.input(), step.a(), weights.recurrent(0), step.z(), step.c(), step.cNext(),
                step.saved(),
                step.aNext());
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, Matrix da, Matrix dc, Matrix scratch) {
        kernels.lstmBackward(step.z(), step.c(), step.saved(), da, dc);
        kernels.multiply(step.z(), weights.recurrentBackward(0), da);
    }

    @Override
    public void addRecurrentGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        kernels.addMultiplyTransA(steps.z(), steps.a(), recurrentWeight(gradient.get(WEIGHT), 0));
    }
}
