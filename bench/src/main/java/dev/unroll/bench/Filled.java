package dev.unroll.bench;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;

/** Operands of random numbers, the same in every run. */
final class Filled {
    private Filled() {}

    /** Numbers between -1 and 1. */
    static Matrix matrix(Arena arena, int rows, int cols) {
        Matrix matrix = Matrix.allocate(arena, rows, cols);
        matrix.copyFrom(array(new SplittableRandom(rows * 31L + cols), rows * cols, 1));
        return matrix;
    }

    /** Numbers between -bound and bound. */
    static float[] array(SplittableRandom random, int count, double bound) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
        return numbers;
    }
}
