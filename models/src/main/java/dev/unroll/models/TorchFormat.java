package dev.unroll.models;

import dev.unroll.cells.Bias;
import dev.unroll.cells.Cell;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.Parameters.Shape;
import dev.unroll.cells.RnnCell;
import dev.unroll.kernels.Activation;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights as PyTorch has them: those of {@code nn.RNN}, {@code nn.GRU} and {@code nn.LSTM} under their names, {@code
 * weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0}, {@code weight_hr_l0}, with {@code _reverse}
 * for the way backward.
 *
 * <p>[W_aa | W_ax] = [weight_hh | weight_ih], gates in another order, and the GRU's z = 1 - u. PyTorch has two biases, of
 * which ours is the sum, save b_ca of a GRU. Weights come and go to the bit; a bias of ours goes as bias_ih, bias_hh being 0,
 * and comes back to the bit.
 */
public final class TorchFormat {
    private static final String INPUT = "weight_ih";
    private static final String RECURRENT = "weight_hh";
    private static final String INPUT_BIAS = "bias_ih";
    private static final String RECURRENT_BIAS = "bias_hh";
    private static final String PROJECTION = "weight_hr";

    private TorchFormat() {}

    /**
     * A stack and its weights.
     *
     * @param stack the layers
     * @param parameters by the names of {@link Stack#parameterShapes}
     */
    public record Weights(Stack stack, Parameters parameters) {}

    /** {@code _l0}, {@code _l1_reverse}. */
    private static String suffix(int layer, Way way) {
        return "_l" + layer + (way == Way.BACKWARD ? "_reverse" : "");
    }

    /**
     * Reads a module's weights from a file.
     *
     * @param file what {@code safetensors.torch.save_file} wrote
     * @param prefix what goes before the names, such as {@code rnn.}, or nothing
     * @param activation of an {@code nn.RNN}, which its weights do not tell
     * @param arena owner of the weights' memory
     * @return the layers, as the tensors' names and shapes tell them, and the weights
     * @throws IOException where the file cannot be read, or holds no such module; the message names what is wrong
     */
    public static Weights read(SafetensorsReader file, String prefix, Activation activation, Arena arena)
            throws IOException {
        Stack stack = stack(file, prefix, activation);
        Parameters theirs = Parameters.allocate(arena, shapes(stack));
        for (var entry : theirs.asMap().entrySet()) {
            Tensors.read(file, prefix + entry.getKey(), entry.getValue());
        }
        Parameters ours = Parameters.allocate(arena, stack.parameterShapes());
        toOurs(stack, theirs, ours);
        return new Weights(stack, ours);
    }

    private static Stack stack(SafetensorsReader file, String prefix, Activation activation) throws IOException {
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i == 0 || has(file, prefix + INPUT + suffix(i, Way.FORWARD)); i++) {
            boolean isBidirectional = has(file, prefix + INPUT + suffix(i, Way.BACKWARD));
            layers.add(Layer.of(cell(file, prefix, i, activation))
                    .direction(isBidirectional ? Direction.CONCAT : Direction.FORWARD));
        }
        try {
            return new Stack(layers);
        } catch (IllegalArgumentException e) {
            throw new SafetensorsException(file.file(), e.getMessage(), e);
        }
    }

    private static boolean has(SafetensorsReader file, String name) {
        return file.tensors().containsKey(name);
    }

    private static Cell cell(SafetensorsReader file, String prefix, int layer, Activation activation)
            throws IOException {
        String suffix = suffix(layer, Way.FORWARD);
        int[] input = Tensors.matrixShape(file, prefix + INPUT + suffix);
        int[] recurrent = Tensors.matrixShape(file, prefix + RECURRENT + suffix);
        Bias bias = has(file, prefix + INPUT_BIAS + suffix) ? Bias.LEARNED : Bias.NONE;
        boolean projects = has(file, prefix + PROJECTION + suffix);
        int units = projects ? Tensors.matrixShape(file, prefix + PROJECTION + suffix)[1] : recurrent[1];
        int gates = recurrent[0] % units == 0 ? recurrent[0] / units : 0;
        if (gates == 4) {
            LstmCell lstm = new LstmCell(input[1], units).projection(projects ? recurrent[1] : 0);
            return bias == Bias.NONE ? lstm.withoutBias() : lstm;
        }
        return switch (projects ? 0 : gates) {
            case 1 -> new RnnCell(input[1], units, activation, bias);
            case 3 -> new GruResetAfterCell(input[1], units, bias);
            default ->
                throw new SafetensorsException(file.file(), "tensor '%s' is %dx%d; wanted 1, 3 or 4 gates of rows"
                        .formatted(prefix + RECURRENT + suffix, recurrent[0], recurrent[1]));
        };
    }

    /**
     * Puts a stack's weights into a file to be, to be read by {@code safetensors.torch.load_file} and {@code
     * load_state_dict}.
     *
     * @param stack the layers
     * @param ours its weights
     * @param prefix what goes before the names, such as {@code rnn.}, or nothing
     * @param file the file to be
     * @throws IllegalArgumentException where PyTorch has no such cell or direction
     */
    public static void write(Stack stack, Parameters ours, String prefix, SafetensorsWriter file) {
        try (Arena arena = Arena.ofConfined()) {
            Parameters theirs = Parameters.allocate(arena, shapes(stack));
            toTheirs(stack, ours, theirs);
            theirs.asMap().forEach((name, matrix) -> Tensors.add(file, prefix + name, matrix));
        }
    }

    /**
     * Names and shapes of a stack's weights as PyTorch has them, a bias as a row.
     *
     * @param stack the layers
     * @return the shapes
     * @throws IllegalArgumentException where PyTorch has no such cell or direction
     */
    public static List<Shape> shapes(Stack stack) {
        List<Shape> shapes = new ArrayList<>();
        for (int i = 0; i < stack.layers().size(); i++) {
            Layer layer = stack.layers().get(i);
            Cell cell = layer.cell();
            ForeignGates.torch(cell);
            if (layer.direction() != Direction.FORWARD && layer.direction() != Direction.CONCAT) {
                throw new IllegalArgumentException("pytorch: it has no layers that go " + layer.direction());
            }
            for (Way way : layer.direction().ways()) {
                String suffix = suffix(i, way);
                shapes.add(new Shape(INPUT + suffix, cell.gateSize(), cell.inputSize()));
                shapes.add(new Shape(RECURRENT + suffix, cell.gateSize(), cell.hiddenSize()));
                if (cell.bias() == Bias.LEARNED) {
                    shapes.add(new Shape(INPUT_BIAS + suffix, 1, cell.gateSize()));
                    shapes.add(new Shape(RECURRENT_BIAS + suffix, 1, cell.gateSize()));
                }
                if (cell.hiddenSize() != cell.units()) {
                    shapes.add(new Shape(PROJECTION + suffix, cell.hiddenSize(), cell.units()));
                }
            }
        }
        return shapes;
    }

    /**
     * Our weights from PyTorch's.
     *
     * @param stack the layers
     * @param theirs by the names of {@link #shapes}
     * @param ours by the names of {@link Stack#parameterShapes}, written
     */
    public static void toOurs(Stack stack, Parameters theirs, Parameters ours) {
        forEachCell(stack, theirs, ours, TorchFormat::cellToOurs);
    }

    /**
     * PyTorch's weights from ours; its second bias is 0.
     *
     * @param stack the layers
     * @param ours by the names of {@link Stack#parameterShapes}
     * @param theirs by the names of {@link #shapes}, written
     */
    public static void toTheirs(Stack stack, Parameters ours, Parameters theirs) {
        forEachCell(stack, theirs, ours, (cell, their, our) -> {
            gradientToTheirs(cell, their, our);
            if (cell.bias() == Bias.LEARNED) {
                ForeignGates gates = ForeignGates.torch(cell);
                for (int gate = 0; gate < cell.gates(); gate++) {
                    if (!keepsTwoBiases(cell, gate)) {
                        gates.theirCols(gate, their.get(RECURRENT_BIAS)).fill(0);
                    }
                }
            }
        });
    }

    /**
     * Gradients of PyTorch's weights from those of ours: both of its biases have the gradient of their sum.
     *
     * @param stack the layers
     * @param ours by the names of {@link Stack#parameterShapes}
     * @param theirs by the names of {@link #shapes}, written
     */
    public static void gradientToTheirs(Stack stack, Parameters ours, Parameters theirs) {
        forEachCell(stack, theirs, ours, TorchFormat::gradientToTheirs);
    }

    /** What is done with one cell's weights, theirs named without a suffix. */
    private interface CellWork {
        void run(Cell cell, Parameters theirs, Parameters ours);
    }

    private static void forEachCell(Stack stack, Parameters theirs, Parameters ours, CellWork work) {
        for (int i = 0; i < stack.layers().size(); i++) {
            Cell cell = stack.layers().get(i).cell();
            for (Way way : stack.layers().get(i).direction().ways()) {
                work.run(cell, theirs.ending(suffix(i, way)), ours.under(Stack.prefix(i, way), cell.parameterShapes()));
            }
        }
    }

    /** Whether a gate's two biases stay apart: its recurrent one is inside of the product with r. */
    private static boolean keepsTwoBiases(Cell cell, int gate) {
        return cell instanceof GruResetAfterCell && gate == 2;
    }

    private static void cellToOurs(Cell cell, Parameters theirs, Parameters ours) {
        ForeignGates gates = ForeignGates.torch(cell);
        Matrix weight = ours.get(Cell.WEIGHT);
        gates.rowsToOurs(theirs.get(RECURRENT), weight.cols(0, cell.hiddenSize()));
        gates.rowsToOurs(theirs.get(INPUT), cell.inputWeight(weight));
        for (int gate = 0; gate < cell.gates() && cell.bias() == Bias.LEARNED; gate++) {
            Matrix bias = gates.ourCols(gate, ours.get(Cell.BIAS));
            Matrix first = gates.theirCols(gate, theirs.get(INPUT_BIAS));
            Matrix second = gates.theirCols(gate, theirs.get(RECURRENT_BIAS));
            if (keepsTwoBiases(cell, gate)) {
                bias.copyFrom(first);
                ours.get(GruResetAfterCell.RECURRENT_BIAS).copyFrom(second);
            } else {
                gates.copySum(gate, first, second, bias);
            }
        }
        if (ours.asMap().containsKey(LstmCell.PROJECTION)) {
            ours.get(LstmCell.PROJECTION).copyFrom(theirs.get(PROJECTION));
        }
    }

    private static void gradientToTheirs(Cell cell, Parameters theirs, Parameters ours) {
        ForeignGates gates = ForeignGates.torch(cell);
        Matrix weight = ours.get(Cell.WEIGHT);
        gates.rowsToTheirs(weight.cols(0, cell.hiddenSize()), theirs.get(RECURRENT));
        gates.rowsToTheirs(cell.inputWeight(weight), theirs.get(INPUT));
        for (int gate = 0; gate < cell.gates() && cell.bias() == Bias.LEARNED; gate++) {
            Matrix bias = gates.ourCols(gate, ours.get(Cell.BIAS));
            gates.copyRow(gate, bias, gates.theirCols(gate, theirs.get(INPUT_BIAS)));
            gates.copyRow(gate,
                    keepsTwoBiases(cell, gate) ? ours.get(GruResetAfterCell.RECURRENT_BIAS) : bias,
                    gates.theirCols(gate, theirs.get(RECURRENT_BIAS)));
        }
        if (ours.asMap().containsKey(LstmCell.PROJECTION)) {
            theirs.get(PROJECTION).copyFrom(ours.get(LstmCell.PROJECTION));
        }
    }
}
