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
    public PackedMatrix pack(Kernels owner, Arena arena, Matrix source, Orientation orientation) {
        return new PackedMatrix(owner, source, orientation, MemorySegment.NULL);
    }

    @Override
    public void repack(PackedMatrix packed) {
        // The source is read at every product.
    }

    @Override
    public void multiply(int from, int to, Matrix a, PackedMatrix b, Matrix out) {
        if (a.cols() == 0) {
            out.rows(from, to - from).fill(0);
        } else {
            product(from, to, a, b, 0, out);
        }
    }

    @Override
    public void addMultiply(int from, int to, Matrix a, PackedMatrix b, Matrix out) {
        if (a.cols() > 0) {
            product(from, to, a, b, 1, out);
        }
    }

    private static void product(int from, int to, Matrix a, PackedMatrix b, float beta, Matrix out) {
        if (from == to || out.cols() == 0) {
            return;
        }
        Matrix w = b.source();
        boolean plain = b.orientation() == Orientation.PLAIN;
        if (to - from == 1) {
            sgemv().call(ROW_MAJOR, plain ? TRANS : NO_TRANS, w.rows(), w.cols(), 1, begin(w, 0), stride(w),
                    begin(a, from), 1, beta, begin(out, from), 1);
        } else {
            sgemm().call(ROW_MAJOR, NO_TRANS, plain ? NO_TRANS : TRANS, to - from, out.cols(), a.cols(), 1,
                    begin(a, from), stride(a), begin(w, 0), stride(w), beta, begin(out, from), stride(out));
        }
    }

    @Override
    public void addMultiplyTransA(int from, int to, Matrix a, Matrix b, Matrix out) {
        if (from == to || out.cols() == 0 || a.rows() == 0) {
            return;
        }
        sgemm().call(ROW_MAJOR, TRANS, NO_TRANS, to - from, out.cols(), a.rows(), 1,
                a.segment().asSlice((a.offset() + from) * Float.BYTES), stride(a), begin(b, 0), stride(b), 1,
                begin(out, from), stride(out));
    }

    /** The memory from row i on: the linker passes its address, and holds the arena open meanwhile. */
    private static MemorySegment begin(Matrix a, int i) {
        return a.segment().asSlice((a.offset() + i * a.rowStride()) * Float.BYTES);
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
