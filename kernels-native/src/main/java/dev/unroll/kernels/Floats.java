package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reading and writing floats by their index in a segment, or by row and column without a matrix's own checks. */
final class Floats {
    private Floats() {}

    static float get(MemorySegment segment, long index) {
        return segment.get(ValueLayout.JAVA_FLOAT, index * Float.BYTES);
    }

    static void set(MemorySegment segment, long index, float value) {
        segment.set(ValueLayout.JAVA_FLOAT, index * Float.BYTES, value);
    }

    /** Index of element (i, j) in its segment. */
    static long at(Matrix a, int i, int j) {
        return a.offset() + i * a.rowStride() + j;
    }

    static float get(Matrix a, int i, int j) {
        return get(a.segment(), at(a, i, j));
    }

    static void set(Matrix a, int i, int j, float value) {
        set(a.segment(), at(a, i, j), value);
    }
}
