package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;

/** Gate arithmetic in plain loops, the functions in double precision and rounded once. */
final class ScalarGates implements Loops.GateLoops {
    static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    static float tanh(float x) {
        return (float) Math.tanh(x);
    }

    /** Index of element (i, j). */
    private static long at(Matrix a, int i, int j) {
        return a.offset() + i * a.rowStride() + j;
    }

    private static float get(Matrix a, int i, int j) {
        return Floats.get(a.segment(), at(a, i, j));
    }

    private static void set(Matrix a, int i, int j, float value) {
        Floats.set(a.segment(), at(a, i, j), value);
    }

    @Override
    public void tanh(int from, int to, int left, int right, Matrix z, Matrix aNext) {
        for (int i = from; i < to; i++) {
            for (int j = left; j < right; j++) {
                set(aNext, i, j, tanh(get(z, i, j)));
            }
        }
    }

    @Override
    public void tanhBackward(int from, int to, Matrix aNext, Matrix daNext, Matrix dz) {
        tanhBackward(from, to, 0, aNext, daNext, dz);
    }

    /** From column {@code first} on. */
    static void tanhBackward(int from, int to, int first, Matrix aNext, Matrix daNext, Matrix dz) {
        for (int i = from; i < to; i++) {
            for (int j = first; j < dz.cols(); j++) {
                float a = get(aNext, i, j);
                set(dz, i, j, get(daNext, i, j) * (1 - a * a));
            }
        }
    }

    @Override
    public void lstm(int from, int to, int left, int right, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix aNext) {
        MemorySegment zs = z.segment();
        int h = c.cols();
        for (int i = from; i < to; i++) {
            for (int j = left; j < right; j++) {
                long gate = at(z, i, j);
                float f = sigmoid(Floats.get(zs, gate));
                float u = sigmoid(Floats.get(zs, gate + h));
                float o = sigmoid(Floats.get(zs, gate + 2L * h));
                float k = tanh(Floats.get(zs, gate + 3L * h));
                float next = f * get(c, i, j) + u * k;
                float t = tanh(next);
                Floats.set(zs, gate, f);
                Floats.set(zs, gate + h, u);
                Floats.set(zs, gate + 2L * h, o);
                Floats.set(zs, gate + 3L * h, k);
                set(cNext, i, j, next);
                set(tanhC, i, j, t);
                set(aNext, i, j, o * t);
            }
        }
    }

    @Override
    public void lstmBackward(int from, int to, Matrix gates, Matrix c, Matrix tanhC, Matrix daNext, Matrix dc) {
        lstmBackward(from, to, 0, gates, c, tanhC, daNext, dc);
    }

    /** From column {@code first} on. */
    static void lstmBackward(int from, int to, int first, Matrix gates, Matrix c, Matrix tanhC, Matrix daNext,
            Matrix dc) {
        MemorySegment gs = gates.segment();
        int h = c.cols();
        for (int i = from; i < to; i++) {
            for (int j = first; j < h; j++) {
                long gate = at(gates, i, j);
                float f = Floats.get(gs, gate);
                float u = Floats.get(gs, gate + h);
                float o = Floats.get(gs, gate + 2L * h);
                float k = Floats.get(gs, gate + 3L * h);
                float t = get(tanhC, i, j);
                float da = get(daNext, i, j);
                float dcNext = get(dc, i, j) + da * o * (1 - t * t);
                Floats.set(gs, gate, dcNext * get(c, i, j) * f * (1 - f));
                Floats.set(gs, gate + h, dcNext * k * u * (1 - u));
                Floats.set(gs, gate + 2L * h, da * t * o * (1 - o));
                Floats.set(gs, gate + 3L * h, dcNext * u * (1 - k * k));
                set(dc, i, j, dcNext * f);
            }
        }
    }

    @Override
    public void gruResetAfter(int from, int to, int left, int right, Matrix z, Matrix q, Matrix b, Matrix a,
            Matrix aNext) {
        MemorySegment zs = z.segment();
        int h = a.cols();
        for (int i = from; i < to; i++) {
            for (int j = left; j < right; j++) {
                long gate = at(z, i, j);
                float u = sigmoid(Floats.get(zs, gate));
                float r = sigmoid(Floats.get(zs, gate + h));
                float product = get(q, i, j) + get(b, 0, j);
                float k = tanh(Floats.get(zs, gate + 2L * h) + r * product);
                Floats.set(zs, gate, u);
                Floats.set(zs, gate + h, r);
                Floats.set(zs, gate + 2L * h, k);
                set(q, i, j, product);
                set(aNext, i, j, u * k + (1 - u) * get(a, i, j));
            }
        }
    }

    @Override
    public void gruResetAfterBackward(int from, int to, Matrix gates, Matrix q, Matrix a, Matrix daNext, Matrix da) {
        gruResetAfterBackward(from, to, 0, gates, q, a, daNext, da);
    }

    /** From column {@code first} on. */
    static void gruResetAfterBackward(int from, int to, int first, Matrix gates, Matrix q, Matrix a, Matrix daNext,
            Matrix da) {
        MemorySegment gs = gates.segment();
        int h = a.cols();
        for (int i = from; i < to; i++) {
            for (int j = first; j < h; j++) {
                long gate = at(gates, i, j);
                float u = Floats.get(gs, gate);
                float r = Floats.get(gs, gate + h);
                float k = Floats.get(gs, gate + 2L * h);
                float gradient = get(daNext, i, j);
                float dzc = gradient * u * (1 - k * k);
                Floats.set(gs, gate, gradient * (k - get(a, i, j)) * u * (1 - u));
                Floats.set(gs, gate + h, dzc * get(q, i, j) * r * (1 - r));
                Floats.set(gs, gate + 2L * h, dzc);
                set(q, i, j, dzc * r);
                set(da, i, j, gradient * (1 - u));
            }
        }
    }

    @Override
    public void gruReset(int from, int to, Matrix z, Matrix a, Matrix p) {
        MemorySegment zs = z.segment();
        int h = a.cols();
        for (int i = from; i < to; i++) {
            for (int j = 0; j < h; j++) {
                long gate = at(z, i, j);
                float r = sigmoid(Floats.get(zs, gate + h));
                Floats.set(zs, gate, sigmoid(Floats.get(zs, gate)));
                Floats.set(zs, gate + h, r);
                set(p, i, j, r * get(a, i, j));
            }
        }
    }

    @Override
    public void gruResetBackward(int from, int to, Matrix gates, Matrix a, Matrix dp, Matrix da) {
        gruResetBackward(from, to, 0, gates, a, dp, da);
    }

    /** From column {@code first} on. */
    static void gruResetBackward(int from, int to, int first, Matrix gates, Matrix a, Matrix dp, Matrix da) {
        MemorySegment gs = gates.segment();
        int h = a.cols();
        for (int i = from; i < to; i++) {
            for (int j = first; j < h; j++) {
                long gate = at(gates, i, j) + h;
                float r = Floats.get(gs, gate);
                float gradient = get(dp, i, j);
                Floats.set(gs, gate, gradient * get(a, i, j) * r * (1 - r));
                set(da, i, j, get(da, i, j) + gradient * r);
            }
        }
    }

    @Override
    public void gruUpdate(int from, int to, Matrix z, Matrix a, Matrix aNext) {
        MemorySegment zs = z.segment();
        int h = a.cols();
        for (int i = from; i < to; i++) {
            for (int j = 0; j < h; j++) {
                long gate = at(z, i, j);
                float u = Floats.get(zs, gate);
                float k = tanh(Floats.get(zs, gate + 2L * h));
                Floats.set(zs, gate + 2L * h, k);
                set(aNext, i, j, u * k + (1 - u) * get(a, i, j));
            }
        }
    }

    @Override
    public void gruUpdateBackward(int from, int to, Matrix gates, Matrix a, Matrix daNext, Matrix da) {
        gruUpdateBackward(from, to, 0, gates, a, daNext, da);
    }

    /** From column {@code first} on. */
    static void gruUpdateBackward(int from, int to, int first, Matrix gates, Matrix a, Matrix daNext, Matrix da) {
        MemorySegment gs = gates.segment();
        int h = a.cols();
        for (int i = from; i < to; i++) {
            for (int j = first; j < h; j++) {
                long gate = at(gates, i, j);
                float u = Floats.get(gs, gate);
                float k = Floats.get(gs, gate + 2L * h);
                float gradient = get(daNext, i, j);
                Floats.set(gs, gate, gradient * (k - get(a, i, j)) * u * (1 - u));
                Floats.set(gs, gate + 2L * h, gradient * u * (1 - k * k));
                set(da, i, j, gradient * (1 - u));
            }
        }
    }
}
