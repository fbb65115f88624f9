package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.PackedMatrix;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * a', c' = cell(a, c, x): the equations of one step and of its derivative, for a batch of rows. A cell has sizes and no
 * weights; these come as {@link CellWeights}.
 *
 * <p>The input part W_ax·x + b is the same for nearly every cell ({@link CellWeights#input}) and may be computed for many
 * steps at once; {@link #forward} adds the recurrent part and the gates.
 */
public sealed interface Cell permits RnnCell, GruSimplifiedCell, GruResetBeforeCell, GruResetAfterCell, LstmCell,
        LayerNormGruCell, LayerNormLstmCell {
    /** Name of the stacked weights, (gates*units) x (H + I), among a cell's parameters. */
    String WEIGHT = "weight";
    /** Name of the bias, 1 x gates*units, among a cell's parameters. */
    String BIAS = "bias";

    /**
     * I, the length of x.
     *
     * @return n_x
     */
    int inputSize();

    /**
     * H, the length of a.
     *
     * @return n_a
     */
    int hiddenSize();

    /**
     * How many units each gate has: H, but for an LSTM that projects its output.
     *
     * @return the count
     */
    default int units() {
        return hiddenSize();
    }

    /**
     * The gates' names in the order of W's rows, the candidate's last.
     *
     * @return for example f, u, o, c
     */
    List<String> gateNames();

    /**
     * How many gates have their recurrent gradients side by side, in the order of W's rows: 3 gates of which the last
     * reads something else than a, or reads it by way of another gate, are 2 and 1.
     *
     * @return counts that add up to the gates
     */
    List<Integer> gateGroups();

    /**
     * How many gates share a recurrent product forward, in the order of W's rows.
     *
     * @return counts that add up to the gates
     */
    default List<Integer> productGroups() {
        return gateGroups();
    }

    /**
     * Whether it has a bias.
     *
     * @return {@link Bias#LEARNED} or {@link Bias#NONE}
     */
    Bias bias();

    /**
     * Length of the memory cell.
     *
     * @return as many as {@link #units}, or 0 for a cell without one
     */
    int memorySize();

    /**
     * What the backward step wants beside the activations: the widths of its parts.
     *
     * @return floats a row, part by part
     */
    List<Integer> savedSizes();

    /**
     * Floats a row that the backward step wants beside the activations.
     *
     * @return the sum of {@link #savedSizes}
     */
    default int savedSize() {
        return savedSizes().stream().mapToInt(Integer::intValue).sum();
    }

    /**
     * Number of gates, the candidate counted.
     *
     * @return the count
     */
    default int gates() {
        return gateNames().size();
    }

    /**
     * Width of z: all gates side by side.
     *
     * @return gates*units
     */
    default int gateSize() {
        return Math.multiplyExact(gates(), units());
    }

    /**
     * Names and shapes of all weights.
     *
     * @return {@value #WEIGHT}, {@value #BIAS} if there is one, and what else the cell has
     */
    default List<Parameters.Shape> parameterShapes() {
        List<Parameters.Shape> shapes = new ArrayList<>();
        shapes.add(new Parameters.Shape(WEIGHT, gateSize(), Math.addExact(hiddenSize(), inputSize())));
        if (bias() == Bias.LEARNED) {
            shapes.add(new Parameters.Shape(BIAS, 1, gateSize()));
        }
        shapes.addAll(ownShapes());
        return List.copyOf(shapes);
    }

    /**
     * Names and shapes of the weights that not every cell has.
     *
     * @return none for a plain cell
     */
    default List<Parameters.Shape> ownShapes() {
        return List.of();
    }

    /**
     * What the input part adds to W_ax·x: nothing where there is no bias, or where the cell adds it itself later.
     *
     * @return the name of a parameter
     */
    default Optional<String> inputBias() {
        return bias() == Bias.LEARNED ? Optional.of(BIAS) : Optional.empty();
    }

    /**
     * One step forward from the input part.
     *
     * @param kernels who computes
     * @param weights this cell's
     * @param step z goes in; activations, what is saved, a' and c' come out
     */
    void forward(Kernels kernels, CellWeights weights, StepTrace step);

    /**
     * One step forward from x: the input part, then {@link #forward(Kernels, CellWeights, StepTrace)}, to the same bits,
     * and faster where the weights are read for this step alone.
     *
     * @param kernels who computes
     * @param weights this cell's, packed for {@link CellWeights.InputKind#DENSE}
     * @param x rows x I
     * @param step activations, what is saved, a' and c' come out
     */
    default void forward(Kernels kernels, CellWeights weights, Matrix x, StepTrace step) {
        weights.input(x, step.z());
        forward(kernels, weights, step);
    }

    /**
     * One step backward.
     *
     * @param kernels who computes
     * @param weights this cell's, packed for training
     * @param step what {@link #forward} left; dz comes out in its z
     * @param back the gradients of a' and c' go in, those of a and c come out
     */
    void backward(Kernels kernels, CellWeights weights, StepTrace step, StepGradient back);

    /**
     * What {@link #backward} left for the input part to take back: the gradient of W_ax·x.
     *
     * @param steps the rows of any number of steps
     * @return rows x gates*units
     */
    default Matrix inputGradient(StepTrace steps) {
        return steps.z();
    }

    /**
     * Adds the gradients of all weights but W_ax: dW_aa += dzᵀ·a, db += Σ dz, over all rows.
     *
     * @param kernels who computes
     * @param steps what {@link #backward} left, the rows of any number of steps at once
     * @param gradient of this cell's parameters, added to
     */
    default void addGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        addBiasGradient(kernels, steps, gradient);
        kernels.addMultiplyTransA(steps.z(), steps.recurrent(), recurrentWeight(gradient.get(WEIGHT), 0));
    }

    /**
     * Adds the gradient of the bias, db += Σ dz over all rows.
     *
     * @param kernels who computes
     * @param steps what {@link #backward} left
     * @param gradient of this cell's parameters, added to where there is a bias
     */
    default void addBiasGradient(Kernels kernels, StepTrace steps, Parameters gradient) {
        if (bias() == Bias.LEARNED) {
            kernels.addSumOfRows(steps.z(), gradient.get(BIAS));
        }
    }

    /**
     * Checks sizes at a cell's door.
     *
     * @param cell its name
     * @param gates how many it has
     * @param inputSize I
     * @param hiddenSize H
     * @throws IllegalArgumentException where one is below 1, or the stacked weights have more rows or columns than there are
     *     numbers
     */
    static void checkSizes(String cell, int gates, int inputSize, int hiddenSize) {
        if (inputSize < 1 || hiddenSize < 1) {
            throw new IllegalArgumentException("%s: inputSize %d, hiddenSize %d; wanted both 1 or more".formatted(cell,
                    inputSize, hiddenSize));
        }
        if ((long) gates * hiddenSize > Integer.MAX_VALUE || (long) hiddenSize + inputSize > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "%s: inputSize %d, hiddenSize %d; wanted %d*hiddenSize and their sum below 2^31"
                            .formatted(cell, inputSize, hiddenSize, gates));
        }
    }

    /**
     * da = dz·W_aa, for a cell that has nothing of a but by way of that product.
     *
     * @param kernels who computes
     * @param dz rows x gates*units
     * @param weight W_aa, packed backward
     * @param back whose gradient of a is written
     */
    static void backThroughProduct(Kernels kernels, Matrix dz, PackedMatrix weight, StepGradient back) {
        if (back.isSplit()) {
            back.a().fill(0);
        }
        kernels.multiply(dz, weight, back.recurrent());
    }

    /**
     * W_aa, or the rows of it that belong to one group of gates.
     *
     * @param weight the stacked weights or their gradient
     * @param group number of the group
     * @return a view, (gates of the group)*units x H
     */
    default Matrix recurrentWeight(Matrix weight, int group) {
        return recurrentWeight(weight, gateGroups(), group);
    }

    private Matrix recurrentWeight(Matrix weight, List<Integer> groups, int group) {
        int from = groups.stream().limit(group).mapToInt(Integer::intValue).sum() * units();
        return weight.cols(0, hiddenSize()).rows(from, groups.get(group) * units());
    }

    /**
     * W_aa, or the rows of it that belong to one group of {@link #productGroups}.
     *
     * @param weight the stacked weights
     * @param group number of the group
     * @return a view, (gates of the group)*units x H
     */
    default Matrix productWeight(Matrix weight, int group) {
        return recurrentWeight(weight, productGroups(), group);
    }

    /**
     * W_ax.
     *
     * @param weight the stacked weights or their gradient
     * @return a view, gates*units x I
     */
    default Matrix inputWeight(Matrix weight) {
        return weight.cols(hiddenSize(), inputSize());
    }
}
