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

/** Products by OpenBLAS on the operands where they lie: it packs for itself, so a packed matrix is only its source. */
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
        product(from, to, left, right, group, groups, a, b, 0, out);
    }

    @Override
    public void addMultiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
            Matrix out) {
        if (a.cols() > 0) {
            product(from, to, left, right, group, groups, a, b, 1, out);
        }
    }

    /** All groups as one product where nothing lies between their columns. */
    private static void product(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
            float beta, Matrix out) {
        int units = b.units();
        if (right - left == units) {
            product(from, to, group * units, groups * units, a, b, beta, out, 0);
            return;
        }
        for (int g = 0; g < groups; g++) {
            product(from, to, (group + g) * units + left, right - left, a, b, beta, out, g * units + left);
        }
    }

    /** Columns {@code col} to {@code col + cols} of B make those of out from {@code outCol} on. */
    private static void product(int from, int to, int col, int cols, Matrix a, PackedMatrix b, float beta, Matrix out,
            int outCol) {
        if (from == to || cols == 0) {
            return;
        }
        if (a.cols() == 0) {
            out.rows(from, to - from).cols(outCol, cols).fill(0);
            return;
        }
        Matrix w = b.source();
        boolean plain = b.orientation() == Orientation.PLAIN;
        MemorySegment first = plain ? begin(w, 0, col) : begin(w, col, 0);
        if (to - from == 1) {
            sgemv().call(ROW_MAJOR, plain ? TRANS : NO_TRANS, plain ? w.rows() : cols, plain ? cols : w.cols(), 1,
                    first,
                    stride(w), begin(a, from, 0), 1, beta, begin(out, from, outCol), 1);
        } else {
            sgemm().call(ROW_MAJOR, NO_TRANS, plain ? NO_TRANS : TRANS, to - from, cols, a.cols(), 1,
                    begin(a, from, 0), stride(a), first, stride(w), beta, begin(out, from, outCol), stride(out));
        }
    }

    @Override
    public void addMultiplyTransA(int from, int to, int left, int right, Matrix a, Matrix b, Matrix out) {
        if (from == to || left == right || a.rows() == 0) {
            return;
        }
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
