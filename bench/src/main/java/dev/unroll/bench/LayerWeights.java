package dev.unroll.bench;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.Parameters;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * The weights of one layer, stacked as Unroll has them (W acts on [a, x], a first), and taken apart as other libraries
 * want them.
 */
public final class LayerWeights {
    private final Cell cell;
    private final Map<String, float[]> values;

    private LayerWeights(Cell cell, Map<String, float[]> values) {
        this.cell = cell;
        this.values = values;
    }

    /** Numbers between -1/√H and 1/√H, the same in every run. */
    static LayerWeights random(Cell cell, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double bound = 1 / Math.sqrt(cell.hiddenSize());
        return new LayerWeights(cell, cell.parameterShapes().stream().collect(Collectors.toMap(Parameters.Shape::name,
                shape -> Filled.array(random, shape.rows() * shape.cols(), bound))));
    }

    /** Copies of a layer's parameters. */
    static LayerWeights of(Cell cell, Parameters parameters) {
        return new LayerWeights(cell, cell.parameterShapes().stream().map(Parameters.Shape::name)
                .collect(Collectors.toMap(name -> name, name -> parameters.get(name).toArray())));
    }

    /** The same numbers as parameters of Unroll's cell. */
    Parameters toParameters(Arena arena) {
        Parameters parameters = Parameters.allocate(arena, cell.parameterShapes());
        values.forEach((name, numbers) -> parameters.get(name).copyFrom(numbers));
        return parameters;
    }

    /**
     * The equations.
     *
     * @return the cell's kind
     */
    public CellKind kind() {
        return CellKind.of(cell);
    }

    /**
     * I.
     *
     * @return n_x
     */
    public int inputSize() {
        return cell.inputSize();
    }

    /**
     * H.
     *
     * @return n_a
     */
    public int hiddenSize() {
        return cell.hiddenSize();
    }

    /**
     * W_ax, gate after gate.
     *
     * @param order the gates
     * @return (gates*H) x I
     */
    public float[] input(GateOrder order) {
        return columns(order, hiddenSize(), inputSize());
    }

    /**
     * W_aa, gate after gate.
     *
     * @param order the gates
     * @return (gates*H) x H
     */
    public float[] recurrent(GateOrder order) {
        return columns(order, 0, hiddenSize());
    }

    /**
     * b, gate after gate.
     *
     * @param order the gates
     * @return gates*H
     */
    public float[] bias(GateOrder order) {
        int h = hiddenSize();
        float[] out = new float[order.gates().size() * h];
        for (int g = 0; g < order.gates().size(); g++) {
            for (int j = 0; j < h; j++) {
                out[g * h + j] = order.sign(g) * bias(order.name(g), j);
            }
        }
        return out;
    }

    /**
     * The second bias that others have, gate after gate: zero, save for the candidate of a GRU, which has b_ca.
     *
     * @param order the gates
     * @return gates*H
     */
    public float[] recurrentBias(GateOrder order) {
        int h = hiddenSize();
        float[] out = new float[order.gates().size() * h];
        if (values.containsKey(GruResetAfterCell.RECURRENT_BIAS)) {
            System.arraycopy(values.get(GruResetAfterCell.RECURRENT_BIAS), 0, out, order.gates().indexOf("c") * h, h);
        }
        return out;
    }

    private float bias(String gate, int j) {
        return values.get(Cell.BIAS)[cell.gateNames().indexOf(gate) * hiddenSize() + j];
    }

    private float[] columns(GateOrder order, int from, int count) {
        int h = hiddenSize();
        int stride = h + inputSize();
        float[] weight = values.get(Cell.WEIGHT);
        float[] out = new float[order.gates().size() * h * count];
        for (int g = 0; g < order.gates().size(); g++) {
            int gate = cell.gateNames().indexOf(order.name(g));
            for (int j = 0; j < h; j++) {
                for (int k = 0; k < count; k++) {
                    out[(g * h + j) * count + k] = order.sign(g) * weight[(gate * h + j) * stride + from + k];
                }
            }
        }
        return out;
    }
}
