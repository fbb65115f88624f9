package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.Parameters.Shape;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * A layer of PyTorch in terms of ours: its gates are in another order, there are two biases of which we keep the sum (save
 * for the candidate of a GRU), and its GRU's z is 1 - u, so that weights, biases and gradients of this gate change sign.
 */
enum TorchLayer {
    RNN(CellKind.RNN), LSTM(CellKind.LSTM), GRU(CellKind.GRU);

    private static final String INPUT = "weight_ih_l0";
    private static final String RECURRENT = "weight_hh_l0";
    private static final String INPUT_BIAS = "bias_ih_l0";
    private static final String RECURRENT_BIAS = "bias_hh_l0";

    /** Which of PyTorch's gates one of ours is, and with what sign. */
    private record Gate(int index, int sign) {}

    private final CellKind kind;

    TorchLayer(CellKind kind) {
        this.kind = kind;
    }

    /** Ours in our order. */
    private List<Gate> gates() {
        return switch (this) {
            case RNN -> List.of(new Gate(0, 1));
            // PyTorch: i, f, g, o.
            case LSTM -> List.of(new Gate(1, 1), new Gate(0, 1), new Gate(3, 1), new Gate(2, 1));
            // PyTorch: r, z, n.
            case GRU -> List.of(new Gate(1, -1), new Gate(0, 1), new Gate(2, 1));
        };
    }

    static TorchLayer named(String name) {
        return switch (name) {
            case "rnn", "rnn_tanh" -> RNN;
            case "gru" -> GRU;
            case "lstm" -> LSTM;
            default -> throw new IllegalArgumentException(name);
        };
    }

    CellKind kind() {
        return kind;
    }

    List<Shape> shapes(Cell cell) {
        int rows = cell.gates() * cell.hiddenSize();
        return List.of(new Shape(INPUT, rows, cell.inputSize()), new Shape(RECURRENT, rows, cell.hiddenSize()),
                new Shape(INPUT_BIAS, 1, rows), new Shape(RECURRENT_BIAS, 1, rows));
    }

    /** The gate whose two biases stay apart, if there is one. */
    private boolean hasTwoBiases(int gate) {
        return this == GRU && gate == 2;
    }

    /** Weights from PyTorch's to ours. */
    void weights(Parameters torch, Parameters ours) {
        int h = torch.get(RECURRENT).cols();
        List<Gate> gates = gates();
        for (int gate = 0; gate < gates.size(); gate++) {
            int from = gates.get(gate).index() * h;
            int sign = gates.get(gate).sign();
            Matrix weight = ours.get(Cell.WEIGHT).rows(gate * h, h);
            copy(sign, torch.get(RECURRENT).rows(from, h), weight.cols(0, h));
            copy(sign, torch.get(INPUT).rows(from, h), weight.cols(h, weight.cols() - h));
            Matrix bias = ours.get(Cell.BIAS).cols(gate * h, h);
            copy(sign, torch.get(INPUT_BIAS).cols(from, h), bias);
            Matrix second = torch.get(RECURRENT_BIAS).cols(from, h);
            if (hasTwoBiases(gate)) {
                ours.get(GruResetAfterCell.RECURRENT_BIAS).copyFrom(second);
            } else {
                for (int j = 0; j < h; j++) {
                    bias.set(0, j, bias.get(0, j) + sign * second.get(0, j));
                }
            }
        }
    }

    /** Gradients from ours to PyTorch's: both biases have the gradient of their sum. */
    void gradient(Parameters ours, Parameters torch) {
        int h = torch.get(RECURRENT).cols();
        List<Gate> gates = gates();
        for (int gate = 0; gate < gates.size(); gate++) {
            int to = gates.get(gate).index() * h;
            int sign = gates.get(gate).sign();
            Matrix weight = ours.get(Cell.WEIGHT).rows(gate * h, h);
            copy(sign, weight.cols(0, h), torch.get(RECURRENT).rows(to, h));
            copy(sign, weight.cols(h, weight.cols() - h), torch.get(INPUT).rows(to, h));
            Matrix bias = ours.get(Cell.BIAS).cols(gate * h, h);
            copy(sign, bias, torch.get(INPUT_BIAS).cols(to, h));
            copy(sign, hasTwoBiases(gate) ? ours.get(GruResetAfterCell.RECURRENT_BIAS) : bias,
                    torch.get(RECURRENT_BIAS).cols(to, h));
        }
    }

    private static void copy(int sign, Matrix from, Matrix to) {
        for (int i = 0; i < to.rows(); i++) {
            for (int j = 0; j < to.cols(); j++) {
                to.set(i, j, sign * from.get(i, j));
            }
        }
    }
}
