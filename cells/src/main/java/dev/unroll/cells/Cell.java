package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * a', c' = cell(a, c, x): the equations of one step and of its derivative, for a batch of rows. A cell has sizes and no
 * weights; these come as {@link CellWeights}.
 *
 * <p>The input part W_ax·x + b is the same for every cell ({@link CellWeights#input}) and may be computed for many steps
 * at once; {@link #forward} adds the recurrent part and the gates.
 */
public sealed interface Cell permits RnnCell, GruResetBeforeCell, GruResetAfterCell, LstmCell {
    /** Name of the stacked weights, (gates*H) x (H + I), among a cell's parameters. */
    String WEIGHT = "weight";
    /** Name of the bias, 1 x gates*H, among a cell's parameters. */
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
     * Length of the memory cell.
     *
     * @return H, or 0 for a cell without one
     */
    int memorySize();

    /**
     * Floats a row that the backward step wants beside the activations.
     *
     * @return H or 0
     */
    int savedSize();

    /**
     * Number of gates, the candidate counted.
     *
     * @return the count
     */
    default int gates() {
        return gateNames().size();
    }

    /**
     * Names and shapes of all weights.
     *
     * @return {@value #WEIGHT}, {@value #BIAS} and what else the cell has
     */
    default List<Parameters.Shape> parameterShapes() {
        int rows = Math.multiplyExact(gates(), hiddenSize());
        return List.of(new Parameters.Shape(WEIGHT, rows, Math.addExact(hiddenSize(), inputSize())),
                new Parameters.Shape(BIAS, 1, rows));
    }

    /**
     * One step forward from z = W_ax·x + b.
     *
     * @param kernels who computes
     * @param weights this cell's
     * @param step z goes in; activations, what is saved, a' and c' come out
     */
    void forward(Kernels kernels, CellWeights weights, StepTrace step);

    /**
     * One step forward from x: z = W_ax·x + b, then {@link #forward(Kernels, CellWeights, StepTrace)}, to the same bits,
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
     * @param da rows x H; in: the gradient of a'; out: the gradient of a
     * @param dc rows x {@link #memorySize}; in: the gradient of c' by way of later steps; out: the gradient of c
     * @param scratch rows x H, overwritten
     */
    void backward(Kernels kernels, CellWeights weights, StepTrace step, Matrix da, Matrix dc, Matrix scratch);

    /**
     * Adds the gradient of the recurrent weights: dW_aa += dzᵀ·a over all rows.
     *
     * @param kernels who computes
     * @param steps what {@link #backward} left, the rows of any number of steps at once
     * @param gradient of this cell's parameters, added to
     */
    void addRecurrentGradient(Kernels kernels, StepTrace steps, Parameters gradient);

    /**
     * Checks sizes at a cell's door.
     *
     * @param cell its name
     * @param inputSize I
     * @param hiddenSize H
     * @throws IllegalArgumentException where one is below 1
     */
    static void checkSizes(String cell, int inputSize, int hiddenSize) {
        if (inputSize < 1 || hiddenSize < 1) {
            throw new IllegalArgumentException("%s: inputSize %d, hiddenSize %d; wanted both 1 or more".formatted(cell,
                    inputSize, hiddenSize));
        }
    }

    /**
     * W_aa, or the rows of it that belong to one group of gates.
     *
     * @param weight the stacked weights or their gradient
     * @param group number of the group
     * @return a view, (gates of the group)*H x H
     */
    default Matrix recurrentWeight(Matrix weight, int group) {
        return recurrentWeight(weight, gateGroups(), group);
    }

    private Matrix recurrentWeight(Matrix weight, List<Integer> groups, int group) {
        int from = groups.stream().limit(group).mapToInt(Integer::intValue).sum() * hiddenSize();
        return weight.cols(0, hiddenSize()).rows(from, groups.get(group) * hiddenSize());
    }

    /**
     * W_aa, or the rows of it that belong to one group of {@link #productGroups}.
     *
     * @param weight the stacked weights
     * @param group number of the group
     * @return a view, (gates of the group)*H x H
     */
    default Matrix productWeight(Matrix weight, int group) {
        return recurrentWeight(weight, productGroups(), group);
    }

    /**
     * W_ax.
     *
     * @param weight the stacked weights or their gradient
     * @return a view, gates*H x I
     */
    default Matrix inputWeight(Matrix weight) {
        return weight.cols(hiddenSize(), inputSize());
    }
}
