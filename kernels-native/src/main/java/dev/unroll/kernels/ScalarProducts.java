package dev.unroll.kernels;

import dev.unroll.kernels.PackedMatrix.Orientation;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Products in plain loops. Each row of a product is a sum of rows of B, so that the innermost loop runs along memory; a
 * transposed B is copied row by row for that.
 */
final class ScalarProducts implements Loops.ProductLoops {
    @Override
    public PackedMatrix pack(Kernels owner, Arena arena, Matrix source, Orientation orientation) {
        long size = source.layout().size() * Float.BYTES;
        PackedMatrix packed = new PackedMatrix(owner, source, orientation, arena.allocate(size, Matrix.ALIGNMENT));
        repack(packed);
        return packed;
    }

    @Override
    public void repack(PackedMatrix packed) {
        Matrix source = packed.source();
        long byRow = packed.orientation() == Orientation.PLAIN ? source.rowStride() : 1;
        long byCol = packed.orientation() == Orientation.PLAIN ? 1 : source.rowStride();
        for (int p = 0; p < packed.rows(); p++) {
            for (int j = 0; j < packed.cols(); j++) {
                float value = Floats.get(source.segment(), source.offset() + p * byRow + j * byCol);
                Floats.set(packed.panels(), (long) p * packed.cols() + j, value);
            }
        }
    }

    @Override
    public void multiply(int from, int to, Matrix a, PackedMatrix b, Matrix out) {
        for (int i = from; i < to; i++) {
            long row = out.offset() + i * out.rowStride();
            for (int j = 0; j < out.cols(); j++) {
                Floats.set(out.segment(), row + j, 0);
            }
        }
        addMultiply(from, to, a, b, out);
    }

    @Override
    public void addMultiply(int from, int to, Matrix a, PackedMatrix b, Matrix out) {
        for (int i = from; i < to; i++) {
            long row = out.offset() + i * out.rowStride();
            for (int p = 0; p < a.cols(); p++) {
                float factor = Floats.get(a.segment(), a.offset() + i * a.rowStride() + p);
                addRow(factor, b.panels(), (long) p * b.cols(), out.segment(), row, b.cols());
            }
        }
    }

    @Override
    public void addMultiplyTransA(int from, int to, Matrix a, Matrix b, Matrix out) {
        for (int p = 0; p < a.rows(); p++) {
            for (int i = from; i < to; i++) {
                float factor = Floats.get(a.segment(), a.offset() + p * a.rowStride() + i);
                addRow(factor, b.segment(), b.offset() + p * b.rowStride(), out.segment(),
                        out.offset() + i * out.rowStride(), b.cols());
            }
        }
    }

    /** Its own method so that C2 sees one simple loop. */
    private static void addRow(float factor, MemorySegment b, long bRow, MemorySegment out, long outRow, int count) {
        for (int j = 0; j < count; j++) {
            Floats.set(out, outRow + j, Floats.get(out, outRow + j) + factor * Floats.get(b, bRow + j));
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
