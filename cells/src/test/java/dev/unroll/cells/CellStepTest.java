package dev.unroll.cells;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.tensor.Matrix;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a step does with its state, at sizes that fill no vector. */
class CellStepTest extends OnBackendUnderTest {
    private static final int I = 5;
    private static final int H = 17;
    private static final int ROWS = 3;
    /** A bias that opens a gate for good, or closes it. */
    private static final float WIDE = 60;

    private final Random random = new Random(11);
    private final Matrix a = random(random, ROWS, H);
    private final Matrix x = random(random, ROWS, I);

    private Matrix memory(Cell cell) {
        return random(new Random(12), ROWS, cell.memorySize());
    }

    private StepTrace step(Cell cell, Matrix before, Matrix memoryBefore, Matrix after, Matrix memoryAfter) {
        return new StepTrace(cell, Matrix.allocate(arena, before.rows(), cell.gates() * H),
                Matrix.allocate(arena, before.rows(), cell.savedSize()), before, memoryBefore, after, memoryAfter);
    }

    private StepTrace run(Cell cell, Parameters parameters, Matrix input, StepTrace step) {
        CellWeights weights = CellWeights.pack(cell, kernels, arena, parameters, Use.INFERENCE, InputKind.DENSE);
        weights.input(input, step.z());
        cell.forward(kernels, weights, step);
        return step;
    }

    private StepTrace run(Cell cell, Parameters parameters) {
        return run(cell, parameters, x, step(cell, a, memory(cell), Matrix.allocate(arena, ROWS, H),
                Matrix.allocate(arena, ROWS, cell.memorySize())));
    }

    /** Sets a gate to 0 or 1, whatever it sees. */
    private static void force(Cell cell, Parameters parameters, String gate, float bias) {
        int first = cell.gateNames().indexOf(gate) * H;
        parameters.get(Cell.WEIGHT).rows(first, H).fill(0);
        parameters.get(Cell.BIAS).cols(first, H).fill(bias);
    }

    @ParameterizedTest
    @EnumSource
    void theMemoryCellMayBeWrittenOverTheOneBefore(CellKind kind) {
        Cell cell = kind.cell(I, H);
        Parameters parameters = random(random, cell);
        StepTrace apart = run(cell, parameters);
        Matrix state = Matrix.allocate(arena, ROWS, H);
        Matrix memory = memory(cell);
        run(cell, parameters, x, step(cell, a, memory, state, memory));
        assertArrayEquals(apart.aNext().toArray(), state.toArray(), 0);
        assertArrayEquals(apart.cNext().toArray(), memory.toArray(), 0);
    }

    @ParameterizedTest
    @EnumSource
    void rowsOfABatchDoNotSeeEachOther(CellKind kind) {
        Cell cell = kind.cell(I, H);
        Parameters parameters = random(random, cell);
        StepTrace together = run(cell, parameters);
        for (int i = 0; i < ROWS; i++) {
            StepTrace alone = run(cell, parameters, x.row(i), step(cell, a.row(i), memory(cell).row(i),
                    Matrix.allocate(arena, 1, H), Matrix.allocate(arena, 1, cell.memorySize())));
            assertArrayEquals(together.aNext().row(i).toArray(), alone.aNext().toArray(), 1e-6f, "row " + i);
            assertArrayEquals(together.cNext().row(i).toArray(), alone.cNext().toArray(), 1e-6f, "row " + i);
        }
    }

    @Test
    void lstmThatForgetsNothingAndTakesNothingKeepsItsMemory() {
        Cell cell = CellKind.LSTM.cell(I, H);
        Parameters parameters = random(random, cell);
        force(cell, parameters, "f", WIDE);
        force(cell, parameters, "u", -WIDE);
        assertArrayEquals(memory(cell).toArray(), run(cell, parameters).cNext().toArray(), 1e-6f);
    }

    @Test
    void lstmThatForgetsAllHasAMemoryOfCandidatesAlone() {
        Cell cell = CellKind.LSTM.cell(I, H);
        Parameters parameters = random(random, cell);
        force(cell, parameters, "f", -WIDE);
        force(cell, parameters, "u", WIDE);
        StepTrace step = run(cell, parameters);
        assertArrayEquals(step.z().cols(3 * H, H).toArray(), step.cNext().toArray(), 1e-6f);
    }

    @Test
    void lstmWithAClosedOutputShowsNothing() {
        Cell cell = CellKind.LSTM.cell(I, H);
        Parameters parameters = random(random, cell);
        force(cell, parameters, "o", -WIDE);
        assertArrayEquals(new float[ROWS * H], run(cell, parameters).aNext().toArray(), 1e-6f);
    }

    @ParameterizedTest
    @EnumSource(names = {"GRU", "GRU_RESET_BEFORE"})
    void gruThatUpdatesNothingKeepsItsState(CellKind kind) {
        Cell cell = kind.cell(I, H);
        Parameters parameters = random(random, cell);
        force(cell, parameters, "u", -WIDE);
        assertArrayEquals(a.toArray(), run(cell, parameters).aNext().toArray(), 1e-6f);
    }

    @ParameterizedTest
    @EnumSource(names = {"GRU", "GRU_RESET_BEFORE"})
    void gruThatUpdatesAllAndResetsAllDoesNotSeeItsState(CellKind kind) {
        Cell cell = kind.cell(I, H);
        Parameters parameters = random(random, cell);
        force(cell, parameters, "u", WIDE);
        force(cell, parameters, "r", -WIDE);
        StepTrace before = run(cell, parameters);
        a.fill(0.5f);
        assertArrayEquals(before.aNext().toArray(), run(cell, parameters).aNext().toArray(), 1e-6f);
    }

    @Test
    void resetBeforeAndAfterAgreeWhereNothingIsResetAndTheSecondBiasIsZero() {
        Cell before = CellKind.GRU_RESET_BEFORE.cell(I, H);
        Cell after = CellKind.GRU.cell(I, H);
        Parameters parameters = random(random, before);
        force(before, parameters, "r", WIDE);
        Parameters same = Parameters.allocate(arena, after.parameterShapes());
        parameters.asMap().forEach((name, matrix) -> same.get(name).copyFrom(matrix));
        assertArrayEquals(run(before, parameters).aNext().toArray(), run(after, same).aNext().toArray(), 1e-6f);
    }

    @ParameterizedTest
    @EnumSource
    void extremePreActivationsSaturateAndStayNumbers(CellKind kind) {
        Cell cell = kind.cell(I, H);
        Parameters parameters = random(random, cell);
        for (float size : new float[]{1e4f, -1e4f, 1e30f, -1e30f}) {
            parameters.get(Cell.BIAS).fill(size);
            for (float value : run(cell, parameters).aNext().toArray()) {
                assertEquals(0, value, 1.0001, "bias " + size);
            }
        }
    }
}
