package dev.unroll.kernels;

import static dev.unroll.kernels.VectorTiles.COLS;
import static dev.unroll.kernels.VectorTiles.ROWS;

import dev.unroll.kernels.PackedMatrix.Orientation;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Products over panels. B lies in panels of {@link VectorTiles#COLS} columns, each row by row, the last padded with
 * zeros; a block of rows of a is copied so that a tile reads it along memory; the tiles do the rest.
 *
 * <p>An element of a product is a sum along depth, in the order of depth, whatever rows it shares a tile with: so a
 * team's split does not change its bits.
 */
final class VectorProducts implements Loops.ProductLoops {
    /** How far along depth a weight gradient goes at a time, so that a block and a panel stay in the nearest cache. */
    private static final int DEPTH = 256;

    private final Scratch.Pool pool = new Scratch.Pool();

    private static int panelCount(int cols) {
        return (cols + COLS - 1) / COLS;
    }

    private static long panelFloats(int rows, int cols) {
        return Math.multiplyExact((long) panelCount(cols) * COLS, (long) rows);
    }

    @Override
    public PackedMatrix pack(Kernels owner, Arena arena, Matrix source, Orientation orientation) {
        boolean plain = orientation == Orientation.PLAIN;
        int depth = plain ? source.rows() : source.cols();
        if (depth > Integer.MAX_VALUE / ROWS) {
            throw new IllegalArgumentException(
                    "pack: a depth of %d; wanted at most %d".formatted(depth, Integer.MAX_VALUE / ROWS));
        }
        long floats = panelFloats(depth, plain ? source.cols() : source.rows());
        MemorySegment panels = arena.allocate(Math.multiplyExact(floats, (long) Float.BYTES), Matrix.ALIGNMENT);
        PackedMatrix packed = new PackedMatrix(owner, source, orientation, panels);
        repack(packed);
        return packed;
    }

    @Override
    public void repack(PackedMatrix packed) {
        Matrix source = packed.source();
        if (packed.orientation() == Orientation.PLAIN) {
            packRows(source, 0, source.rows(), packed.panels());
            return;
        }
        int depth = source.cols();
        for (int j = 0; j < source.rows(); j++) {
            long from = source.offset() + j * source.rowStride();
            long to = (long) (j / COLS) * depth * COLS + j % COLS;
            for (int p = 0; p < depth; p++) {
                Floats.set(packed.panels(), to + (long) p * COLS, Floats.get(source.segment(), from + p));
            }
        }
    }

    /** Rows {@code first} to {@code first + depth} of b into panels; what pads the last panel is left as it is. */
    private static void packRows(Matrix b, int first, int depth, MemorySegment panels) {
        for (int panel = 0; panel < panelCount(b.cols()); panel++) {
            int cols = Math.min(COLS, b.cols() - panel * COLS);
            for (int p = 0; p < depth; p++) {
                long from = b.offset() + (first + p) * b.rowStride() + (long) panel * COLS;
                long to = ((long) panel * depth + p) * COLS;
                MemorySegment.copy(b.segment(), from * Float.BYTES, panels, to * Float.BYTES,
                        (long) cols * Float.BYTES);
            }
        }
    }

    @Override
    public void multiply(int from, int to, Matrix a, PackedMatrix b, Matrix out) {
        product(from, to, a, b, out, VectorTiles.Store.SET);
    }

    @Override
    public void addMultiply(int from, int to, Matrix a, PackedMatrix b, Matrix out) {
        product(from, to, a, b, out, VectorTiles.Store.ADD);
    }

    private void product(int from, int to, Matrix a, PackedMatrix b, Matrix out, VectorTiles.Store store) {
        if (from == to) {
            return;
        }
        int depth = a.cols();
        Scratch scratch = pool.take();
        float[] block = scratch.block(ROWS * depth);
        for (int i = from; i < to;) {
            int rows = VectorTiles.rows(to - i);
            for (int r = 0; r < rows; r++) {
                long row = a.offset() + (i + r) * a.rowStride();
                for (int p = 0; p < depth; p++) {
                    block[p * rows + r] = Floats.get(a.segment(), row + p);
                }
            }
            panels(scratch, rows, b.panels(), depth, out, i, store);
            i += rows;
        }
        pool.giveBack(scratch);
    }

    @Override
    public void addMultiplyTransA(int from, int to, Matrix a, Matrix b, Matrix out) {
        Scratch scratch = pool.take();
        float[] block = scratch.block(ROWS * DEPTH);
        MemorySegment panels = scratch.panels(pool, panelFloats(DEPTH, b.cols()));
        for (int first = 0; first < a.rows(); first += DEPTH) {
            int depth = Math.min(DEPTH, a.rows() - first);
            packRows(b, first, depth, panels);
            for (int i = from; i < to;) {
                int rows = VectorTiles.rows(to - i);
                for (int p = 0; p < depth; p++) {
                    long row = a.offset() + (first + p) * a.rowStride() + i;
                    for (int r = 0; r < rows; r++) {
                        block[p * rows + r] = Floats.get(a.segment(), row + r);
                    }
                }
                panels(scratch, rows, panels, depth, out, i, VectorTiles.Store.ADD);
                i += rows;
            }
        }
        pool.giveBack(scratch);
    }

    /** Rows {@code i} to {@code i + rows} of out, one panel of B after the other. */
    private static void panels(Scratch scratch, int rows, MemorySegment panels, int depth, Matrix out, int i,
            VectorTiles.Store store) {
        for (int j = 0; j < out.cols(); j += COLS) {
            VectorTiles.tile(scratch.block(), rows, panels, (long) j * depth, depth, scratch.sums());
            VectorTiles.put(scratch.sums(), rows, out, i, j, Math.min(COLS, out.cols() - j), store);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
