package dev.unroll.cells;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Kernels of the backend that {@code -Dunroll.backend} names, and memory that goes after each test. */
abstract class OnBackendUnderTest {
    static Kernels kernels;

    final Arena arena = Arena.ofShared();

    @BeforeAll
    static void openKernels() {
        kernels = Backend.auto(1);
    }

    @AfterAll
    static void closeKernels() {
        kernels.close();
    }

    @AfterEach
    void freeMemory() {
        arena.close();
    }

    Matrix random(RandomGenerator random, int rows, int cols) {
        return fill(random, Matrix.allocate(arena, rows, cols));
    }

    Parameters random(RandomGenerator random, Cell cell) {
        Parameters parameters = Parameters.allocate(arena, cell.parameterShapes());
        parameters.asMap().values().forEach(m -> fill(random, m));
        return parameters;
    }

    private static Matrix fill(RandomGenerator random, Matrix matrix) {
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.cols(); j++) {
                matrix.set(i, j, random.nextFloat() * 2 - 1);
            }
        }
        return matrix;
    }
}
