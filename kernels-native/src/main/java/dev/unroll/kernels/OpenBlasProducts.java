package dev.unroll.kernels;

import static dev.unroll.kernels.OpenBlasLibrary.NO_TRANS;
import static dev.unroll.kernels.OpenBlasLibrary.ROW_MAJOR;
import static dev.unroll.kernels.OpenBlasLibrary.TRANS;
import static dev.unroll.kernels.OpenBlasLibrary.sgemm;
import static dev.unroll.kernels.OpenBlasLibrary.sgemv;

import dev.unroll.kernels.PackedMatrix.Orientation;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Products by OpenBLAS on the operands where they lie: it packs for itself, so a packed matrix is only its source. A product
 * of few rows goes in blocks that meet the library's kernels for small matrices ({@link OpenBlasBlocks}).
 */
final class OpenBlasProducts implements Loops.ProductLoops {
    @Override
    public PackedMatrix pack(Kernels owner, Arena arena, Matrix source, Orientation orientation, int groups) {
        return new PackedMatrix(owner, source, orientation, groups, MemorySegment.NULL);
    }

    @Override
    public void repack(int left, int right, PackedMatrix packed) {
        // The source is read at every product.
    }

    @Override
    public void multiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
            Matrix out) {
        if (a.cols() == 0) {
            for (int g = 0; g < groups; g++) {
                out.rows(from, to - from).cols(g * b.units() + left, right - left).fill(0);
            }
            return;
        }
        product(from, to, left, right, group, groups, a, a.cols(), b, 0, out, 0);
    }

    @Override
    public void addMultiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
            Matrix out) {
        product(from, to, left, right, group, groups, a, a.cols(), b, 1, out, 0);
    }

    /**
     * Rows {@code from} to {@code to} of out = a·B + beta*out, out from column {@code outCol} on, where B may be {@code
     * depth} deep and so deeper than {@code b}: its source then goes on to the right of what {@code b} sees. All groups are one
     * product where nothing lies between their columns.
     */
    static void product(int from, int to, int left, int right, int group, int groups, Matrix a, int depth,
            PackedMatrix b, float beta, Matrix out, int outCol) {
        if (from == to || left == right || depth == 0) {
            return;
        }
        int units = b.units();
        if (right - left == units) {
            product(from, to, group * units, groups * units, a, depth, b, beta, out, outCol);
            return;
        }
        for (int g = 0; g < groups; g++) {
            product(from, to, (group + g) * units + left, right - left, a, depth, b, beta, out,
                    outCol + g * units + left);
        }
    }

    /**
     * Columns {@code col} to {@code col + cols} of B make those of out from {@code outCol} on.
     *
     * <p>Each kind of call has a method of its own, where it is always made: C2 inlines the linker's code only for a call that
     * its profile shows to be made often, and without it the segments of the operands are objects. One of two segments,
     * where both come about, is an object too: so of both orientations one segment is taken, at one of two places.
     */
    private static void product(int from, int to, int col, int cols, Matrix a, int depth, PackedMatrix b, float beta,
            Matrix out, int outCol) {
        OpenBlasLibrary.toOneThread();
        if (to - from == 1 && !OpenBlasBlocks.serve(1, depth, isPlain(b))) {
            row(from, col, cols, a, depth, b, beta, out, outCol);
        } else {
            blocks(from, to, col, cols, a, depth, b, beta, out, outCol);
        }
    }

    private static boolean isPlain(PackedMatrix b) {
        return b.orientation() == Orientation.PLAIN;
    }

    private static void row(int from, int col, int cols, Matrix a, int depth, PackedMatrix b, float beta, Matrix out,
            int outCol) {
        Matrix w = b.source();
        boolean plain = isPlain(b);
        sgemv().call(ROW_MAJOR, plain ? TRANS : NO_TRANS, plain ? depth : cols, plain ? cols : depth, 1,
                begin(w, plain ? 0 : col, plain ? col : 0), stride(w), begin(a, from, 0), 1, beta,
                begin(out, from, outCol), 1);
    }

    private static void blocks(int from, int to, int col, int cols, Matrix a, int depth, PackedMatrix b, float beta,
            Matrix out, int outCol) {
        int rows = to - from;
        Matrix w = b.source();
        boolean plain = isPlain(b);
        int deep = OpenBlasBlocks.depth(rows, cols, depth, plain);
        int wide = OpenBlasBlocks.cols(rows, cols, Math.min(deep, depth), plain);
        for (int k = 0; k < depth; k += deep) {
            for (int j = 0; j < cols; j += wide) {
                sgemm().call(ROW_MAJOR, NO_TRANS, plain ? NO_TRANS : TRANS, rows, Math.min(wide, cols - j),
                        Math.min(deep, depth - k), 1, begin(a, from, k), stride(a),
                        begin(w, plain ? k : col + j, plain ? col + j : k), stride(w), k == 0 ? beta : 1,
                        begin(out, from, outCol + j), stride(out));
            }
        }
    }

    @Override
    public void addMultiplyTransA(int from, int to, int left, int right, Matrix a, Matrix b, Matrix out) {
        if (from == to || left == right || a.rows() == 0) {
            return;
        }
        OpenBlasLibrary.toOneThread();
        sgemm().call(ROW_MAJOR, TRANS, NO_TRANS, to - from, right - left, a.rows(), 1, begin(a, 0, from), stride(a),
                begin(b, 0, left), stride(b), 1, begin(out, from, left), stride(out));
    }

    /** The memory from element (i, j) on: the linker passes its address, and holds the arena open meanwhile. */
    private static MemorySegment begin(Matrix a, int i, int j) {
        return a.segment().asSlice((a.offset() + i * a.rowStride() + j) * Float.BYTES);
    }

    private static int stride(Matrix a) {
        long stride = a.rows() <= 1 ? a.cols() : a.rowStride();
        if (stride > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "OpenBLAS: a matrix of row stride %d; wanted at most %d".formatted(stride,
                            Integer.MAX_VALUE));
        }
        return (int) Math.max(1, stride);
    }

    @Override
    public void close() {
        // The library stays with the process.
    }
}
