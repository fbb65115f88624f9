package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.tensor.Matrix;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is dropped is drawn for each row for itself. */
class MasksTest extends OnBackendUnderTest {
    private static final int ROWS = 200;
    private static final int COLS = 500;

    private Matrix drawn(long seed, long first) {
        Matrix mask = Matrix.allocate(arena, ROWS, COLS);
        Masks.zoneout(seed, first, IntStream.range(0, ROWS).toArray(), 0.5, mask);
        return mask;
    }

    /** Share of elements that are what an element of another row, some columns away, is. */
    private static double agreement(Matrix one, int row, Matrix two, int shift) {
        int same = 0;
        int count = 0;
        for (int i = 0; i + row < ROWS; i++) {
            for (int j = Math.max(0, -shift); j < Math.min(COLS, COLS - shift); j++) {
                same += one.get(i, j) == two.get(i + row, j + shift) ? 1 : 0;
                count++;
            }
        }
        return same / (double) count;
    }

    @Test
    void noRowIsAnotherOneMoved() {
        Matrix mask = drawn(1, 0);
        for (int row = 1; row < 4; row++) {
            for (int shift = -4; shift <= 4; shift++) {
                assertEquals(0.5, agreement(mask, row, mask, shift), 0.01, row + " rows on, " + shift + " columns on");
            }
        }
    }

    @Test
    void noSeedGivesAnothersRows() {
        Matrix one = drawn(1, 0);
        for (long seed : new long[]{0, 2, 3}) {
            for (int row = 0; row < 3; row++) {
                assertEquals(0.5, agreement(one, row, drawn(seed, 0), 0), 0.01, "seed " + seed);
            }
        }
    }

    @Test
    void asManyAreDrawnAsTheProbabilitySays() {
        Matrix mask = Matrix.allocate(arena, ROWS, COLS);
        mask.fill(1);
        Masks.multiplyDropout(7, 0, IntStream.range(0, ROWS).toArray(), 0.3, mask);
        double sum = 0;
        double zeros = 0;
        for (int i = 0; i < ROWS; i++) {
            for (float value : mask.row(i).toArray()) {
                sum += value;
                zeros += value == 0 ? 1 : 0;
            }
        }
        assertEquals(0.3, zeros / (ROWS * COLS), 0.01);
        assertEquals(1, sum / (ROWS * COLS), 0.01);
    }

    /** So that a window that is run part by part is disturbed as if it were run at once. */
    @Test
    void aRowIsTheSameWhateverItsKeyIsCountedFrom() {
        Matrix all = drawn(5, 0);
        Matrix part = Matrix.allocate(arena, 10, COLS);
        Masks.zoneout(5, 90, IntStream.range(0, 10).toArray(), 0.5, part);
        for (int i = 0; i < 10; i++) {
            assertArrayEquals(all.row(90 + i).toArray(), part.row(i).toArray());
        }
    }
}
