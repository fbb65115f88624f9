package dev.unroll.kernels;

import static dev.unroll.kernels.Floats.at;
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
 * last whole vector. {@link VectorActivations} and {@link VectorLstm} have those that come in several forms.
 */
final class VectorGates implements Loops.GateLoops {
    private final Scratch.Pool pool;

    VectorGates(Scratch.Pool pool) {
        this.pool = pool;
    }

    @Override
    public void activate(int from, int to, int left, int right, Activation g, Matrix z, Matrix aNext) {
        VectorActivations.forward(pool, from, to, left, right, g, z, aNext);
    }

    @Override
    public void activateBackward(int from, int to, Activation g, Matrix aNext, Matrix daNext, Matrix dz) {
        VectorActivations.backward(from, to, g, aNext, daNext, dz);
    }

    @Override
    public void lstm(int from, int to, int left, int right, LstmForm form, Matrix z, Matrix c, Matrix cNext,
            Matrix tanhC, Matrix aNext) {
        VectorLstm.forward(pool, from, to, left, right, form, z, c, cNext, tanhC, aNext);
    }

    @Override
    public void gruResetAfter(int from, int to, int left, int right, Matrix z, Matrix q, Matrix b, Matrix a,
            Matrix aNext) {
        VectorPasses.sigmoids(pool, from, to, left, right, 2, a.cols(), z);
        VectorPasses.resetAfter(from, to, left, right, z, q, b);
        gruUpdate(from, to, left, right, z, a, aNext);
    }

    @Override
    public void gruSimplified(int from, int to, int left, int right, Matrix z, Matrix a, Matrix aNext) {
        VectorPasses.sigmoid(pool, from, to, z, left, z, left, right - left);
        gruUpdate(from, to, left, right, z, a, aNext);
    }

    private void gruUpdate(int from, int to, int left, int right, Matrix z, Matrix a, Matrix aNext) {
        int candidate = z.cols() - a.cols() + left;
        VectorPasses.tanh(pool, from, to, z, candidate, z, candidate, right - left);
        VectorPasses.update(from, to, left, right, z, a, aNext);
    }

    @Override
    public void gruReset(int from, int to, Matrix z, Matrix a, Matrix p) {
        int h = a.cols();
        VectorPasses.sigmoid(pool, from, to, z, 0, z, 0, 2 * h);
        VectorPasses.product(from, to, 0, h, z, h, a, p);
    }

    @Override
    public void gruUpdate(int from, int to, Matrix z, Matrix a, Matrix aNext) {
        gruUpdate(from, to, 0, a.cols(), z, a, aNext);
    }

    @Override
    public void lstmBackward(int from, int to, LstmForm form, Matrix gates, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix daNext, Matrix dc) {
        VectorLstm.backward(from, to, form, gates, c, cNext, tanhC, daNext, dc);
    }

    @Override
    public void gruResetAfterBackward(int from, int to, Matrix gates, Matrix q, Matrix a, Matrix daNext, Matrix da) {
        for (int i = from; i < to; i++) {
            gruResetAfterBackward(gates.segment(), at(gates, i, 0), q.segment(), at(q, i, 0), a.segment(), at(a, i, 0),
                    daNext.segment(), at(daNext, i, 0), da.segment(), at(da, i, 0), a.cols());
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
            long reset = at(gates, i, h);
            long aRow = at(a, i, 0);
            long dpRow = at(dp, i, 0);
            long daRow = at(da, i, 0);
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
        VectorPasses.updateBackward(from, to, gates, a, daNext, da);
    }
}
