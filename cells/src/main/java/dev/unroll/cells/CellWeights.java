package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.PackedMatrix;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights of a cell, packed for a backend: W_ax and W_aa, each for products forward (x·W_axᵀ, a·W_aaᵀ) and, for
 * training, backward (dz·W_ax, dz·W_aa). What is packed is a copy: {@link #repack} takes the parameters again after they
 * have changed.
 */
public final class CellWeights {
    private final Cell cell;
    private final Kernels kernels;
    private final Parameters parameters;
    private final PackedMatrix input;
    private final List<PackedMatrix> recurrent = new ArrayList<>();
    private final List<PackedMatrix> recurrentBackward = new ArrayList<>();
    private final PackedMatrix inputBackward;
    private final Matrix table;

    private CellWeights(Cell cell, Kernels kernels, Arena arena, Parameters parameters, Use use, InputKind kind) {
        Matrix weight = parameters.get(Cell.WEIGHT);
        Matrix inputWeight = cell.inputWeight(weight);
        boolean training = use == Use.TRAINING;
        boolean dense = kind == InputKind.DENSE;
        this.cell = cell;
        this.kernels = kernels;
        this.parameters = parameters;
        this.input = dense ? kernels.packTransposed(arena, inputWeight, cell.gates()) : null;
        this.inputBackward = dense && training ? kernels.pack(arena, inputWeight) : null;
        this.table = dense ? null : Matrix.allocate(arena, cell.inputSize(), weight.rows());
        for (int group = 0; group < cell.productGroups().size(); group++) {
            recurrent.add(kernels.packTransposed(arena, cell.productWeight(weight, group),
                    cell.productGroups().get(group)));
        }
        for (int group = 0; training && group < cell.gateGroups().size(); group++) {
            recurrentBackward.add(kernels.pack(arena, cell.recurrentWeight(weight, group)));
        }
        fillTable();
    }

    /** What the weights are packed for. */
    public enum Use {
        /** Steps forward only. */
        INFERENCE,
        /** Steps forward and backward. */
        TRAINING
    }

    /** What the cell's x is. */
    public enum InputKind {
        /** A vector of numbers. */
        DENSE,
        /** A one-hot vector, given as the index of its one: W_ax·x is then a row of W_axᵀ, not a product. */
        ONE_HOT
    }

    /**
     * Packs the weights.
     *
     * @param cell the equations
     * @param kernels who will compute
     * @param arena owner of the packed copies
     * @param parameters the cell's, by the names of {@link Cell#parameterShapes}
     * @param use what they are packed for
     * @param kind what x is
     * @return the packed weights
     * @throws IllegalArgumentException where the parameters are not the cell's
     */
    public static CellWeights pack(Cell cell, Kernels kernels, Arena arena, Parameters parameters, Use use,
            InputKind kind) {
        if (!parameters.shapes().equals(cell.parameterShapes())) {
            throw new IllegalArgumentException("pack %s: the parameters are %s; wanted %s".formatted(cell,
                    parameters.shapes(), cell.parameterShapes()));
        }
        return new CellWeights(cell, kernels, arena, parameters, use, kind);
    }

    private void fillTable() {
        if (table != null) {
            kernels.transpose(cell.inputWeight(parameters.get(Cell.WEIGHT)), table);
            kernels.addRow(parameters.get(Cell.BIAS), table);
        }
    }

    /**
     * The equations.
     *
     * @return the cell whose weights these are
     */
    public Cell cell() {
        return cell;
    }

    /**
     * Who computes.
     *
     * @return the kernels that the weights are packed for
     */
    public Kernels kernels() {
        return kernels;
    }

    /** Takes the parameters again, after they have changed. */
    public void repack() {
        if (input != null) {
            kernels.repack(input);
        }
        if (inputBackward != null) {
            kernels.repack(inputBackward);
        }
        recurrent.forEach(kernels::repack);
        recurrentBackward.forEach(kernels::repack);
        fillTable();
    }

    /** The input weights, for x·W_axᵀ, a group a gate. */
    PackedMatrix input() {
        if (input == null) {
            throw new IllegalStateException("input: the weights are packed for one-hot x; wanted DENSE");
        }
        return input;
    }

    /**
     * z = x·W_axᵀ + b.
     *
     * @param x rows x I, of any number of steps
     * @param z rows x gates*H, written
     */
    public void input(Matrix x, Matrix z) {
        kernels.fillRows(parameters.get(Cell.BIAS), z);
        kernels.addMultiply(x, input(), z);
    }

    /**
     * z = x·W_axᵀ + b for one-hot x.
     *
     * @param ids the index of the one of each row
     * @param from where the first stands in {@code ids}
     * @param z rows x gates*H, written
     * @throws IndexOutOfBoundsException for an index that is not below I
     */
    public void input(int[] ids, int from, Matrix z) {
        kernels.gatherRows(table, ids, from, z);
    }

    /**
     * dx = dz·W_ax.
     *
     * @param dz rows x gates*H
     * @param dx rows x I, written
     * @throws IllegalStateException where the weights are packed for inference, or x is one-hot
     */
    public void inputBackward(Matrix dz, Matrix dx) {
        if (inputBackward == null) {
            throw new IllegalStateException("inputBackward: the weights are not packed for it; wanted TRAINING, DENSE");
        }
        kernels.multiply(dz, inputBackward, dx);
    }

    /**
     * The recurrent weights of a group of gates, for a·W_aaᵀ.
     *
     * @param group its number, see {@link Cell#productGroups}
     * @return H x (gates of the group)*H
     */
    PackedMatrix recurrent(int group) {
        return recurrent.get(group);
    }

    /**
     * The recurrent weights of a group of gates, for dz·W_aa.
     *
     * @param group its number, see {@link Cell#gateGroups}
     * @return (gates of the group)*H x H
     */
    PackedMatrix recurrentBackward(int group) {
        return recurrentBackward.get(group);
    }

    /**
     * One of the parameters that are not packed.
     *
     * @param name its name
     * @return the matrix
     */
    Matrix parameter(String name) {
        return parameters.get(name);
    }
}
