package dev.unroll.kernels;

import static dev.unroll.kernels.Floats.at;
import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.bound;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * One function over a block of columns of rows {@code from} to {@code to}. Each is a short loop and a compiled method of
 * its own, which is what C2 makes good code of: see {@link VectorMath}. What is left of a row behind its last whole vector
 * goes by way of memory that has room for one: masks would make the methods too large.
 */
final class VectorPasses {
    private VectorPasses() {}

    /** y = σ(x); y may be x. */
    static void sigmoid(Scratch.Pool pool, int from, int to, Matrix x, int xCol, Matrix y, int yCol, int n) {
        int whole = bound(n);
        VectorMath.sigmoid(from, to, x, xCol, y, yCol, whole);
        if (whole < n) {
            Scratch scratch = pool.take();
            try {
                for (int i = from; i < to; i++) {
                    Matrix rest = scratch.rest(x, i, xCol + whole, n - whole);
                    VectorMath.sigmoid(0, 1, rest, 0, rest, 0, LENGTH);
                    scratch.putRest(y, i, yCol + whole, n - whole);
                }
            } finally {
                pool.giveBack(scratch);
            }
        }
    }

    /** z = σ(z) for the first gates, h columns each, in one pass where nothing lies between their columns. */
    static void sigmoids(Scratch.Pool pool, int from, int to, int left, int right, int count, int h, Matrix z) {
        if (right - left == h) {
            sigmoid(pool, from, to, z, 0, z, 0, count * h);
            return;
        }
        for (int gate = 0; gate < count; gate++) {
            int col = gate * h + left;
            sigmoid(pool, from, to, z, col, z, col, right - left);
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
            product(left, right, x.segment(), at(x, i, xCol), y.segment(), at(y, i, 0), z.segment(), at(z, i, 0));
        }
    }

    /** z = x*y for a row of each, which begin at these indices. */
    static void product(int left, int right, MemorySegment x, long xRow, MemorySegment y, long yRow, MemorySegment z,
            long zRow) {
        int j = left;
        for (; j + LENGTH <= right; j += LENGTH) {
            FloatVector.fromMemorySegment(SPECIES, x, (xRow + j) * Float.BYTES, ORDER)
                    .mul(FloatVector.fromMemorySegment(SPECIES, y, (yRow + j) * Float.BYTES, ORDER))
                    .intoMemorySegment(z, (zRow + j) * Float.BYTES, ORDER);
        }
        for (; j < right; j++) {
            Floats.set(z, zRow + j, Floats.get(x, xRow + j) * Floats.get(y, yRow + j));
        }
    }

    /** z += x*y for a row of each, which begin at these indices. */
    static void addProduct(int left, int right, MemorySegment x, long xRow, MemorySegment y, long yRow,
            MemorySegment z, long zRow) {
        int j = left;
        for (; j + LENGTH <= right; j += LENGTH) {
            FloatVector.fromMemorySegment(SPECIES, x, (xRow + j) * Float.BYTES, ORDER)
                    .fma(FloatVector.fromMemorySegment(SPECIES, y, (yRow + j) * Float.BYTES, ORDER),
                            FloatVector.fromMemorySegment(SPECIES, z, (zRow + j) * Float.BYTES, ORDER))
                    .intoMemorySegment(z, (zRow + j) * Float.BYTES, ORDER);
        }
        for (; j < right; j++) {
            float added = Floats.get(x, xRow + j) * Floats.get(y, yRow + j);
            Floats.set(z, zRow + j, Floats.get(z, zRow + j) + added);
        }
    }

    /** z += r*x, where r is row {@code row} of rows; x from column {@code xCol} on, z from column {@code zCol} on. */
    static void addMultiplyRow(int from, int to, int left, int right, Matrix rows, int row, Matrix x, int xCol,
            Matrix z, int zCol) {
        for (int i = from; i < to; i++) {
            addProduct(left, right, rows.segment(), at(rows, row, 0), x.segment(), at(x, i, xCol), z.segment(),
                    at(z, i, zCol));
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

    /** a' = u*k + (1 - u)*a, the gates beginning with u and ending with k. */
    static void update(int from, int to, int left, int right, Matrix gates, Matrix a, Matrix aNext) {
        int candidate = gates.cols() - a.cols();
        for (int i = from; i < to; i++) {
            long u = at(gates, i, 0);
            long k = at(gates, i, candidate);
            long old = at(a, i, 0);
            long next = at(aNext, i, 0);
            int j = left;
            for (; j + LENGTH <= right; j += LENGTH) {
                FloatVector gate = FloatVector.fromMemorySegment(SPECIES, gates.segment(), (u + j) * Float.BYTES,
                        ORDER);
                FloatVector kept = FloatVector.broadcast(SPECIES, 1).sub(gate)
                        .mul(FloatVector.fromMemorySegment(SPECIES, a.segment(), (old + j) * Float.BYTES, ORDER));
                gate.fma(FloatVector.fromMemorySegment(SPECIES, gates.segment(), (k + j) * Float.BYTES, ORDER), kept)
                        .intoMemorySegment(aNext.segment(), (next + j) * Float.BYTES, ORDER);
            }
            for (; j < right; j++) {
                float gate = Floats.get(gates.segment(), u + j);
                float kept = (1 - gate) * Floats.get(a.segment(), old + j);
                Floats.set(aNext.segment(), next + j, gate * Floats.get(gates.segment(), k + j) + kept);
            }
        }
    }

    /** dz_u = da'*(k - a)*u*(1 - u), dz_c = da'*u*(1 - k^2), da = da'*(1 - u), as in {@link #update}; da may be da'. */
    static void updateBackward(int from, int to, Matrix gates, Matrix a, Matrix daNext, Matrix da) {
        int h = a.cols();
        for (int i = from; i < to; i++) {
            updateBackward(gates.segment(), at(gates, i, 0), at(gates, i, gates.cols() - h), a.segment(),
                    at(a, i, 0), daNext.segment(), at(daNext, i, 0), da.segment(), at(da, i, 0), h);
        }
        ScalarGates.gruUpdateBackward(from, to, bound(h), gates, a, daNext, da);
    }

    private static void updateBackward(MemorySegment gates, long gate, long candidate, MemorySegment a, long aRow,
            MemorySegment daNext, long daNextRow, MemorySegment da, long daRow, int h) {
        for (int j = 0; j < bound(h); j += LENGTH) {
            FloatVector one = FloatVector.broadcast(SPECIES, 1);
            FloatVector u = FloatVector.fromMemorySegment(SPECIES, gates, (gate + j) * Float.BYTES, ORDER);
            FloatVector k = FloatVector.fromMemorySegment(SPECIES, gates, (candidate + j) * Float.BYTES, ORDER);
            FloatVector gradient = FloatVector.fromMemorySegment(SPECIES, daNext, (daNextRow + j) * Float.BYTES, ORDER);
            FloatVector added = gradient.mul(u);
            FloatVector kept = gradient.sub(added);
            kept.mul(u).mul(k.sub(FloatVector.fromMemorySegment(SPECIES, a, (aRow + j) * Float.BYTES, ORDER)))
                    .intoMemorySegment(gates, (gate + j) * Float.BYTES, ORDER);
            added.mul(one.sub(k.mul(k))).intoMemorySegment(gates, (candidate + j) * Float.BYTES, ORDER);
            kept.intoMemorySegment(da, (daRow + j) * Float.BYTES, ORDER);
        }
    }

    /** x = max(-bound, min(bound, x)), NaN staying NaN. */
    static void clamp(int from, int to, int left, int right, float bound, Matrix x) {
        for (int i = from; i < to; i++) {
            long row = at(x, i, 0);
            int j = left;
            for (; j + LENGTH <= right; j += LENGTH) {
                FloatVector high = FloatVector.broadcast(SPECIES, bound);
                FloatVector low = FloatVector.broadcast(SPECIES, -bound);
                FloatVector v = FloatVector.fromMemorySegment(SPECIES, x.segment(), (row + j) * Float.BYTES, ORDER);
                v.blend(high, v.compare(VectorOperators.GT, high)) // a comparison lets NaN through
                        .blend(low, v.compare(VectorOperators.LT, low))
                        .intoMemorySegment(x.segment(), (row + j) * Float.BYTES, ORDER);
            }
            for (; j < right; j++) {
                float v = Floats.get(x.segment(), row + j);
                Floats.set(x.segment(), row + j, Math.max(-bound, Math.min(bound, v)));
            }
        }
    }

    /** Σ_j x_j over a row of n that begins at this index. */
    static float sum(MemorySegment x, long row, int n) {
        FloatVector lanes = FloatVector.zero(SPECIES);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            lanes = lanes.add(FloatVector.fromMemorySegment(SPECIES, x, (row + j) * Float.BYTES, ORDER));
        }
        float sum = Lanes.sum(lanes);
        for (; j < n; j++) {
            sum += Floats.get(x, row + j);
        }
        return sum;
    }
}
