package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.unroll.tensor.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Specifies which kernels give a row the same bits whatever rows are beside it; those of services rely on it. */
class IndependentRowsTest {
    private static final long SEED = 20261123;
    private static final int ROWS = 40;
    private static final int INPUTS = 70;

    private static Matrix product(Kernels kernels, PackedMatrix weights, Matrix x, Views views) {
        Matrix out = views.nan(x.rows(), 4 * 37);
        kernels.multiply(x, weights, out);
        return out;
    }

    private static Matrix step(Kernels kernels, PackedMatrix wx, PackedMatrix wa, Matrix x, Matrix a, Matrix c,
            Views views) {
        Matrix next = views.nan(x.rows(), 37);
        Matrix memory = views.nan(x.rows(), 37);
        Matrix z = views.nan(x.rows(), 4 * 37);
        z.fill(0);
        kernels.lstmStep(LstmForm.PLAIN, x, wx, a, wa, z, c, memory, views.nan(x.rows(), 37), next);
        return next;
    }

    @ParameterizedTest
    @EnumSource(names = {"VECTOR", "SCALAR"})
    void aRowHasTheBitsItHasAlone(Backend backend) {
        assumeTrue(backend.obstacle().isEmpty());
        for (int threads = 1; threads <= 2; threads++) {
            try (Kernels kernels = backend.open(threads); Views views = new Views(SEED)) {
                assertTrue(kernels.rowsAreIndependent());
                PackedMatrix wx = kernels.packTransposed(views.arena(), views.random(4 * 37, INPUTS, -0.3, 0.3), 4);
                PackedMatrix wa = kernels.packTransposed(views.arena(), views.random(4 * 37, 37, -0.3, 0.3), 4);
                Matrix x = views.random(ROWS, INPUTS);
                Matrix a = views.random(ROWS, 37);
                Matrix c = views.random(ROWS, 37);
                for (int rows = 2; rows <= ROWS; rows++) {
                    int first = ROWS - rows;
                    Matrix products = product(kernels, wx, x.rows(first, rows), views);
                    Matrix steps = step(kernels, wx, wa, x.rows(first, rows), a.rows(first, rows), c.rows(first, rows),
                            views);
                    for (int i = 0; i < rows; i++) {
                        String row = "%s, row %d of %d, seed %d".formatted(kernels, i, rows, SEED);
                        assertArrayEquals(product(kernels, wx, x.row(first + i), views).toArray(),
                                products.row(i).toArray(), row);
                        assertArrayEquals(step(kernels, wx, wa, x.row(first + i), a.row(first + i), c.row(first + i),
                                views).toArray(), steps.row(i).toArray(), row);
                    }
                }
            }
        }
    }

    @Test
    void openblasPromisesNothingAndNeitherDoesWhatIsTunedToIt() {
        assumeTrue(Backend.OPENBLAS.obstacle().isEmpty() && Backend.VECTOR.obstacle().isEmpty());
        try (Kernels openblas = Backend.OPENBLAS.open(1);
                Kernels tuned = new VectorKernels(1, Tables.allTo(Backend.OPENBLAS))) {
            assertFalse(openblas.rowsAreIndependent());
            assertFalse(tuned.rowsAreIndependent());
        }
    }
}
