package dev.unroll.cli;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.LayerRun;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * A small LSTM of weights that anyone can compute, run on a backend and compared with what the equations give in double
 * precision: W_ij = sin(0.7i + 1.3j + 0.1)/2, b_i = 0.3cos(1.1i), x_t,n,j = sin(0.9t + 0.5n + 0.3j), four steps from zero.
 */
final class KnownAnswer {
    private static final int TIME = 4;
    private static final int BATCH = 3;
    private static final double BOUND = 1e-6;

    /** Element (n, h) of the last hidden state, computed in Python's floats from the same weights rounded to 32 bits. */
    private record Answer(int n, int h, double value) {}

    private static final Answer[] ANSWERS = {new Answer(0, 0, 0.06665389077449835),
            new Answer(0, 18, 0.021959706064266706), new Answer(1, 7, 0.04188741472325449),
            new Answer(2, 3, -0.011615251763801356), new Answer(2, 18, -0.0148861072495297)};

    private KnownAnswer() {}

    /** What is wrong with a backend, if anything is. */
    static Optional<String> check(Backend backend) {
        Cell cell = new LstmCell(7, 19);
        try (Kernels kernels = backend.open(1); Arena arena = Arena.ofConfined()) {
            Parameters parameters = Parameters.allocate(arena, cell.parameterShapes());
            Matrix weight = parameters.get(Cell.WEIGHT);
            for (int i = 0; i < weight.rows(); i++) {
                parameters.get(Cell.BIAS).set(0, i, (float) (0.3 * Math.cos(1.1 * i)));
                for (int j = 0; j < weight.cols(); j++) {
                    weight.set(i, j, (float) (0.5 * Math.sin(0.7 * i + 1.3 * j + 0.1)));
                }
            }
            Matrix x = Matrix.allocate(arena, TIME * BATCH, cell.inputSize());
            for (int row = 0; row < x.rows(); row++) {
                int t = row / BATCH;
                int n = row % BATCH;
                for (int j = 0; j < x.cols(); j++) {
                    x.set(row, j, (float) Math.sin(0.9 * t + 0.5 * n + 0.3 * j));
                }
            }
            CellWeights weights = CellWeights.pack(cell, kernels, arena, parameters, Use.INFERENCE, InputKind.DENSE);
            Sequence y = Sequence.allocate(arena, TIME, BATCH, cell.hiddenSize());
            new LayerRun(weights, arena, Sequence.of(x, TIME, BATCH), y).forward();
            return compare(y.at(TIME - 1));
        }
    }

    private static Optional<String> compare(Matrix hidden) {
        for (Answer answer : ANSWERS) {
            float ours = hidden.get(answer.n, answer.h);
            if (!(Math.abs(ours - answer.value) <= BOUND)) {
                return Optional.of("a[%d][%d] is %s; wanted %s".formatted(answer.n, answer.h, ours, answer.value));
            }
        }
        return Optional.empty();
    }
}
