package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * a' = tanh(W_a[a, x] + b_a): the simple recurrent network.
 *
 * <p>Backward: dz = da'*(1 - a'^2), da = dz·W_aa. Source: Elman, "Finding structure in time", 1990.
 *
 * @param inputSize I
 * @param hiddenSize H
 */
public record RnnCell(int inputSize, int hiddenSize) implements Cell {
    private static final List<String> GATES = List.of("a");
    private static final List<Integer> GROUPS = List.of(1);

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public RnnCell {
        Cell.checkSizes("rnn", inputSize, hiddenSize);
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
        return 0;
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, StepTrace step) {
        kernels.tanhStep(step.a(), weights.recurrent(0), step.z(), step.aNext());
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, Matrix x, StepTrace step) {
        kernels.fillRows(weights.parameter(BIAS), step.z());
        kernels.tanhStep(x, weights.input(), step.a(), weights.recurrent(0), step.z(), step.aNext());
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, Matrix da, Matrix dc, Matrix scratch) {
        kernels.tanhBackward(step.aNext(), da, step.z());
        kernels.multiply(step.z(), weights.recurrentBackward(0), da);
    }

    @Override
    public void addRecurrentGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        kernels.addMultiplyTransA(steps.z(), steps.a(), recurrentWeight(gradient.get(WEIGHT), 0));
    }
}
