package dev.unroll.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.Cell;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.Parameters;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/** The stacked weights, taken apart: a before x, gate after gate, in any order. */
class LayerWeightsTest {
    private static LayerWeights counted(Cell cell) {
        Parameters parameters = Parameters.allocate(Arena.ofAuto(), cell.parameterShapes());
        parameters.asMap().forEach((name, matrix) -> {
            for (int i = 0; i < matrix.rows(); i++) {
                for (int j = 0; j < matrix.cols(); j++) {
                    matrix.set(i, j, 10 * i + j + 1);
                }
            }
        });
        return LayerWeights.of(cell, parameters);
    }

    @Test
    void gatesComeInTheOrderAskedForAndTheirSign() {
        // u: rows 0 and 1; r: 2 and 3; c: 4 and 5. Columns 0 and 1 act on a, 2 to 4 on x.
        LayerWeights weights = counted(new GruResetAfterCell(3, 2));
        GateOrder order = GateOrder.of("r", "-u", "c");
        assertArrayEquals(new float[]{21, 22, 31, 32, -1, -2, -11, -12, 41, 42, 51, 52}, weights.recurrent(order));
        assertArrayEquals(
                new float[]{23, 24, 25, 33, 34, 35, -3, -4, -5, -13, -14, -15, 43, 44, 45, 53, 54, 55},
                weights.input(order));
        assertArrayEquals(new float[]{3, 4, -1, -2, 5, 6}, weights.bias(order));
        assertArrayEquals(new float[]{0, 0, 0, 0, 1, 2}, weights.recurrentBias(order));
    }

    @Test
    void parametersComeBackAsTheyWere() {
        LayerWeights weights = counted(new GruResetAfterCell(3, 2));
        Parameters parameters = weights.toParameters(Arena.ofAuto());
        assertEquals(55, parameters.get(Cell.WEIGHT).get(5, 4));
        assertEquals(2, parameters.get(GruResetAfterCell.RECURRENT_BIAS).get(0, 1));
    }
}
