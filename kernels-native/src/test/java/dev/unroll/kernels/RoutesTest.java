package dev.unroll.kernels;

import static dev.unroll.kernels.Backend.OPENBLAS;
import static dev.unroll.kernels.Backend.VECTOR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Tuning.Entry;
import dev.unroll.kernels.Tuning.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Specifies which class a product belongs to, and who wins one. */
class RoutesTest {
    private static boolean openblas(Routes routes, int rows, int depth, int cols) {
        return routes.leadToOpenblas(Kind.PRODUCT, rows, depth, cols);
    }

    @Test
    void aSizeIsRoundedToTheNearestPowerOfTwo() {
        int[] sizes = {0, 1, 2, 3, 5, 6, 11, 12, 64, 90, 91, 4096};
        int[] powers = {0, 0, 1, 2, 2, 3, 3, 4, 6, 6, 7, 12};
        for (int i = 0; i < sizes.length; i++) {
            assertEquals(powers[i], Routes.power(sizes[i]), "size " + sizes[i]);
        }
    }

    @Test
    void aProductBelongsToTheNearestClass() {
        Routes routes = new Routes(List.of(Tables.entry(Kind.PRODUCT, 1, 64, 256, VECTOR),
                Tables.entry(Kind.PRODUCT, 32, 64, 256, OPENBLAS),
                Tables.entry(Kind.PRODUCT, 32, 1024, 4096, VECTOR)));
        assertFalse(openblas(routes, 1, 64, 256));
        assertTrue(openblas(routes, 32, 64, 256));
        assertTrue(openblas(routes, 30, 70, 200));
        assertTrue(openblas(routes, 5000, 64, 64));
        assertFalse(openblas(routes, 32, 1000, 4000));
        assertFalse(openblas(routes, 32, 100_000, 100_000));
    }

    @Test
    void whatIsSmallerThanAllThatIsMeasuredStaysInVectors() {
        Routes routes = new Routes(Tables.allTo(OPENBLAS).entries());
        assertTrue(openblas(routes, 1, 46, 46));
        assertFalse(openblas(routes, 1, 45, 46));
        assertFalse(openblas(routes, 1, 46, 45));
        assertFalse(openblas(routes, 0, 64, 64));
    }

    @Test
    void aKindThatWasNotMeasuredStaysInVectors() {
        Routes routes = new Routes(List.of(Tables.entry(Kind.STEP, 1, 64, 256, OPENBLAS)));
        assertFalse(openblas(routes, 1, 64, 256));
        assertTrue(routes.leadToOpenblas(Kind.STEP, 1, 64, 256));
    }

    @Test
    void openblasWinsAClassByATenthOrNotAtAll() {
        assertSame(VECTOR, new Entry(Kind.PRODUCT, 1, 64, 64, 10.9, 10).best());
        assertSame(OPENBLAS, new Entry(Kind.PRODUCT, 1, 64, 64, 11.1, 10).best());
    }
}
