package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.GruResetBeforeCell;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.RnnCell;
import dev.unroll.tensor.Matrix;
import java.util.List;

/**
 * The gates of a cell in the order of another framework: PyTorch's LSTM has i, f, g, o and Keras's i, f, c, o, which are u,
 * f, c, o here; PyTorch's GRU r, z, n, Keras's z, r, h, which are u, r, c here, z being 1 - u: σ(-v) = 1 - σ(v), so weights,
 * biases and gradients of that gate change their sign, exactly.
 *
 * @param gates where each of our gates is, in our order
 * @param units of each gate
 */
record ForeignGates(List<Gate> gates, int units) {
    /**
     * One of our gates elsewhere.
     *
     * @param index its place there
     * @param sign 1, or -1 where it is 1 - ours
     */
    record Gate(int index, int sign) {}

    private static final List<Gate> LSTM = List.of(new Gate(1, 1), new Gate(0, 1), new Gate(3, 1), new Gate(2, 1));
    private static final List<Gate> TORCH_GRU = List.of(new Gate(1, -1), new Gate(0, 1), new Gate(2, 1));
    private static final List<Gate> KERAS_GRU = List.of(new Gate(0, -1), new Gate(1, 1), new Gate(2, 1));
    private static final List<Gate> RNN = List.of(new Gate(0, 1));

    /** As PyTorch has them. */
    static ForeignGates torch(Cell cell) {
        return switch (cell) {
            case RnnCell rnn -> new ForeignGates(RNN, rnn.units());
            case GruResetAfterCell gru -> new ForeignGates(TORCH_GRU, gru.units());
            case LstmCell lstm when isPlain(lstm) -> new ForeignGates(LSTM, lstm.units());
            default -> throw new IllegalArgumentException("pytorch: it has no " + cell);
        };
    }

    /** As Keras has them. */
    static ForeignGates keras(Cell cell) {
        return switch (cell) {
            case RnnCell rnn -> new ForeignGates(RNN, rnn.units());
            case GruResetAfterCell gru -> new ForeignGates(KERAS_GRU, gru.units());
            case GruResetBeforeCell gru -> new ForeignGates(KERAS_GRU, gru.units());
            case LstmCell lstm when isPlain(lstm) && lstm.projection() == 0 -> new ForeignGates(LSTM, lstm.units());
            default -> throw new IllegalArgumentException("keras: it has no " + cell);
        };
    }

    private static boolean isPlain(LstmCell lstm) {
        return lstm.options().isEmpty() && lstm.clip() == Float.POSITIVE_INFINITY;
    }

    /** Rows of ours from rows of theirs. */
    void rowsToOurs(Matrix theirs, Matrix ours) {
        for (int gate = 0; gate < gates.size(); gate++) {
            copy(gates.get(gate).sign, theirs.rows(gates.get(gate).index * units, units),
                    ours.rows(gate * units, units));
        }
    }

    /** Rows of theirs from rows of ours. */
    void rowsToTheirs(Matrix ours, Matrix theirs) {
        for (int gate = 0; gate < gates.size(); gate++) {
            copy(gates.get(gate).sign, ours.rows(gate * units, units),
                    theirs.rows(gates.get(gate).index * units, units));
        }
    }

    /** The columns of one of our gates in a row of theirs. */
    Matrix theirCols(int gate, Matrix theirs) {
        return theirs.cols(gates.get(gate).index * units, units);
    }

    /** The columns of one of our gates in a row of ours. */
    Matrix ourCols(int gate, Matrix ours) {
        return ours.cols(gate * units, units);
    }

    /** to = ±from. */
    void copyRow(int gate, Matrix from, Matrix to) {
        copy(gates.get(gate).sign, from, to);
    }

    /** to = ±(first + second), and to the bit ±first where the second is 0. */
    void copySum(int gate, Matrix first, Matrix second, Matrix to) {
        for (int j = 0; j < to.cols(); j++) {
            float sum = second.get(0, j) == 0 ? first.get(0, j) : first.get(0, j) + second.get(0, j);
            to.set(0, j, gates.get(gate).sign * sum);
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
