package dev.unroll.cells;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.tensor.Matrix;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Cells of one unit and one input, where the equations of the design are formulas of numbers. */
class OneUnitCellTest extends OnBackendUnderTest {
    private static final int ROUNDS = 20;
    private static final double EPSILON = 1e-6;

    /** a', c' of w = {w_a, w_x, b} for each gate, and b_ca at the end where there is one. */
    private interface Equation {
        double[] next(double[] w, double a, double c, double x);
    }

    private static final Map<CellKind, Equation> EQUATIONS = Map.of(
            CellKind.RNN, (w, a, c, x) -> new double[]{Math.tanh(z(w, 0, a, x)), 0},
            CellKind.GRU_RESET_BEFORE, (w, a, c, x) -> {
                double u = sigmoid(z(w, 0, a, x));
                double r = sigmoid(z(w, 1, a, x));
                double k = Math.tanh(z(w, 2, r * a, x));
                return new double[]{u * k + (1 - u) * a, 0};
            },
            CellKind.GRU, (w, a, c, x) -> {
                double u = sigmoid(z(w, 0, a, x));
                double r = sigmoid(z(w, 1, a, x));
                double k = Math.tanh(w[7] * x + w[8] + r * (w[6] * a + w[9]));
                return new double[]{u * k + (1 - u) * a, 0};
            },
            CellKind.GRU_SIMPLIFIED, (w, a, c, x) -> {
                double u = sigmoid(z(w, 0, a, x));
                return new double[]{u * Math.tanh(z(w, 1, a, x)) + (1 - u) * a, 0};
            },
            CellKind.LSTM, (w, a, c, x) -> {
                double f = sigmoid(z(w, 0, a, x));
                double u = sigmoid(z(w, 1, a, x));
                double o = sigmoid(z(w, 2, a, x));
                double k = Math.tanh(z(w, 3, a, x));
                double next = f * c + u * k;
                return new double[]{o * Math.tanh(next), next};
            });

    private static double z(double[] w, int gate, double a, double x) {
        return w[3 * gate] * a + w[3 * gate + 1] * x + w[3 * gate + 2];
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** One step with random numbers, and what the step gives. */
    private final class Run {
        private final Cell cell;
        private final Random random;
        private final Parameters parameters;
        private final Parameters gradient;
        private final CellWeights weights;
        private final float a;
        private final float c;
        private final float x;
        private final StepTrace step;

        Run(CellKind kind, long seed) {
            this.cell = kind.cell(1, 1);
            this.random = new Random(seed);
            this.parameters = random(random, cell);
            this.gradient = Parameters.allocate(arena, cell.parameterShapes());
            this.weights = CellWeights.pack(cell, kernels, arena, parameters, Use.TRAINING, InputKind.DENSE);
            this.a = number();
            this.c = cell.memorySize() == 0 ? 0 : number();
            this.x = number();
            this.step = new StepTrace(cell, Matrix.allocate(arena, 1, cell.gates()),
                    Matrix.allocate(arena, 1, cell.savedSize()), Matrix.rowOf(arena, a), memory(c),
                    Matrix.allocate(arena, 1, 1), memory(0));
            weights.input(Matrix.rowOf(arena, x), step.z());
            cell.forward(kernels, weights, step);
        }

        private float number() {
            return random.nextFloat() * 2 - 1;
        }

        private Matrix memory(float value) {
            Matrix memory = Matrix.allocate(arena, 1, cell.memorySize());
            memory.fill(value);
            return memory;
        }

        /** The cell's own numbers as the equations name them. */
        private double[] stacked(Parameters some, boolean ofGradient) {
            Matrix dz = step.z();
            double[] w = new double[3 * cell.gates() + (cell instanceof GruResetAfterCell ? 1 : 0)];
            for (int gate = 0; gate < cell.gates(); gate++) {
                w[3 * gate] = some.get(Cell.WEIGHT).get(gate, 0);
                w[3 * gate + 1] = ofGradient ? dz.get(0, gate) * x : some.get(Cell.WEIGHT).get(gate, 1);
                w[3 * gate + 2] = ofGradient ? dz.get(0, gate) : some.get(Cell.BIAS).get(0, gate);
            }
            if (cell instanceof GruResetAfterCell) {
                w[w.length - 1] = some.get(GruResetAfterCell.RECURRENT_BIAS).get(0, 0);
            }
            return w;
        }
    }

    /** Of one unit layer normalisation leaves nothing. */
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = {"GRU_LAYER_NORM", "LSTM_LAYER_NORM"})
    void aStepIsTheEquation(CellKind kind) {
        for (long seed = 0; seed < ROUNDS; seed++) {
            Run run = new Run(kind, seed);
            double[] wanted = EQUATIONS.get(kind).next(run.stacked(run.parameters, false), run.a, run.c, run.x);
            assertEquals(wanted[0], run.step.aNext().get(0, 0), 1e-6, "a', seed " + seed);
            if (kind == CellKind.LSTM) {
                assertEquals(wanted[1], run.step.cNext().get(0, 0), 1e-6, "c', seed " + seed);
            }
        }
    }

    /** Of one unit layer normalisation leaves nothing. */
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = {"GRU_LAYER_NORM", "LSTM_LAYER_NORM"})
    void aStepBackwardIsTheEquationsDerivative(CellKind kind) {
        for (long seed = 0; seed < ROUNDS; seed++) {
            Run run = new Run(kind, seed);
            Equation equation = EQUATIONS.get(kind);
            double[] w = run.stacked(run.parameters, false);
            float daNext = run.number();
            float dcNext = run.number();
            StepGradient back = StepGradient.whole(run.cell, arena, 1);
            Matrix da = back.a();
            Matrix dc = back.c();
            da.fill(daNext);
            dc.fill(dcNext);
            run.cell.backward(kernels, run.weights, run.step, back);
            run.cell.addGradient(kernels, run.step, run.gradient);
            String of = ", seed " + seed;
            assertEquals(slope(e -> dot(equation.next(w, run.a + e, run.c, run.x), daNext, dcNext)), da.get(0, 0), 1e-5,
                    "da" + of);
            if (kind == CellKind.LSTM) {
                assertEquals(slope(e -> dot(equation.next(w, run.a, run.c + e, run.x), daNext, dcNext)), dc.get(0, 0),
                        1e-5, "dc" + of);
            }
            double[] dw = run.stacked(run.gradient, true);
            for (int i = 0; i < w.length; i++) {
                int moved = i;
                assertEquals(slope(e -> {
                    double[] other = w.clone();
                    other[moved] += e;
                    return dot(equation.next(other, run.a, run.c, run.x), daNext, dcNext);
                }), dw[i], 1e-5, "dw " + i + of);
            }
        }
    }

    private static double dot(double[] next, double da, double dc) {
        return next[0] * da + next[1] * dc;
    }

    private interface Function {
        double at(double e);
    }

    private static double slope(Function f) {
        return (f.at(EPSILON) - f.at(-EPSILON)) / (2 * EPSILON);
    }
}
