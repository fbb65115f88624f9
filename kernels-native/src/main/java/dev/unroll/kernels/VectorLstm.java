package dev.unroll.kernels;

import static dev.unroll.kernels.Floats.at;
import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.bound;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The LSTM's gates in vectors. Forward all forms are the same passes, some of them left out. Backward the plain form with
 * four gates, which is what most networks are, has one loop for everything; the other forms are passes there too.
 */
final class VectorLstm {
    private VectorLstm() {}

    /** How many gates stand before the output gate: f and u, or u alone where they are coupled. */
    private static int inner(Matrix gates, int h) {
        return gates.cols() == 4L * h ? 2 : 1;
    }

    static void forward(Scratch.Pool pool, int from, int to, int left, int right, LstmForm form, Matrix z, Matrix c,
            Matrix cNext, Matrix tanhC, Matrix aNext) {
        int h = c.cols();
        int n = right - left;
        int inner = inner(z, h);
        int output = inner * h;
        int candidate = output + h + left;
        Matrix peepholes = form.peepholes().orElse(null);
        for (int gate = 0; peepholes != null && gate < inner; gate++) {
            VectorPasses.addMultiplyRow(from, to, left, right, peepholes, gate, c, 0, z, gate * h);
        }
        VectorPasses.sigmoids(pool, from, to, left, right, peepholes == null ? inner + 1 : inner, h, z);
        VectorPasses.tanh(pool, from, to, z, candidate, z, candidate, n);
        if (inner == 2) {
            VectorPasses.memory(from, to, left, right, z, c, cNext);
        } else {
            VectorPasses.update(from, to, left, right, z, c, cNext);
        }
        if (form.isClipped()) {
            VectorPasses.clamp(from, to, left, right, form.clip(), cNext);
        }
        if (peepholes != null) {
            VectorPasses.addMultiplyRow(from, to, left, right, peepholes, inner, cNext, 0, z, output);
            VectorPasses.sigmoid(pool, from, to, z, output + left, z, output + left, n);
        }
        VectorPasses.tanh(pool, from, to, cNext, left, tanhC, left, n);
        VectorPasses.product(from, to, left, right, z, output, tanhC, aNext);
    }

    static void backward(int from, int to, LstmForm form, Matrix gates, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix daNext, Matrix dc) {
        int h = c.cols();
        int inner = inner(gates, h);
        if (form.isPlain() && inner == 2) {
            for (int i = from; i < to; i++) {
                plainBackward(gates.segment(), at(gates, i, 0), c.segment(), at(c, i, 0), tanhC.segment(),
                        at(tanhC, i, 0), daNext.segment(), at(daNext, i, 0), dc.segment(), at(dc, i, 0), h);
            }
            ScalarGates.lstmBackward(from, to, bound(h), form, gates, c, cNext, tanhC, daNext, dc);
            return;
        }
        Matrix peepholes = form.peepholes().orElse(null);
        outputBackward(from, to, inner * h, gates, tanhC, daNext, dc);
        if (peepholes != null) {
            VectorPasses.addMultiplyRow(from, to, 0, h, peepholes, inner, gates, inner * h, dc, 0);
        }
        if (form.isClipped()) {
            clipBackward(from, to, form.clip(), cNext, dc);
        }
        if (inner == 2) {
            memoryBackward(from, to, gates, c, dc);
        } else {
            VectorPasses.updateBackward(from, to, gates, c, dc, dc);
        }
        for (int gate = 0; peepholes != null && gate < inner; gate++) {
            VectorPasses.addMultiplyRow(from, to, 0, h, peepholes, gate, gates, gate * h, dc, 0);
        }
    }

    private static void plainBackward(MemorySegment gates, long gate, MemorySegment c, long cRow, MemorySegment tanhC,
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

    /** dz_o = da'*tanh(c')*o*(1 - o), o being at column {@code output}; dc' += da'*o*(1 - tanh(c')^2). */
    private static void outputBackward(int from, int to, int output, Matrix gates, Matrix tanhC, Matrix daNext,
            Matrix dc) {
        int h = dc.cols();
        for (int i = from; i < to; i++) {
            long gate = at(gates, i, output);
            long tRow = at(tanhC, i, 0);
            long daRow = at(daNext, i, 0);
            long dcRow = at(dc, i, 0);
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                FloatVector one = FloatVector.broadcast(SPECIES, 1);
                FloatVector o = FloatVector.fromMemorySegment(SPECIES, gates.segment(), (gate + j) * Float.BYTES,
                        ORDER);
                FloatVector t = FloatVector.fromMemorySegment(SPECIES, tanhC.segment(), (tRow + j) * Float.BYTES,
                        ORDER);
                FloatVector sent = FloatVector
                        .fromMemorySegment(SPECIES, daNext.segment(), (daRow + j) * Float.BYTES, ORDER).mul(o);
                sent.fma(one.sub(t.mul(t)),
                        FloatVector.fromMemorySegment(SPECIES, dc.segment(), (dcRow + j) * Float.BYTES, ORDER))
                        .intoMemorySegment(dc.segment(), (dcRow + j) * Float.BYTES, ORDER);
                sent.mul(t).mul(one.sub(o)).intoMemorySegment(gates.segment(), (gate + j) * Float.BYTES, ORDER);
            }
            for (; j < h; j++) {
                float o = Floats.get(gates.segment(), gate + j);
                float t = Floats.get(tanhC.segment(), tRow + j);
                float sent = Floats.get(daNext.segment(), daRow + j) * o;
                Floats.set(dc.segment(), dcRow + j, Floats.get(dc.segment(), dcRow + j) + sent * (1 - t * t));
                Floats.set(gates.segment(), gate + j, sent * t * (1 - o));
            }
        }
    }

    /** dc' = 0 where |c'| >= clip. */
    private static void clipBackward(int from, int to, float clip, Matrix cNext, Matrix dc) {
        int h = dc.cols();
        for (int i = from; i < to; i++) {
            long next = at(cNext, i, 0);
            long dcRow = at(dc, i, 0);
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                VectorMask<Float> clipped = FloatVector
                        .fromMemorySegment(SPECIES, cNext.segment(), (next + j) * Float.BYTES, ORDER).abs()
                        .compare(VectorOperators.GE, FloatVector.broadcast(SPECIES, clip));
                FloatVector.fromMemorySegment(SPECIES, dc.segment(), (dcRow + j) * Float.BYTES, ORDER)
                        .blend(FloatVector.zero(SPECIES), clipped)
                        .intoMemorySegment(dc.segment(), (dcRow + j) * Float.BYTES, ORDER);
            }
            for (; j < h; j++) {
                if (Math.abs(Floats.get(cNext.segment(), next + j)) >= clip) {
                    Floats.set(dc.segment(), dcRow + j, 0);
                }
            }
        }
    }

    /** dz_f = dc'*c*f*(1 - f), dz_u = dc'*k*u*(1 - u), dz_c = dc'*u*(1 - k^2), dc = dc'*f. */
    private static void memoryBackward(int from, int to, Matrix gates, Matrix c, Matrix dc) {
        int h = c.cols();
        for (int i = from; i < to; i++) {
            long gate = at(gates, i, 0);
            long cRow = at(c, i, 0);
            long dcRow = at(dc, i, 0);
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                FloatVector one = FloatVector.broadcast(SPECIES, 1);
                FloatVector f = FloatVector.fromMemorySegment(SPECIES, gates.segment(), (gate + j) * Float.BYTES,
                        ORDER);
                FloatVector u = FloatVector.fromMemorySegment(SPECIES, gates.segment(), (gate + h + j) * Float.BYTES,
                        ORDER);
                FloatVector k = FloatVector.fromMemorySegment(SPECIES, gates.segment(),
                        (gate + 3L * h + j) * Float.BYTES, ORDER);
                FloatVector dcNext = FloatVector.fromMemorySegment(SPECIES, dc.segment(), (dcRow + j) * Float.BYTES,
                        ORDER);
                FloatVector kept = dcNext.mul(f);
                FloatVector added = dcNext.mul(u);
                kept.intoMemorySegment(dc.segment(), (dcRow + j) * Float.BYTES, ORDER);
                kept.mul(FloatVector.fromMemorySegment(SPECIES, c.segment(), (cRow + j) * Float.BYTES, ORDER))
                        .mul(one.sub(f)).intoMemorySegment(gates.segment(), (gate + j) * Float.BYTES, ORDER);
                added.mul(k).mul(one.sub(u))
                        .intoMemorySegment(gates.segment(), (gate + h + j) * Float.BYTES, ORDER);
                added.mul(one.sub(k.mul(k)))
                        .intoMemorySegment(gates.segment(), (gate + 3L * h + j) * Float.BYTES, ORDER);
            }
            for (; j < h; j++) {
                float f = Floats.get(gates.segment(), gate + j);
                float u = Floats.get(gates.segment(), gate + h + j);
                float k = Floats.get(gates.segment(), gate + 3L * h + j);
                float kept = Floats.get(dc.segment(), dcRow + j) * f;
                float added = Floats.get(dc.segment(), dcRow + j) * u;
                Floats.set(dc.segment(), dcRow + j, kept);
                Floats.set(gates.segment(), gate + j, kept * Floats.get(c.segment(), cRow + j) * (1 - f));
                Floats.set(gates.segment(), gate + h + j, added * k * (1 - u));
                Floats.set(gates.segment(), gate + 3L * h + j, added * (1 - k * k));
            }
        }
    }
}
