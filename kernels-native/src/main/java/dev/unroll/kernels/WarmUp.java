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
            Runnable whole = warmUp.steps(Loops.UNITS);
            Runnable rest = warmUp.steps(Loops.UNITS + 1);
            // Both in turns: with one of them alone C2 takes the other's branches for ones that are never taken.
            repeat(() -> {
                whole.run();
                rest.run();
            }, 2 * COMPILED_STEPS * rows);
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

    private PackedMatrix weights(int gates, int units) {
        return kernels.packTransposed(arena, matrix(gates * units, units), gates);
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

    /** All steps once, of so many units. */
    private Runnable steps(int units) {
        Matrix x = matrix(rows, units);
        Matrix a = matrix(rows, units);
        Matrix next = matrix(rows, units);
        Matrix c = matrix(rows, units);
        Matrix saved = matrix(rows, units);
        Matrix z = matrix(rows, units);
        Matrix z2 = matrix(rows, 2 * units);
        Matrix z3 = matrix(rows, 3 * units);
        Matrix z4 = matrix(rows, 4 * units);
        Matrix row = matrix(1, units);
        Matrix bias = matrix(1, 4 * units);
        Matrix table = matrix(3, 4 * units);
        PackedMatrix w = weights(1, units);
        PackedMatrix w2 = weights(2, units);
        PackedMatrix w3 = weights(3, units);
        PackedMatrix w4 = weights(4, units);
        int[] ids = new int[rows];
        return () -> {
            kernels.fillRows(bias, z4);
            kernels.lstmStep(LstmForm.PLAIN, x, w4, a, w4, z4, c, c, saved, next);
            kernels.gatherRows(table, ids, 0, z4);
            kernels.lstmStep(LstmForm.PLAIN, a, w4, z4, c, c, saved, next);
            kernels.gruResetAfterStep(x, w3, a, w3, z3, saved, row, a, next);
            kernels.gruSimplifiedStep(x, w2, a, w2, z2, a, next);
            kernels.rnnStep(Activation.TANH, x, w, a, w, z, next);
            kernels.multiply(a, w, z);
            kernels.softmax(z, z);
        };
    }
}
