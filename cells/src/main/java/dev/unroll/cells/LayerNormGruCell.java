package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;
import java.util.Optional;

/**
 * The gated recurrent unit with layer normalisation, reset after the product. z_u, z_r = g_a*N(W_[u,r]a·a) +
 * g_x*N(W_[u,r]x·x) + b; u, r = σ(z_u), σ(z_r); q = g_a*N(W_ca·a) + b_ca; k = tanh(g_x*N(W_cx·x) + b_c + r*q);
 * a' = u*k + (1 - u)*a. N takes a row, of both gates or of the candidate, to mean 0 and variance 1:
 * N(v) = (v - mean(v)) / sqrt(var(v) + 1e-5).
 *
 * <p>Backward: as {@link GruResetAfterCell}, then through g and N of each product. Source: Ba, Kiros and Hinton, "Layer
 * normalization", 2016, appendix; its candidate reads W_ca·a in the same way.
 *
 * @param inputSize I
 * @param hiddenSize H
 */
public record LayerNormGruCell(int inputSize, int hiddenSize) implements Cell {
    /** Name of g_a, 1 x 3H, among the parameters. */
    public static final String RECURRENT_GAIN = "recurrent_gain";
    /** Name of g_x, 1 x 3H, among the parameters. */
    public static final String INPUT_GAIN = "input_gain";
    /** Name of b_ca, 1 x H, among the parameters. */
    public static final String RECURRENT_BIAS = "recurrent_bias";

    private static final List<String> GATES = List.of("u", "r", "c");
    private static final List<Integer> GROUPS = List.of(2, 1);

    // The parts of what is saved, the first four of them twice: for the gates and, behind these, for the candidate.
    private static final int INPUT = 0;
    private static final int RECURRENT = 2;
    private static final int INPUT_GRADIENT = 4;
    private static final int RECURRENT_GRADIENT = 6;
    private static final int INPUT_SCALE = 8;
    private static final int RECURRENT_SCALE = 10;
    private static final int Q = 12;

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public LayerNormGruCell {
        Cell.checkSizes("gru", 3, inputSize, hiddenSize);
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
    public Bias bias() {
        return Bias.LEARNED;
    }

    @Override
    public Optional<String> inputBias() {
        return Optional.empty();
    }

    @Override
    public int memorySize() {
        return 0;
    }

    @Override
    public List<Integer> savedSizes() {
        int gates = 2 * hiddenSize;
        int candidate = hiddenSize;
        return List.of(gates, candidate, gates, candidate, gates, candidate, gates, candidate, 1, 1, 1, 1, candidate);
    }

    @Override
    public List<Parameters.Shape> ownShapes() {
        return List.of(new Parameters.Shape(RECURRENT_GAIN, 1, gateSize()),
                new Parameters.Shape(INPUT_GAIN, 1, gateSize()), new Parameters.Shape(RECURRENT_BIAS, 1, hiddenSize));
    }

    /** What W_aa·a becomes: in z for the gates, on its own for the candidate; backward, its gradient stands there. */
    private static Matrix recurrentPart(StepTrace step, int group) {
        return group == 0 ? step.z(0) : step.saved(Q);
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, StepTrace step) {
        for (int group = 0; group < GROUPS.size(); group++) {
            Matrix input = step.saved(INPUT + group);
            input.copyFrom(step.z(group));
            kernels.normalizeRows(input, step.saved(INPUT_SCALE + group));
            kernels.fillRows(weights.parameter(BIAS, group), step.z(group));
            kernels.addMultiplyRow(weights.parameter(INPUT_GAIN, group), input, step.z(group));
            Matrix recurrent = step.saved(RECURRENT + group);
            kernels.multiply(step.recurrent(), weights.recurrent(group), recurrent);
            kernels.normalizeRows(recurrent, step.saved(RECURRENT_SCALE + group));
        }
        kernels.addMultiplyRow(weights.parameter(RECURRENT_GAIN, 0), step.saved(RECURRENT), step.z(0));
        kernels.multiplyRow(weights.parameter(RECURRENT_GAIN, 1), step.saved(RECURRENT + 1), step.saved(Q));
        kernels.gruResetAfter(step.z(), step.saved(Q), weights.parameter(RECURRENT_BIAS), step.a(), step.aNext());
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, StepGradient back) {
        kernels.gruResetAfterBackward(step.z(), step.saved(Q), step.a(), back.a(), back.a());
        for (int group = 0; group < GROUPS.size(); group++) {
            Matrix input = step.saved(INPUT_GRADIENT + group);
            kernels.multiplyRow(weights.parameter(INPUT_GAIN, group), step.z(group), input);
            kernels.normalizeRowsBackward(step.saved(INPUT + group), step.saved(INPUT_SCALE + group), input);
            Matrix recurrent = step.saved(RECURRENT_GRADIENT + group);
            kernels.multiplyRow(weights.parameter(RECURRENT_GAIN, group), recurrentPart(step, group), recurrent);
            kernels.normalizeRowsBackward(step.saved(RECURRENT + group), step.saved(RECURRENT_SCALE + group),
                    recurrent);
            kernels.addMultiply(recurrent, weights.recurrentBackward(group), back.recurrent());
        }
    }

    @Override
    public Matrix inputGradient(StepTrace steps) {
        return steps.saved(INPUT_GRADIENT, INPUT_GRADIENT + 1);
    }

    @Override
    public void addGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        addBiasGradient(kernels, steps, gradient);
        kernels.addSumOfRows(steps.saved(Q), gradient.get(RECURRENT_BIAS));
        for (int group = 0; group < GROUPS.size(); group++) {
            kernels.addMultiplyTransA(steps.saved(RECURRENT_GRADIENT + group), steps.recurrent(),
                    recurrentWeight(gradient.get(WEIGHT), group));
            int width = GROUPS.get(group) * hiddenSize;
            int from = group * 2 * hiddenSize;
            kernels.addSumOfProducts(recurrentPart(steps, group), steps.saved(RECURRENT + group),
                    gradient.get(RECURRENT_GAIN).cols(from, width));
            kernels.addSumOfProducts(steps.z(group), steps.saved(INPUT + group),
                    gradient.get(INPUT_GAIN).cols(from, width));
        }
    }
}
