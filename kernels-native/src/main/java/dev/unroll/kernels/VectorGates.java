package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.bound;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Gate arithmetic in vectors. Forward it is one pass after the other over the rows, a function each; backward, where there
 * are only sums and products, one loop for each operation, and {@link ScalarGates} for what is left of a row behind its
 * last whole vector.
 */
final class VectorGates implements Loops.GateLoops {
    private final Scratch.Pool pool;

    VectorGates(Scratch.Pool pool) {
        this.pool = pool;
    }

    private static long at(Matrix a, int i) {
        return a.offset() + i * a.rowStride();
    }

    @Override
    public void tanh(int from, int to, int left, int right, Matrix z, Matrix aNext) {
        VectorPasses.tanh(pool, from, to, z, left, aNext, left, right - left);
    }

    @Override
    public void lstm(int from, int to, int left, int right, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix aNext) {
        int h = c.cols();
        int n = right - left;
        sigmoids(from, to, left, right, 3, h, z);
        VectorPasses.tanh(pool, from, to, z, 3 * h + left, z, 3 * h + left, n);
        VectorPasses.memory(from, to, left, right, z, c, cNext);
        VectorPasses.tanh(pool, from, to, cNext, left, tanhC, left, n);
        VectorPasses.product(from, to, left, right, z, 2 * h, tanhC, aNext);
    }

    /** The first gates of z, in one pass where nothing lies between their columns. */
    private void sigmoids(int from, int to, int left, int right, int count, int h, Matrix z) {
        if (right - left == h) {
            VectorPasses.sigmoid(pool, from, to, z, 0, count * h);
            return;
        }
        for (int gate = 0; gate < count; gate++) {
            VectorPasses.sigmoid(pool, from, to, z, gate * h + left, right - left);
        }
    }

    @Override
    public void gruResetAfter(int from, int to, int left, int right, Matrix z, Matrix q, Matrix b, Matrix a,
            Matrix aNext) {
        sigmoids(from, to, left, right, 2, a.cols(), z);
        VectorPasses.resetAfter(from, to, left, right, z, q, b);
        gruUpdate(from, to, left, right, z, a, aNext);
    }

    private void gruUpdate(int from, int to, int left, int right, Matrix z, Matrix a, Matrix aNext) {
        int candidate = 2 * a.cols() + left;
        VectorPasses.tanh(pool, from, to, z, candidate, z, candidate, right - left);
        VectorPasses.update(from, to, left, right, z, a, aNext);
    }

    @Override
    public void gruReset(int from, int to, Matrix z, Matrix a, Matrix p) {
        int h = a.cols();
        VectorPasses.sigmoid(pool, from, to, z, 0, 2 * h);
        VectorPasses.product(from, to, 0, h, z, h, a, p);
    }

    @Override
    public void gruUpdate(int from, int to, Matrix z, Matrix a, Matrix aNext) {
        gruUpdate(from, to, 0, a.cols(), z, a, aNext);
    }

    @Override
    public void tanhBackward(int from, int to, Matrix aNext, Matrix daNext, Matrix dz) {
        for (int i = from; i < to; i++) {
            long a = at(aNext, i);
            long da = at(daNext, i);
            long out = at(dz, i);
            for (int j = 0; j < bound(dz.cols()); j += LENGTH) {
                FloatVector x = FloatVector.fromMemorySegment(SPECIES, aNext.segment(), (a + j) * Float.BYTES, ORDER);
                FloatVector.fromMemorySegment(SPECIES, daNext.segment(), (da + j) * Float.BYTES, ORDER)
                        .mul(FloatVector.broadcast(SPECIES, 1).sub(x.mul(x)))
                        .intoMemorySegment(dz.segment(), (out + j) * Float.BYTES, ORDER);
            }
        }
        ScalarGates.tanhBackward(from, to, bound(dz.cols()), aNext, daNext, dz);
    }

    @Override
    public void lstmBackward(int from, int to, Matrix gates, Matrix c, Matrix tanhC, Matrix daNext, Matrix dc) {
        for (int i = from; i < to; i++) {
            lstmBackward(gates.segment(), at(gates, i), c.segment(), at(c, i), tanhC.segment(), at(tanhC, i),
                    daNext.segment(), at(daNext, i), dc.segment(), at(dc, i), c.cols());
        }
        ScalarGates.lstmBackward(from, to, bound(c.cols()), gates, c, tanhC, daNext, dc);
    }

    private static void lstmBackward(MemorySegment gates, long gate, MemorySegment c, long cRow, MemorySegment tanhC,
            long tRow, MemorySegment daNext, long daRow, MemorySegment dc, long dcRow, int h) {
        for (int j = 0; j < bound(h); j += LENGTH) {
            FloatVector one = FloatVector.broadcast(SPECIES, 1);
            FloatVector f = FloatVector.fromMemorySegment(SPECIES, gates, (gate + j) * Float.BYTES, ORDER);
            FloatVector u = FloatVector.fromMemorySegment(SPECIES, gates, (gate + h + j) * Float.BYTES, ORDER);
            FloatVector o = FloatVector.fromMemorySegment(SPECIES, gates, (gate + 2L * h + j) * Float.BYTES, ORDER);
            FloatVector k = FloatVector.fromMemorySegment(SPECIES, gates, (gate + 3L * h + j) * Float.BYTES, ORDER);
            FloatVector t = FloatVector.fromMemorySegment(SPECIES, tanhC, (tRow + j) * Float.BYTES, ORDER);
            FloatVector da = FloatVector.fromMemorySegment(SPECIES, daNext, (daRow + j) * Float.BYTES, ORDER);
            FloatVector dcNext = da.mul(o).fma(one.sub(t.mul(t)),
                    FloatVector.fromMemorySegment(SPECIES, dc, (dcRow + j) * Float.BYTES, ORDER));
            FloatVector kept = dcNext.mul(f);
            FloatVector added = dcNext.mul(u);
            kept.intoMemorySegment(dc, (dcRow + j) * Float.BYTES, ORDER);
            kept.mul(FloatVector.fromMemorySegment(SPECIES, c, (cRow + j) * Float.BYTES, ORDER)).mul(one.sub(f))
                    .intoMemorySegment(gates, (gate + j) * Float.BYTES, ORDER);
            added.mul(k).mul(one.sub(u)).intoMemorySegment(gates, (gate + h + j) * Float.BYTES, ORDER);
            da.mul(t).mul(o.mul(one.sub(o))).intoMemorySegment(gates, (gate + 2L * h + j) * Float.BYTES, ORDER);
            added.mul(one.sub(k.mul(k))).intoMemorySegment(gates, (gate + 3L * h + j) * Float.BYTES, ORDER);
        }
    }

    @Override
    public void gruResetAfterBackward(int from, int to, Matrix gates, Matrix q, Matrix a, Matrix daNext, Matrix da) {
        for (int i = from; i < to; i++) {
            gruResetAfterBackward(gates.segment(), at(gates, i), q.segment(), at(q, i), a.segment(), at(a, i),
                    daNext.segment(), at(daNext, i), da.segment(), at(da, i), a.cols());
        }
        ScalarGates.gruResetAfterBackward(from, to, bound(a.cols()), gates, q, a, daNext, da);
    }

    private static void gruResetAfterBackward(MemorySegment gates, long gate, MemorySegment q, long qRow,
            MemorySegment a, long aRow, MemorySegment daNext, long daNextRow, MemorySegment da, long daRow, int h) {
        for (int j = 0; j < bound(h); j += LENGTH) {
            FloatVector one = FloatVector.broadcast(SPECIES, 1);
            FloatVector u = FloatVector.fromMemorySegment(SPECIES, gates, (gate + j) * Float.BYTES, ORDER);
            FloatVector r = FloatVector.fromMemorySegment(SPECIES, gates, (gate + h + j) * Float.BYTES, ORDER);
            FloatVector k = FloatVector.fromMemorySegment(SPECIES, gates, (gate + 2L * h + j) * Float.BYTES, ORDER);
            FloatVector gradient = FloatVector.fromMemorySegment(SPECIES, daNext, (daNextRow + j) * Float.BYTES, ORDER);
            FloatVector added = gradient.mul(u);
            FloatVector kept = gradient.sub(added);
            FloatVector dzc = added.mul(one.sub(k.mul(k)));
            FloatVector dq = dzc.mul(r);
            kept.mul(u).mul(k.sub(FloatVector.fromMemorySegment(SPECIES, a, (aRow + j) * Float.BYTES, ORDER)))
                    .intoMemorySegment(gates, (gate + j) * Float.BYTES, ORDER);
            dq.mul(one.sub(r)).mul(FloatVector.fromMemorySegment(SPECIES, q, (qRow + j) * Float.BYTES, ORDER))
                    .intoMemorySegment(gates, (gate + h + j) * Float.BYTES, ORDER);
            dzc.intoMemorySegment(gates, (gate + 2L * h + j) * Float.BYTES, ORDER);
            dq.intoMemorySegment(q, (qRow + j) * Float.BYTES, ORDER);
            kept.intoMemorySegment(da, (daRow + j) * Float.BYTES, ORDER);
        }
    }

    @Override
    public void gruResetBackward(int from, int to, Matrix gates, Matrix a, Matrix dp, Matrix da) {
        int h = a.cols();
        for (int i = from; i < to; i++) {
            long reset = at(gates, i) + h;
            long aRow = at(a, i);
            long dpRow = at(dp, i);
            long daRow = at(da, i);
            for (int j = 0; j < bound(h); j += LENGTH) {
                FloatVector r = FloatVector.fromMemorySegment(SPECIES, gates.segment(), (reset + j) * Float.BYTES,
                        ORDER);
                FloatVector sent = FloatVector
                        .fromMemorySegment(SPECIES, dp.segment(), (dpRow + j) * Float.BYTES, ORDER).mul(r);
                FloatVector slope = FloatVector.broadcast(SPECIES, 1).sub(r);
                sent.mul(FloatVector.fromMemorySegment(SPECIES, a.segment(), (aRow + j) * Float.BYTES, ORDER))
                        .mul(slope).intoMemorySegment(gates.segment(), (reset + j) * Float.BYTES, ORDER);
                sent.add(FloatVector.fromMemorySegment(SPECIES, da.segment(), (daRow + j) * Float.BYTES, ORDER))
                        .intoMemorySegment(da.segment(), (daRow + j) * Float.BYTES, ORDER);
            }
        }
        ScalarGates.gruResetBackward(from, to, bound(h), gates, a, dp, da);
    }

    @Override
    public void gruUpdateBackward(int from, int to, Matrix gates, Matrix a, Matrix daNext, Matrix da) {
        for (int i = from; i < to; i++) {
            gruUpdateBackward(gates.segment(), at(gates, i), a.segment(), at(a, i), daNext.segment(), at(daNext, i),
                    da.segment(), at(da, i), a.cols());
        }
        ScalarGates.gruUpdateBackward(from, to, bound(a.cols()), gates, a, daNext, da);
    }

    private static void gruUpdateBackward(MemorySegment gates, long gate, MemorySegment a, long aRow,
            MemorySegment daNext, long daNextRow, MemorySegment da, long daRow, int h) {
        for (int j = 0; j < bound(h); j += LENGTH) {
            FloatVector one = FloatVector.broadcast(SPECIES, 1);
            FloatVector u = FloatVector.fromMemorySegment(SPECIES, gates, (gate + j) * Float.BYTES, ORDER);
            FloatVector k = FloatVector.fromMemorySegment(SPECIES, gates, (gate + 2L * h + j) * Float.BYTES, ORDER);
            FloatVector gradient = FloatVector.fromMemorySegment(SPECIES, daNext, (daNextRow + j) * Float.BYTES, ORDER);
            FloatVector added = gradient.mul(u);
            FloatVector kept = gradient.sub(added);
            kept.mul(u).mul(k.sub(FloatVector.fromMemorySegment(SPECIES, a, (aRow + j) * Float.BYTES, ORDER)))
                    .intoMemorySegment(gates, (gate + j) * Float.BYTES, ORDER);
            added.mul(one.sub(k.mul(k))).intoMemorySegment(gates, (gate + 2L * h + j) * Float.BYTES, ORDER);
            kept.intoMemorySegment(da, (daRow + j) * Float.BYTES, ORDER);
        }
    }
}
