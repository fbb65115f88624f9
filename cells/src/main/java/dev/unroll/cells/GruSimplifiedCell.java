package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * The gated recurrent unit with an update gate alone. u = σ(W_u[a, x] + b_u); k = tanh(W_c[a, x] + b_c);
 * a' = u*k + (1 - u)*a.
 *
 * <p>Backward: dz_c = da'*u*(1 - k^2); dz_u = da'*(k - a)*u*(1 - u); da = da'*(1 - u) + dz·W_aa. Sources: Cho et al.,
 * "Learning phrase representations using RNN encoder-decoder", 2014, without its reset gate; in this form: Ng, "Sequence
 * models", deep learning specialization, 2018.
 *
 * @param inputSize I
 * @param hiddenSize H
 * @param bias whether there is a bias
 */
public record GruSimplifiedCell(int inputSize, int hiddenSize, Bias bias) implements Cell {
    private static final List<String> GATES = List.of("u", "c");
    private static final List<Integer> GROUPS = List.of(2);

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public GruSimplifiedCell {
        Cell.checkSizes("gru", 2, inputSize, hiddenSize);
    }

    /**
     * With a bias.
     *
     * @param inputSize I
     * @param hiddenSize H
     * @throws IllegalArgumentException where one is below 1
     */
    public GruSimplifiedCell(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, Bias.LEARNED);
    }

    /**
     * Without biases.
     *
     * @return a new cell
     */
    public GruSimplifiedCell withoutBias() {
        return new GruSimplifiedCell(inputSize, hiddenSize, Bias.NONE);
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
        kernels.gruSimplifiedStep(step.recurrent(), weights.recurrent(0), step.z(), step.a(), step.aNext());
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, Matrix x, StepTrace step) {
        weights.fillBias(step.z());
        kernels.gruSimplifiedStep(x, weights.input(), step.recurrent(), weights.recurrent(0), step.z(), step.a(),
                step.aNext());
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, StepGradient back) {
        kernels.gruSimplifiedBackward(step.z(), step.a(), back.a(), back.a());
        kernels.addMultiply(step.z(), weights.recurrentBackward(0), back.recurrent());
    }
}
