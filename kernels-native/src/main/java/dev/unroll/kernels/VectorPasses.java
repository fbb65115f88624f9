package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.bound;

import dev.unroll.tensor.Matrix;
import jdk.incubator.vector.FloatVector;

/**
 * One function over a block of columns of rows {@code from} to {@code to}. Each is a short loop and a compiled method of
 * its own, which is what C2 makes good code of: see {@link VectorMath}. What is left of a row behind its last whole vector
 * goes by way of memory that has room for one: masks would make the methods too large.
 */
final class VectorPasses {
    private VectorPasses() {}

    private static long at(Matrix a, int i, int col) {
        return a.offset() + i * a.rowStride() + col;
    }

    /** x = σ(x). */
    static void sigmoid(Scratch.Pool pool, int from, int to, Matrix x, int col, int n) {
        int whole = bound(n);
        VectorMath.sigmoid(from, to, x, col, x, col, whole);
        if (whole < n) {
            Scratch scratch = pool.take();
            try {
                for (int i = from; i < to; i++) {
                    Matrix rest = scratch.rest(x, i, col + whole, n - whole);
                    VectorMath.sigmoid(0, 1, rest, 0, rest, 0, LENGTH);
                    scratch.putRest(x, i, col + whole, n - whole);
                }
            } finally {
                pool.giveBack(scratch);
            }
        }
    }

    /** y = tanh(x); y may be x. */
    static void tanh(Scratch.Pool pool, int from, int to, Matrix x, int xCol, Matrix y, int yCol, int n) {
        int whole = bound(n);
        VectorMath.tanh(from, to, x, xCol, y, yCol, whole);
        if (whole < n) {
            Scratch scratch = pool.take();
            try {
                for (int i = from; i < to; i++) {
                    Matrix rest = scratch.rest(x, i, xCol + whole, n - whole);
                    VectorMath.tanh(0, 1, rest, 0, rest, 0, LENGTH);
                    scratch.putRest(y, i, yCol + whole, n - whole);
                }
            } finally {
                pool.giveBack(scratch);
            }
        }
    }

    /** Row i of y = exp(x - shift); y may be x. */
    static void exp(Scratch.Pool pool, int i, Matrix x, float shift, Matrix y, int n) {
        int whole = bound(n);
        VectorMath.exp(i, x, 0, shift, y, 0, whole);
        if (whole < n) {
            Scratch scratch = pool.take();
            try {
                Matrix rest = scratch.rest(x, i, whole, n - whole);
                VectorMath.exp(0, rest, 0, shift, rest, 0, LENGTH);
                scratch.putRest(y, i, whole, n - whole);
            } finally {
                pool.giveBack(scratch);
            }
        }
    }

    /** c' = f*c + u*k over columns {@code left} to {@code right}, the gates f, u, o, k side by side. */
    static void memory(int from, int to, int left, int right, Matrix gates, Matrix c, Matrix cNext) {
        int h = c.cols();
        for (int i = from; i < to; i++) {
            long f = at(gates, i, 0);
            long old = at(c, i, 0);
            long next = at(cNext, i, 0);
            int j = left;
            for (; j + LENGTH <= right; j += LENGTH) {
                FloatVector added = FloatVector
                        .fromMemorySegment(SPECIES, gates.segment(), (f + h + j) * Float.BYTES, ORDER).mul(FloatVector
                                .fromMemorySegment(SPECIES, gates.segment(), (f + 3L * h + j) * Float.BYTES, ORDER));
                FloatVector.fromMemorySegment(SPECIES, gates.segment(), (f + j) * Float.BYTES, ORDER)
                        .fma(FloatVector.fromMemorySegment(SPECIES, c.segment(), (old + j) * Float.BYTES, ORDER), added)
                        .intoMemorySegment(cNext.segment(), (next + j) * Float.BYTES, ORDER);
            }
            for (; j < right; j++) {
                float added = Floats.get(gates.segment(), f + h + j) * Floats.get(gates.segment(), f + 3L * h + j);
                Floats.set(cNext.segment(), next + j,
                        Floats.get(gates.segment(), f + j) * Floats.get(c.segment(), old + j) + added);
            }
        }
    }

    /** z = x*y, x from column {@code xCol} on. */
    static void product(int from, int to, int left, int right, Matrix x, int xCol, Matrix y, Matrix z) {
        for (int i = from; i < to; i++) {
            long xRow = at(x, i, xCol);
            long yRow = at(y, i, 0);
            long zRow = at(z, i, 0);
            int j = left;
            for (; j + LENGTH <= right; j += LENGTH) {
                FloatVector.fromMemorySegment(SPECIES, x.segment(), (xRow + j) * Float.BYTES, ORDER)
                        .mul(FloatVector.fromMemorySegment(SPECIES, y.segment(), (yRow + j) * Float.BYTES, ORDER))
                        .intoMemorySegment(z.segment(), (zRow + j) * Float.BYTES, ORDER);
            }
            for (; j < right; j++) {
                Floats.set(z.segment(), zRow + j,
                        Floats.get(x.segment(), xRow + j) * Floats.get(y.segment(), yRow + j));
            }
        }
    }

    /** q += b; z_c += r*q, the gates u, r, z_c side by side. */
    static void resetAfter(int from, int to, int left, int right, Matrix z, Matrix q, Matrix b) {
        int h = q.cols();
        for (int i = from; i < to; i++) {
            long r = at(z, i, h);
            long qRow = at(q, i, 0);
            int j = left;
            for (; j + LENGTH <= right; j += LENGTH) {
                FloatVector sum = FloatVector.fromMemorySegment(SPECIES, q.segment(), (qRow + j) * Float.BYTES, ORDER)
                        .add(FloatVector.fromMemorySegment(SPECIES, b.segment(), (b.offset() + j) * Float.BYTES,
                                ORDER));
                sum.intoMemorySegment(q.segment(), (qRow + j) * Float.BYTES, ORDER);
                sum.fma(FloatVector.fromMemorySegment(SPECIES, z.segment(), (r + j) * Float.BYTES, ORDER),
                        FloatVector.fromMemorySegment(SPECIES, z.segment(), (r + h + j) * Float.BYTES, ORDER))
                        .intoMemorySegment(z.segment(), (r + h + j) * Float.BYTES, ORDER);
            }
            for (; j < right; j++) {
                float sum = Floats.get(q.segment(), qRow + j) + Floats.get(b.segment(), b.offset() + j);
                Floats.set(q.segment(), qRow + j, sum);
                Floats.set(z.segment(), r + h + j,
                        sum * Floats.get(z.segment(), r + j) + Floats.get(z.segment(), r + h + j));
            }
        }
    }

    /** a' = u*k + (1 - u)*a, the gates u, r, k side by side. */
    static void update(int from, int to, int left, int right, Matrix gates, Matrix a, Matrix aNext) {
        int h = a.cols();
        for (int i = from; i < to; i++) {
            long u = at(gates, i, 0);
            long old = at(a, i, 0);
            long next = at(aNext, i, 0);
            int j = left;
            for (; j + LENGTH <= right; j += LENGTH) {
                FloatVector gate = FloatVector.fromMemorySegment(SPECIES, gates.segment(), (u + j) * Float.BYTES,
                        ORDER);
                FloatVector kept = FloatVector.broadcast(SPECIES, 1).sub(gate)
                        .mul(FloatVector.fromMemorySegment(SPECIES, a.segment(), (old + j) * Float.BYTES, ORDER));
                gate.fma(FloatVector.fromMemorySegment(SPECIES, gates.segment(), (u + 2L * h + j) * Float.BYTES, ORDER),
                        kept).intoMemorySegment(aNext.segment(), (next + j) * Float.BYTES, ORDER);
            }
            for (; j < right; j++) {
                float gate = Floats.get(gates.segment(), u + j);
                float kept = (1 - gate) * Floats.get(a.segment(), old + j);
                Floats.set(aNext.segment(), next + j, gate * Floats.get(gates.segment(), u + 2L * h + j) + kept);
            }
        }
    }
}
