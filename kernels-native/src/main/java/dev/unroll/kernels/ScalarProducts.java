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
    public PackedMatrix pack(Kernels owner, Arena arena, Matrix source, Orientation orientation, int groups) {
        long size = source.layout().size() * Float.BYTES;
        return new PackedMatrix(owner, source, orientation, groups, arena.allocate(size, Matrix.ALIGNMENT));
    }

    @Override
    public void repack(int left, int right, PackedMatrix packed) {
        Matrix source = packed.source();
        long byRow = packed.orientation() == Orientation.PLAIN ? source.rowStride() : 1;
        long byCol = packed.orientation() == Orientation.PLAIN ? 1 : source.rowStride();
        for (int p = 0; p < packed.rows(); p++) {
            for (int group = 0; group < packed.groups(); group++) {
                int first = group * packed.units();
                for (int j = first + left; j < first + right; j++) {
                    float value = Floats.get(source.segment(), source.offset() + p * byRow + j * byCol);
                    Floats.set(packed.panels(), (long) p * packed.cols() + j, value);
                }
            }
        }
    }

    @Override
    public void multiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
            Matrix out) {
        for (int i = from; i < to; i++) {
            for (int g = 0; g < groups; g++) {
                long first = out.offset() + i * out.rowStride() + (long) g * b.units();
                for (int j = left; j < right; j++) {
                    Floats.set(out.segment(), first + j, 0);
                }
            }
        }
        addMultiply(from, to, left, right, group, groups, a, b, out);
    }

    @Override
    public void addMultiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
            Matrix out) {
        for (int i = from; i < to; i++) {
            for (int g = 0; g < groups; g++) {
                long row = out.offset() + i * out.rowStride() + (long) g * b.units() + left;
                long source = (long) (group + g) * b.units() + left;
                for (int p = 0; p < a.cols(); p++) {
                    float factor = Floats.get(a.segment(), a.offset() + i * a.rowStride() + p);
                    addRow(factor, b.panels(), (long) p * b.cols() + source, out.segment(), row, right - left);
                }
            }
        }
    }

    @Override
    public void addMultiplyTransA(int from, int to, int left, int right, Matrix a, Matrix b, Matrix out) {
        for (int p = 0; p < a.rows(); p++) {
            for (int i = from; i < to; i++) {
                float factor = Floats.get(a.segment(), a.offset() + p * a.rowStride() + i);
                addRow(factor, b.segment(), b.offset() + p * b.rowStride() + left, out.segment(),
                        out.offset() + i * out.rowStride() + left, right - left);
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
