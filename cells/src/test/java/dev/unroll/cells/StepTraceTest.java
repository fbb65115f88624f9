package dev.unroll.cells;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class StepTraceTest {
    private static final int ROWS = 2;
    private static final int H = 5;

    private final Arena arena = Arena.ofAuto();
    private final Cell gru = CellKind.GRU.cell(3, H);
    private final Cell lstm = CellKind.LSTM.cell(3, H);

    private Matrix matrix(int rows, int cols) {
        return Matrix.allocate(arena, rows, cols);
    }

    private Matrix state() {
        return matrix(ROWS, H);
    }

    @Test
    void groupsAreColumnsOfZ() {
        Matrix z = matrix(ROWS, 3 * H);
        StepTrace step = new StepTrace(gru, z, state(), state(), matrix(ROWS, 0), state(), matrix(ROWS, 0));
        step.z(0).set(1, 2 * H - 1, 7);
        step.z(1).set(1, 0, 8);
        assertEquals(7, z.get(1, 2 * H - 1));
        assertEquals(8, z.get(1, 2 * H));
        assertEquals(H, step.z(1).cols());
    }

    private static String refusal(org.junit.jupiter.api.function.Executable making) {
        return assertThrows(IllegalArgumentException.class, making).getMessage();
    }

    @Test
    void aShapeThatDoesNotFitTheCellIsRefusedByName() {
        assertEquals("step: z is 2x19; wanted 2x20", refusal(() -> new StepTrace(lstm, matrix(ROWS, 4 * H - 1), state(),
                state(), state(), state(), state())));
        assertEquals("step: saved is 2x0; wanted 2x5", refusal(() -> new StepTrace(lstm, matrix(ROWS, 4 * H),
                matrix(ROWS, 0), state(), state(), state(), state())));
        assertEquals("step: a is 2x4; wanted 2x5", refusal(() -> new StepTrace(lstm, matrix(ROWS, 4 * H), state(),
                matrix(ROWS, H - 1), state(), state(), state())));
        assertEquals("step: c is 2x5; wanted 2x0", refusal(() -> new StepTrace(gru, matrix(ROWS, 3 * H), state(),
                state(), state(), state(), matrix(ROWS, 0))));
        assertEquals("step: aNext is 1x5; wanted 2x5", refusal(() -> new StepTrace(gru, matrix(ROWS, 3 * H), state(),
                state(), matrix(ROWS, 0), matrix(1, H), matrix(ROWS, 0))));
        assertEquals("step: cNext is 2x0; wanted 2x5", refusal(() -> new StepTrace(lstm, matrix(ROWS, 4 * H), state(),
                state(), state(), state(), matrix(ROWS, 0))));
    }
}
