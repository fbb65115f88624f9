package dev.unroll.models;

import dev.unroll.cells.Bias;
import dev.unroll.cells.Cell;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.Parameters.Shape;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights as Keras arranges those of {@code SimpleRNN}, {@code GRU} and {@code LSTM}: {@code kernel}, I x gates*H, {@code
 * recurrent_kernel}, H x gates*H, and {@code bias}, gates*H long, or 2 x 3H for a GRU with {@code reset_after=True}, the
 * default, which is {@link GruResetAfterCell}; {@code reset_after=False} is {@link dev.unroll.cells.GruResetBeforeCell}.
 *
 * <p>[W_aa | W_ax] = [recurrent_kernelᵀ | kernelᵀ], gates in another order, and the GRU's z = 1 - u. The two rows of a GRU's
 * bias become their sum, save b_ca. Weights come and go to the bit; our bias goes as the first row, the second being 0 but for
 * b_ca, and comes back to the bit.
 */
public final class KerasFormat {
    private static final String KERNEL = "kernel";
    private static final String RECURRENT_KERNEL = "recurrent_kernel";
    private static final String BIAS = "bias";

    private KerasFormat() {}

    /**
     * Names and shapes of a cell's weights as Keras has them.
     *
     * @param cell the equations
     * @return the shapes
     * @throws IllegalArgumentException where Keras has no such cell
     */
    public static List<Shape> shapes(Cell cell) {
        ForeignGates.keras(cell);
        List<Shape> shapes = new ArrayList<>(List.of(new Shape(KERNEL, cell.inputSize(), cell.gateSize()),
                new Shape(RECURRENT_KERNEL, cell.hiddenSize(), cell.gateSize())));
        if (cell.bias() == Bias.LEARNED) {
            shapes.add(new Shape(BIAS, cell instanceof GruResetAfterCell ? 2 : 1, cell.gateSize()));
        }
        return shapes;
    }

    /**
     * Reads a layer's weights from a file.
     *
     * @param file with tensors named as Keras names them
     * @param prefix what goes before the names, such as {@code lstm/lstm_cell/}
     * @param cell the equations, with the activation, {@code use_bias} and {@code reset_after} that the layer has
     * @param ours by the names of {@link Cell#parameterShapes}, written
     * @throws IOException where the file cannot be read, or has no such tensors
     * @throws IllegalArgumentException where Keras has no such cell
     */
    public static void read(SafetensorsReader file, String prefix, Cell cell, Parameters ours) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Parameters theirs = Parameters.allocate(arena, shapes(cell));
            for (var entry : theirs.asMap().entrySet()) {
                Tensors.read(file, prefix + entry.getKey(), entry.getValue());
            }
            toOurs(cell, theirs, ours);
        }
    }

    /**
     * Puts a layer's weights into a file to be.
     *
     * @param cell the equations
     * @param ours by the names of {@link Cell#parameterShapes}
     * @param prefix what goes before the names
     * @param file the file to be
     * @throws IllegalArgumentException where Keras has no such cell
     */
    public static void write(Cell cell, Parameters ours, String prefix, SafetensorsWriter file) {
        try (Arena arena = Arena.ofConfined()) {
            Parameters theirs = Parameters.allocate(arena, shapes(cell));
            toTheirs(cell, ours, theirs);
            theirs.asMap().forEach((name, matrix) -> Tensors.add(file, prefix + name, matrix));
        }
    }

    /**
     * Our weights from Keras's.
     *
     * @param cell the equations
     * @param theirs by the names of {@link #shapes}
     * @param ours by the names of {@link Cell#parameterShapes}, written
     */
    public static void toOurs(Cell cell, Parameters theirs, Parameters ours) {
        ForeignGates gates = ForeignGates.keras(cell);
        try (Arena arena = Arena.ofConfined()) {
            Matrix weight = ours.get(Cell.WEIGHT);
            gates.rowsToOurs(transposed(arena, theirs.get(RECURRENT_KERNEL)), weight.cols(0, cell.hiddenSize()));
            gates.rowsToOurs(transposed(arena, theirs.get(KERNEL)), cell.inputWeight(weight));
            if (cell.bias() == Bias.NONE) {
                return;
            }
            Matrix first = theirs.get(BIAS).row(0);
            Matrix zero = Matrix.allocate(arena, 1, cell.units());
            for (int gate = 0; gate < cell.gates(); gate++) {
                Matrix bias = gates.ourCols(gate, ours.get(Cell.BIAS));
                Matrix second = cell instanceof GruResetAfterCell
                        ? gates.theirCols(gate, theirs.get(BIAS).row(1))
                        : zero;
                if (cell instanceof GruResetAfterCell && gate == 2) {
                    bias.copyFrom(gates.theirCols(gate, first));
                    ours.get(GruResetAfterCell.RECURRENT_BIAS).copyFrom(second);
                } else {
                    gates.copySum(gate, gates.theirCols(gate, first), second, bias);
                }
            }
        }
    }

    /**
     * Keras's weights from ours.
     *
     * @param cell the equations
     * @param ours by the names of {@link Cell#parameterShapes}
     * @param theirs by the names of {@link #shapes}, written
     */
    public static void toTheirs(Cell cell, Parameters ours, Parameters theirs) {
        ForeignGates gates = ForeignGates.keras(cell);
        try (Arena arena = Arena.ofConfined()) {
            Matrix weight = ours.get(Cell.WEIGHT);
            Matrix recurrent = Matrix.allocate(arena, cell.gateSize(), cell.hiddenSize());
            gates.rowsToTheirs(weight.cols(0, cell.hiddenSize()), recurrent);
            theirs.get(RECURRENT_KERNEL).copyFrom(transposed(arena, recurrent));
            Matrix input = Matrix.allocate(arena, cell.gateSize(), cell.inputSize());
            gates.rowsToTheirs(cell.inputWeight(weight), input);
            theirs.get(KERNEL).copyFrom(transposed(arena, input));
        }
        if (cell.bias() == Bias.NONE) {
            return;
        }
        Matrix bias = theirs.get(BIAS);
        bias.fill(0);
        for (int gate = 0; gate < cell.gates(); gate++) {
            gates.copyRow(gate, gates.ourCols(gate, ours.get(Cell.BIAS)), gates.theirCols(gate, bias.row(0)));
        }
        if (cell instanceof GruResetAfterCell) {
            gates.theirCols(2, bias.row(1)).copyFrom(ours.get(GruResetAfterCell.RECURRENT_BIAS));
        }
    }

    private static Matrix transposed(Arena arena, Matrix matrix) {
        Matrix out = Matrix.allocate(arena, matrix.cols(), matrix.rows());
        for (int i = 0; i < out.rows(); i++) {
            for (int j = 0; j < out.cols(); j++) {
                out.set(i, j, matrix.get(j, i));
            }
        }
        return out;
    }
}
