package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.LstmForm;
import dev.unroll.kernels.PackedMatrix;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    private final PackedMatrix projection;
    private final PackedMatrix projectionBackward;
    private final Matrix table;
    private final Matrix inputBias;
    private final Matrix recurrentBias;
    private final LstmForm lstmForm;
    /** Views of the rows of gates*units parameters, by name and group. */
    private final Map<String, Matrix[]> groups = new HashMap<>();

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
        boolean projects = parameters.asMap().containsKey(LstmCell.PROJECTION);
        this.projection = projects ? kernels.packTransposed(arena, parameters.get(LstmCell.PROJECTION)) : null;
        this.projectionBackward = projects && training
                ? kernels.pack(arena, parameters.get(LstmCell.PROJECTION))
                : null;
        Matrix zero = Matrix.allocate(arena, 1, weight.rows());
        this.inputBias = cell.inputBias().map(parameters::get).orElse(zero);
        this.recurrentBias = parameters.asMap().getOrDefault(GruResetAfterCell.RECURRENT_BIAS,
                zero.cols(0, cell.units()));
        this.lstmForm = cell instanceof LstmCell lstm ? lstm.form(parameters) : LstmForm.PLAIN;
        cutGroups();
        fillTable();
    }

    private void cutGroups() {
        parameters.asMap().forEach((name, row) -> {
            if (row.rows() == 1 && row.cols() == cell.gateSize()) {
                Matrix[] views = new Matrix[cell.gateGroups().size()];
                int from = 0;
                for (int group = 0; group < views.length; group++) {
                    int width = cell.gateGroups().get(group) * cell.units();
                    views[group] = row.cols(from, width);
                    from += width;
                }
                groups.put(name, views);
            }
        });
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
            kernels.addRow(inputBias, table);
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
        if (projection != null) {
            kernels.repack(projection);
        }
        if (projectionBackward != null) {
            kernels.repack(projectionBackward);
        }
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
     * z = x·W_axᵀ + b, the input part; see {@link Cell#inputBias} for b.
     *
     * @param x rows x I, of any number of steps
     * @param z rows x gates*units, written
     */
    public void input(Matrix x, Matrix z) {
        fillBias(z);
        kernels.addMultiply(x, input(), z);
    }

    /** z = b in every row, what the input part begins with. */
    void fillBias(Matrix z) {
        kernels.fillRows(inputBias, z);
    }

    /**
     * z = x·W_axᵀ + b for one-hot x.
     *
     * @param ids the index of the one of each row
     * @param from where the first stands in {@code ids}
     * @param z rows x gates*units, written
     * @throws IndexOutOfBoundsException for an index that is not below I
     */
    public void input(int[] ids, int from, Matrix z) {
        kernels.gatherRows(table, ids, from, z);
    }

    /**
     * dx = dz·W_ax.
     *
     * @param dz rows x gates*units
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
     * @return H x (gates of the group)*units
     */
    PackedMatrix recurrent(int group) {
        return recurrent.get(group);
    }

    /**
     * The recurrent weights of a group of gates, for dz·W_aa.
     *
     * @param group its number, see {@link Cell#gateGroups}
     * @return (gates of the group)*units x H
     */
    PackedMatrix recurrentBackward(int group) {
        return recurrentBackward.get(group);
    }

    /** b_ca of a GRU that resets after the product, zero where it has no biases. */
    Matrix recurrentBias() {
        return recurrentBias;
    }

    /** W_hr of an LSTM that projects its output, for h·W_hrᵀ. */
    PackedMatrix projection() {
        return projection;
    }

    /** W_hr of an LSTM that projects its output, for da·W_hr. */
    PackedMatrix projectionBackward() {
        return projectionBackward;
    }

    /** The gate arithmetic of an LSTM, with its peepholes. */
    LstmForm lstmForm() {
        return lstmForm;
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

    /**
     * The columns of one group of gates of a parameter that is a row of gates*units.
     *
     * @param name its name
     * @param group number of the group, see {@link Cell#gateGroups}
     * @return a view
     */
    Matrix parameter(String name, int group) {
        return groups.get(name)[group];
    }
}
