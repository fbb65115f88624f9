package dev.unroll.cells;

import dev.unroll.kernels.Activation;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;
import java.util.Optional;

/**
 * The LSTM with layer normalisation. z = g_a*N(W_aa·a) + g_x*N(W_ax·x) + b; f, u, o = σ(z_f), σ(z_u), σ(z_o);
 * k = tanh(z_c); c' = f*c + u*k; a' = o*tanh(g_c*N(c') + b_c). N takes a row, over all gates at once, to mean 0 and
 * variance 1: N(v) = (v - mean(v)) / sqrt(var(v) + 1e-5).
 *
 * <p>Backward: through tanh, g_c and N to c', then as {@link LstmCell}, then through g and N of both products. Source: Ba,
 * Kiros and Hinton, "Layer normalization", 2016, equations 20 to 22, whose two further shifts are one with b.
 *
 * @param inputSize I
 * @param hiddenSize H
 */
public record LayerNormLstmCell(int inputSize, int hiddenSize) implements Cell {
    /** Name of g_a, 1 x 4H, among the parameters. */
    public static final String RECURRENT_GAIN = "recurrent_gain";
    /** Name of g_x, 1 x 4H, among the parameters. */
    public static final String INPUT_GAIN = "input_gain";
    /** Name of g_c, 1 x H, among the parameters. */
    public static final String MEMORY_GAIN = "memory_gain";
    /** Name of b_c, 1 x H, among the parameters. */
    public static final String MEMORY_BIAS = "memory_bias";

    private static final List<String> GATES = List.of("f", "u", "o", "c");
    private static final List<Integer> GROUPS = List.of(4);

    // The parts of what is saved: normalised products and their scales, gradients of the products, N(c') and its scale,
    // tanh of it, of which the gradient of its argument is made, and room for a product.
    private static final int INPUT = 0;
    private static final int RECURRENT = 1;
    private static final int INPUT_GRADIENT = 2;
    private static final int RECURRENT_GRADIENT = 3;
    private static final int MEMORY = 4;
    private static final int TANH = 5;
    private static final int PRODUCT = 6;
    private static final int INPUT_SCALE = 7;
    private static final int RECURRENT_SCALE = 8;
    private static final int MEMORY_SCALE = 9;

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException where one is below 1
     */
    public LayerNormLstmCell {
        Cell.checkSizes("lstm", 4, inputSize, hiddenSize);
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
        return hiddenSize;
    }

    @Override
    public List<Integer> savedSizes() {
        int z = gateSize();
        return List.of(z, z, z, z, hiddenSize, hiddenSize, hiddenSize, 1, 1, 1);
    }

    @Override
    public List<Parameters.Shape> ownShapes() {
        return List.of(new Parameters.Shape(RECURRENT_GAIN, 1, gateSize()),
                new Parameters.Shape(INPUT_GAIN, 1, gateSize()), new Parameters.Shape(MEMORY_GAIN, 1, hiddenSize),
                new Parameters.Shape(MEMORY_BIAS, 1, hiddenSize));
    }

    @Override
    public void forward(Kernels kernels, CellWeights weights, StepTrace step) {
        Matrix z = step.z();
        step.saved(INPUT).copyFrom(z);
        kernels.normalizeRows(step.saved(INPUT), step.saved(INPUT_SCALE));
        kernels.multiply(step.recurrent(), weights.recurrent(0), step.saved(RECURRENT));
        kernels.normalizeRows(step.saved(RECURRENT), step.saved(RECURRENT_SCALE));
        kernels.fillRows(weights.parameter(BIAS), z);
        kernels.addMultiplyRow(weights.parameter(INPUT_GAIN), step.saved(INPUT), z);
        kernels.addMultiplyRow(weights.parameter(RECURRENT_GAIN), step.saved(RECURRENT), z);

        Matrix f = activated(kernels, Activation.SIGMOID, step.gate(0));
        Matrix u = activated(kernels, Activation.SIGMOID, step.gate(1));
        Matrix o = activated(kernels, Activation.SIGMOID, step.gate(2));
        Matrix k = activated(kernels, Activation.TANH, step.gate(3));
        kernels.multiplyElementwise(f, step.c(), step.cNext());
        kernels.addMultiplyElementwise(u, k, step.cNext());

        step.saved(MEMORY).copyFrom(step.cNext());
        kernels.normalizeRows(step.saved(MEMORY), step.saved(MEMORY_SCALE));
        kernels.fillRows(weights.parameter(MEMORY_BIAS), step.saved(TANH));
        kernels.addMultiplyRow(weights.parameter(MEMORY_GAIN), step.saved(MEMORY), step.saved(TANH));
        kernels.multiplyElementwise(o, activated(kernels, Activation.TANH, step.saved(TANH)), step.aNext());
    }

    private static Matrix activated(Kernels kernels, Activation g, Matrix z) {
        kernels.activate(g, z, z);
        return z;
    }

    @Override
    public void backward(Kernels kernels, CellWeights weights, StepTrace step, StepGradient back) {
        backwardToMemory(kernels, weights, step, back);
        backwardToGates(kernels, step, back);
        kernels.multiplyRow(weights.parameter(INPUT_GAIN), step.z(), step.saved(INPUT_GRADIENT));
        kernels.normalizeRowsBackward(step.saved(INPUT), step.saved(INPUT_SCALE), step.saved(INPUT_GRADIENT));
        Matrix product = step.saved(RECURRENT_GRADIENT);
        kernels.multiplyRow(weights.parameter(RECURRENT_GAIN), step.z(), product);
        kernels.normalizeRowsBackward(step.saved(RECURRENT), step.saved(RECURRENT_SCALE), product);
        Cell.backThroughProduct(kernels, product, weights.recurrentBackward(0), back);
    }

    /** dz_o; dt, t being the argument of the last tanh, in its place; dc'. */
    private static void backwardToMemory(Kernels kernels, CellWeights weights, StepTrace step, StepGradient back) {
        Matrix o = step.gate(2);
        Matrix tanh = step.saved(TANH);
        Matrix product = step.saved(PRODUCT);
        kernels.multiplyElementwise(back.a(), o, product);
        kernels.multiplyElementwise(back.a(), tanh, back.scratch());
        kernels.activateBackward(Activation.SIGMOID, o, back.scratch(), o);
        kernels.activateBackward(Activation.TANH, tanh, product, tanh);
        kernels.multiplyRow(weights.parameter(MEMORY_GAIN), tanh, product);
        kernels.normalizeRowsBackward(step.saved(MEMORY), step.saved(MEMORY_SCALE), product);
        kernels.addScaled(1, product, back.c());
    }

    /** dz_f, dz_u, dz_c; dc. */
    private static void backwardToGates(Kernels kernels, StepTrace step, StepGradient back) {
        Matrix f = step.gate(0);
        Matrix u = step.gate(1);
        Matrix k = step.gate(3);
        Matrix product = step.saved(PRODUCT);
        kernels.multiplyElementwise(back.c(), k, product);
        kernels.multiplyElementwise(back.c(), u, back.scratch());
        kernels.activateBackward(Activation.SIGMOID, u, product, u);
        kernels.activateBackward(Activation.TANH, k, back.scratch(), k);
        kernels.multiplyElementwise(back.c(), step.c(), product);
        kernels.multiplyElementwise(back.c(), f, back.c());
        kernels.activateBackward(Activation.SIGMOID, f, product, f);
    }

    @Override
    public Matrix inputGradient(StepTrace steps) {
        return steps.saved(INPUT_GRADIENT);
    }

    @Override
    public void addGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        addBiasGradient(kernels, steps, gradient);
        kernels.addMultiplyTransA(steps.saved(RECURRENT_GRADIENT), steps.recurrent(),
                recurrentWeight(gradient.get(WEIGHT), 0));
        kernels.addSumOfProducts(steps.z(), steps.saved(RECURRENT), gradient.get(RECURRENT_GAIN));
        kernels.addSumOfProducts(steps.z(), steps.saved(INPUT), gradient.get(INPUT_GAIN));
        kernels.addSumOfProducts(steps.saved(TANH), steps.saved(MEMORY), gradient.get(MEMORY_GAIN));
        kernels.addSumOfRows(steps.saved(TANH), gradient.get(MEMORY_BIAS));
    }
}
