package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specifies how a batch is cut for threads. */
class BandsTest {
    @ParameterizedTest
    @CsvSource({"32, 1, 1", "1, 2, 1", "7, 2, 1", "8, 2, 2", "32, 2, 2", "33, 2, 2", "128, 2, 4", "11, 3, 1",
            "12, 3, 3",
            "0, 2, 1"})
    void aBatchIsCutWhereEachThreadHasSequencesEnough(int batch, int threads, int bands) {
        assertEquals(bands, Bands.of(batch, threads).count());
    }

    @Test
    void bandsAreNeighboursAndMakeUpTheBatch() {
        for (int batch = 1; batch < 150; batch++) {
            for (int threads = 1; threads < 9; threads++) {
                Bands bands = Bands.of(batch, threads);
                assertEquals(0, bands.begin(0));
                assertEquals(batch, bands.begin(bands.count()));
                for (int i = 0; i < bands.count(); i++) {
                    int rows = bands.begin(i + 1) - bands.begin(i);
                    int even = batch / bands.count();
                    assertTrue(rows == even || rows == even + 1, bands + ", band " + i + ": " + rows);
                }
            }
        }
    }

    @Test
    void aBandOfAMatrixIsAViewOfItsRows() {
        try (Arena arena = Arena.ofConfined()) {
            Matrix whole = Matrix.allocate(arena, 9, 3);
            Bands bands = new Bands(9, 2);
            bands.of(1, whole).set(0, 2, 5);
            assertEquals("5x3", bands.of(1, whole).shape());
            assertEquals(5, whole.get(4, 2));
        }
    }
}
