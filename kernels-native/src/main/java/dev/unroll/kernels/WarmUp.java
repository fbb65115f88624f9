package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;

/**
 * Runs what steps forward are made of on small operands, until the JVM has compiled it. Many short calls: C2 takes a method
 * after some thousand calls and turns of its loops, and until then a vector operation is a method call that makes objects, a
 * thousand times slower; on operands of real size the first steps would take seconds.
 */
final class WarmUp {
    /** Calls that are timed as one. */
    private static final int ROUND = 100;
    /** What nothing that is compiled is slower than: nanoseconds for a row of all steps, and for a multiply-add. */
    private static final double COMPILED_STEPS = 25_000;
    private static final double COMPILED_PRODUCT = 2;
    /** Nanoseconds after which it is given up, for a JVM may have no C2. */
    private static final long PATIENCE = 5_000_000_000L;
    private static final int DEPTH = 24;
    /** Units that are no whole number of vectors. */
    private static final int UNITS = Loops.UNITS + 1;

    private final Kernels kernels;
    private final Arena arena;
    private final int rows;
    private final SplittableRandom random = new SplittableRandom(1);

    private WarmUp(Kernels kernels, Arena arena, int rows) {
        this.kernels = kernels;
        this.arena = arena;
        this.rows = rows;
    }

    /** Steps of {@code rows} rows, whose products have {@code cols} columns. */
    static void run(Kernels kernels, int rows, int cols) {
        try (Arena arena = Arena.ofShared()) {
            WarmUp warmUp = new WarmUp(kernels, arena, rows);
            warmUp.steps();
            warmUp.products(cols);
        }
    }

    private Matrix matrix(int height, int width) {
        Matrix matrix = Matrix.allocate(arena, height, width);
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                matrix.set(i, j, (float) random.nextDouble(-0.5, 0.5));
            }
        }
        return matrix;
    }

    private PackedMatrix weights(int gates) {
        return kernels.packTransposed(arena, matrix(gates * UNITS, UNITS), gates);
    }

    /** Calls it until that takes no more than so many nanoseconds. */
    private static void repeat(Runnable work, double nanos) {
        long end = System.nanoTime() + PATIENCE;
        int fast = 0;
        while (fast < 2 && System.nanoTime() < end) {
            long begin = System.nanoTime();
            for (int i = 0; i < ROUND; i++) {
                work.run();
            }
            fast = System.nanoTime() - begin < nanos * ROUND ? fast + 1 : 0;
        }
    }

    /** What comes of rows and columns: which tiles a product is made of. */
    private void products(int cols) {
        Matrix a = matrix(rows, DEPTH);
        Matrix out = matrix(rows, cols);
        PackedMatrix w = kernels.packTransposed(arena, matrix(cols, DEPTH));
        repeat(() -> kernels.multiply(a, w, out), COMPILED_PRODUCT * rows * (cols + Loops.UNITS) * DEPTH);
    }

    private void steps() {
        Matrix x = matrix(rows, UNITS);
        Matrix a = matrix(rows, UNITS);
        Matrix next = matrix(rows, UNITS);
        Matrix c = matrix(rows, UNITS);
        Matrix saved = matrix(rows, UNITS);
        Matrix z = matrix(rows, UNITS);
        Matrix z3 = matrix(rows, 3 * UNITS);
        Matrix z4 = matrix(rows, 4 * UNITS);
        Matrix row = matrix(1, UNITS);
        Matrix bias = matrix(1, 4 * UNITS);
        Matrix table = matrix(3, 4 * UNITS);
        PackedMatrix w = weights(1);
        PackedMatrix w3 = weights(3);
        PackedMatrix w4 = weights(4);
        int[] ids = new int[rows];
        repeat(() -> {
            kernels.fillRows(bias, z4);
            kernels.lstmStep(x, w4, a, w4, z4, c, c, saved, next);
            kernels.gatherRows(table, ids, 0, z4);
            kernels.lstmStep(a, w4, z4, c, c, saved, next);
            kernels.gruResetAfterStep(x, w3, a, w3, z3, saved, row, next);
            kernels.tanhStep(x, w, a, w, z, next);
            kernels.multiply(a, w, z);
            kernels.softmax(z, z);
        }, COMPILED_STEPS * rows);
    }
}
