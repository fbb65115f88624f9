package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.ALL;
import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The innermost products: a few rows of a times one panel of B, all sums in registers. A tile is {@code rows} x 2 vectors;
 * its accumulators are local variables, which is the only form that C2 keeps in registers.
 */
final class VectorTiles {
    /** Columns of a panel: two vectors. */
    static final int COLS = 2 * LENGTH;
    /** Rows of the largest tile. */
    static final int ROWS = 8;

    /** What a tile does with its sums. */
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
     * out (=|+=) a·b.
     *
     * @param a element (r, p) at p*rows + r
     * @param rows 8, 4, 2 or 1
     * @param b a panel, depth x {@link #COLS} from index {@code bFrom}
     * @param depth length of the sums
     * @param out rows x cols from index {@code outFrom}
     */
    static void tile(float[] a, int rows, MemorySegment b, long bFrom, int depth, MemorySegment out, long outFrom,
            long outStride, int cols, Store store) {
        VectorMask<Float> first = cols >= LENGTH ? ALL : SPECIES.indexInRange(0, cols);
        VectorMask<Float> second = cols == COLS ? ALL : SPECIES.indexInRange(LENGTH, cols);
        Target target = new Target(out, outFrom, outStride, first, second, store);
        switch (rows) {
            case 8 -> tile8(a, b, bFrom, depth, target);
            case 4 -> tile4(a, b, bFrom, depth, target);
            case 2 -> tile2(a, b, bFrom, depth, target);
            default -> tile1(a, b, bFrom, depth, target);
        }
    }

    /** Where a tile's sums go. */
    private record Target(MemorySegment out, long from, long stride, VectorMask<Float> first, VectorMask<Float> second,
            Store store) {
        void store(int row, FloatVector c0, FloatVector c1) {
            long index = from + row * stride;
            put(c0, index, first);
            if (second.anyTrue()) {
                put(c1, index + LENGTH, second);
            }
        }

        private void put(FloatVector c, long index, VectorMask<Float> lanes) {
            FloatVector sum = store == Store.ADD ? c.add(load(out, index, lanes)) : c;
            Lanes.store(sum, out, index, lanes);
        }
    }

    private static void tile8(float[] a, MemorySegment b, long bFrom, int depth, Target target) {
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
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[p * 8 + 0]);
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
        target.store(0, c00, c01);
        target.store(1, c10, c11);
        target.store(2, c20, c21);
        target.store(3, c30, c31);
        target.store(4, c40, c41);
        target.store(5, c50, c51);
        target.store(6, c60, c61);
        target.store(7, c70, c71);
    }

    private static void tile4(float[] a, MemorySegment b, long bFrom, int depth, Target target) {
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
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[p * 4 + 0]);
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
        target.store(0, c00, c01);
        target.store(1, c10, c11);
        target.store(2, c20, c21);
        target.store(3, c30, c31);
    }

    private static void tile2(float[] a, MemorySegment b, long bFrom, int depth, Target target) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = load(b, bFrom + (long) p * COLS);
            FloatVector b1 = load(b, bFrom + (long) p * COLS + LENGTH);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[p * 2 + 0]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[p * 2 + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
        }
        target.store(0, c00, c01);
        target.store(1, c10, c11);
    }

    private static void tile1(float[] a, MemorySegment b, long bFrom, int depth, Target target) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = load(b, bFrom + (long) p * COLS);
            FloatVector b1 = load(b, bFrom + (long) p * COLS + LENGTH);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[p]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
        }
        target.store(0, c00, c01);
    }
}
