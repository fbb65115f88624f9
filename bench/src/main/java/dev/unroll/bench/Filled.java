package dev.unroll.bench;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;

/** Matrices of numbers between -1 and 1, the same in every run. */
final class Filled {
    private Filled() {}

    static Matrix matrix(Arena arena, int rows, int cols) {
        Matrix matrix = Matrix.allocate(arena, rows, cols);
        SplittableRandom random = new SplittableRandom(rows * 31L + cols);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                matrix.set(i, j, 2 * random.nextFloat() - 1);
            }
        }
        return matrix;
    }
}
