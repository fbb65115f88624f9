package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.load;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The innermost products: a few rows of a times one panel of B, all sums in registers. A tile is {@code rows} x 2 vectors;
 * its accumulators are local variables, which is the only form that C2 keeps in registers. It leaves its sums in a small
 * array in the nearest cache: were it to write them where they belong, with masks at the edges, C2 would stop inlining
 * halfway (NodeCountInliningCutoff) and make an object of every vector.
 */
final class VectorTiles {
    /** Columns of a panel: two vectors. */
    static final int COLS = 2 * LENGTH;
    /** Rows of the largest tile. */
    static final int ROWS = 8;

    /** What becomes of a tile's sums. */
    enum Store {
        /** out = sums. */
        SET,
        /** out += sums. */
        ADD
    }

    private VectorTiles() {}

    /** Rows of the tile to take where {@code left} are to be done. */
    static int rows(int left) {
        return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    }

    /**
     * sums = a·b.
     *
     * @param a element (r, p) at p*rows + r
     * @param rows 8, 4, 2 or 1
     * @param b a panel, depth x {@link #COLS} from index {@code bFrom}
     * @param depth length of the sums
     * @param sums rows x {@link #COLS}
     */
    static void tile(float[] a, int rows, MemorySegment b, long bFrom, int depth, float[] sums) {
        switch (rows) {
            case 8 -> tile8(a, b, bFrom, depth, sums);
            case 4 -> tile4(a, b, bFrom, depth, sums);
            case 2 -> tile2(a, b, bFrom, depth, sums);
            default -> tile1(a, b, bFrom, depth, sums);
        }
    }

    /** Rows {@code i} to {@code i + rows} and columns {@code j} to {@code j + cols} of out (=|+=) sums. */
    static void put(float[] sums, int rows, Matrix out, int i, int j, int cols, Store store) {
        VectorMask<Float> first = Lanes.first(Math.min(LENGTH, cols));
        VectorMask<Float> second = Lanes.first(Math.max(0, cols - LENGTH));
        for (int r = 0; r < rows; r++) {
            put(FloatVector.fromArray(SPECIES, sums, r * COLS), out, i + r, j, first, store);
            if (cols > LENGTH) {
                put(FloatVector.fromArray(SPECIES, sums, r * COLS + LENGTH), out, i + r, j + LENGTH, second, store);
            }
        }
    }

    private static void put(FloatVector sum, Matrix out, int i, int j, VectorMask<Float> lanes, Store store) {
        FloatVector value = store == Store.ADD ? sum.add(load(out, i, j, lanes)) : sum;
        Lanes.store(value, out, i, j, lanes);
    }

    private static void tile8(float[] a, MemorySegment b, long bFrom, int depth, float[] sums) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c21 = FloatVector.zero(SPECIES);
        FloatVector c30 = FloatVector.zero(SPECIES);
        FloatVector c31 = FloatVector.zero(SPECIES);
        FloatVector c40 = FloatVector.zero(SPECIES);
        FloatVector c41 = FloatVector.zero(SPECIES);
        FloatVector c50 = FloatVector.zero(SPECIES);
        FloatVector c51 = FloatVector.zero(SPECIES);
        FloatVector c60 = FloatVector.zero(SPECIES);
        FloatVector c61 = FloatVector.zero(SPECIES);
        FloatVector c70 = FloatVector.zero(SPECIES);
        FloatVector c71 = FloatVector.zero(SPECIES);
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = load(b, bFrom + (long) p * COLS);
            FloatVector b1 = load(b, bFrom + (long) p * COLS + LENGTH);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[p * 8]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[p * 8 + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[p * 8 + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[p * 8 + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[p * 8 + 4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[p * 8 + 5]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[p * 8 + 6]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[p * 8 + 7]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        c00.intoArray(sums, 0);
        c01.intoArray(sums, LENGTH);
        c10.intoArray(sums, COLS);
        c11.intoArray(sums, COLS + LENGTH);
        c20.intoArray(sums, 2 * COLS);
        c21.intoArray(sums, 2 * COLS + LENGTH);
        c30.intoArray(sums, 3 * COLS);
        c31.intoArray(sums, 3 * COLS + LENGTH);
        c40.intoArray(sums, 4 * COLS);
        c41.intoArray(sums, 4 * COLS + LENGTH);
        c50.intoArray(sums, 5 * COLS);
        c51.intoArray(sums, 5 * COLS + LENGTH);
        c60.intoArray(sums, 6 * COLS);
        c61.intoArray(sums, 6 * COLS + LENGTH);
        c70.intoArray(sums, 7 * COLS);
        c71.intoArray(sums, 7 * COLS + LENGTH);
    }

    private static void tile4(float[] a, MemorySegment b, long bFrom, int depth, float[] sums) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c21 = FloatVector.zero(SPECIES);
        FloatVector c30 = FloatVector.zero(SPECIES);
        FloatVector c31 = FloatVector.zero(SPECIES);
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = load(b, bFrom + (long) p * COLS);
            FloatVector b1 = load(b, bFrom + (long) p * COLS + LENGTH);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[p * 4]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[p * 4 + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[p * 4 + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[p * 4 + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(sums, 0);
        c01.intoArray(sums, LENGTH);
        c10.intoArray(sums, COLS);
        c11.intoArray(sums, COLS + LENGTH);
        c20.intoArray(sums, 2 * COLS);
        c21.intoArray(sums, 2 * COLS + LENGTH);
        c30.intoArray(sums, 3 * COLS);
        c31.intoArray(sums, 3 * COLS + LENGTH);
    }

    private static void tile2(float[] a, MemorySegment b, long bFrom, int depth, float[] sums) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = load(b, bFrom + (long) p * COLS);
            FloatVector b1 = load(b, bFrom + (long) p * COLS + LENGTH);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[p * 2]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[p * 2 + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
        }
        c00.intoArray(sums, 0);
        c01.intoArray(sums, LENGTH);
        c10.intoArray(sums, COLS);
        c11.intoArray(sums, COLS + LENGTH);
    }

    private static void tile1(float[] a, MemorySegment b, long bFrom, int depth, float[] sums) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = load(b, bFrom + (long) p * COLS);
            FloatVector b1 = load(b, bFrom + (long) p * COLS + LENGTH);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[p]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
        }
        c00.intoArray(sums, 0);
        c01.intoArray(sums, LENGTH);
    }
}
