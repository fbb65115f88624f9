package dev.unroll.kernels;

import static dev.unroll.kernels.Floats.at;
import static dev.unroll.kernels.Floats.get;
import static dev.unroll.kernels.Floats.set;

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

    private static float activate(Activation g, float z) {
        return switch (g) {
            case TANH -> tanh(z);
            case RELU -> z <= 0 ? 0 : z; // a comparison lets NaN through
            case IDENTITY -> z;
            case SIGMOID -> sigmoid(z);
        };
    }

    @Override
    public void activate(int from, int to, int left, int right, Activation g, Matrix z, Matrix aNext) {
        for (int i = from; i < to; i++) {
            for (int j = left; j < right; j++) {
                set(aNext, i, j, activate(g, get(z, i, j)));
            }
        }
    }

    /** da*g'(z), from a = g(z). */
    private static float activateBackward(Activation g, float a, float da) {
        return switch (g) {
            case TANH -> da * (1 - a * a);
            case RELU -> a <= 0 ? 0 : da;
            case IDENTITY -> da;
            case SIGMOID -> da * a * (1 - a);
        };
    }

    @Override
    public void activateBackward(int from, int to, Activation g, Matrix aNext, Matrix daNext, Matrix dz) {
        activateBackward(from, to, 0, g, aNext, daNext, dz);
    }

    /** From column {@code first} on. */
    static void activateBackward(int from, int to, int first, Activation g, Matrix aNext, Matrix daNext, Matrix dz) {
        for (int i = from; i < to; i++) {
            for (int j = first; j < dz.cols(); j++) {
                set(dz, i, j, activateBackward(g, get(aNext, i, j), get(daNext, i, j)));
            }
        }
    }

    /** What a peephole adds: p_gate*x, or 0 where there is none. */
    private static float seen(LstmForm form, int gate, int j, float x) {
        return form.peepholes().isPresent() ? get(form.peepholes().get(), gate, j) * x : 0;
    }

    /** How many gates stand before the output gate: f and u, or u alone where they are coupled. */
    private static int inner(Matrix gates, int h) {
        return gates.cols() == 4L * h ? 2 : 1;
    }

    @Override
    public void lstm(int from, int to, int left, int right, LstmForm form, Matrix z, Matrix c, Matrix cNext,
            Matrix tanhC, Matrix aNext) {
        MemorySegment zs = z.segment();
        int h = c.cols();
        int inner = inner(z, h);
        for (int i = from; i < to; i++) {
            for (int j = left; j < right; j++) {
                long forget = at(z, i, j);
                long output = forget + (long) inner * h;
                float old = get(c, i, j);
                float u = sigmoid(Floats.get(zs, output - h) + seen(form, inner - 1, j, old));
                float f = 1 - u;
                if (inner == 2) {
                    f = sigmoid(Floats.get(zs, forget) + seen(form, 0, j, old));
                    Floats.set(zs, forget, f);
                }
                float k = tanh(Floats.get(zs, output + h));
                float next = clip(form, f * old + u * k);
                float o = sigmoid(Floats.get(zs, output) + seen(form, inner, j, next));
                float t = tanh(next);
                Floats.set(zs, output - h, u);
                Floats.set(zs, output, o);
                Floats.set(zs, output + h, k);
                set(cNext, i, j, next);
                set(tanhC, i, j, t);
                set(aNext, i, j, o * t);
            }
        }
    }

    private static float clip(LstmForm form, float c) {
        return form.isClipped() ? Math.min(Math.max(c, -form.clip()), form.clip()) : c;
    }

    @Override
    public void lstmBackward(int from, int to, LstmForm form, Matrix gates, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix daNext, Matrix dc) {
        lstmBackward(from, to, 0, form, gates, c, cNext, tanhC, daNext, dc);
    }

    /** From column {@code first} on. */
    static void lstmBackward(int from, int to, int first, LstmForm form, Matrix gates, Matrix c, Matrix cNext,
            Matrix tanhC, Matrix daNext, Matrix dc) {
        MemorySegment gs = gates.segment();
        int h = c.cols();
        int inner = inner(gates, h);
        for (int i = from; i < to; i++) {
            for (int j = first; j < h; j++) {
                long forget = at(gates, i, j);
                long output = forget + (long) inner * h;
                float u = Floats.get(gs, output - h);
                float o = Floats.get(gs, output);
                float k = Floats.get(gs, output + h);
                float t = get(tanhC, i, j);
                float da = get(daNext, i, j);
                float old = get(c, i, j);
                float dzo = da * t * o * (1 - o);
                float dcNext = get(dc, i, j) + da * o * (1 - t * t) + seen(form, inner, j, dzo);
                if (form.isClipped() && Math.abs(get(cNext, i, j)) >= form.clip()) {
                    dcNext = 0;
                }
                float f = 1 - u;
                float byU = k - old;
                float dcForget = 0;
                if (inner == 2) {
                    f = Floats.get(gs, forget);
                    byU = k;
                    float dzf = dcNext * old * f * (1 - f);
                    dcForget = seen(form, 0, j, dzf);
                    Floats.set(gs, forget, dzf);
                }
                float dzu = dcNext * byU * u * (1 - u);
                Floats.set(gs, output - h, dzu);
                Floats.set(gs, output, dzo);
                Floats.set(gs, output + h, dcNext * u * (1 - k * k));
                set(dc, i, j, dcNext * f + dcForget + seen(form, inner - 1, j, dzu));
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
    public void gruSimplified(int from, int to, int left, int right, Matrix z, Matrix a, Matrix aNext) {
        for (int i = from; i < to; i++) {
            for (int j = left; j < right; j++) {
                set(z, i, j, sigmoid(get(z, i, j)));
            }
        }
        gruUpdate(from, to, left, right, z, a, aNext);
    }

    @Override
    public void gruUpdate(int from, int to, Matrix z, Matrix a, Matrix aNext) {
        gruUpdate(from, to, 0, a.cols(), z, a, aNext);
    }

    private static void gruUpdate(int from, int to, int left, int right, Matrix z, Matrix a, Matrix aNext) {
        int candidate = z.cols() - a.cols();
        for (int i = from; i < to; i++) {
            for (int j = left; j < right; j++) {
                float u = get(z, i, j);
                float k = tanh(get(z, i, candidate + j));
                set(z, i, candidate + j, k);
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
        int h = a.cols();
        int candidate = gates.cols() - h;
        for (int i = from; i < to; i++) {
            for (int j = first; j < h; j++) {
                float u = get(gates, i, j);
                float k = get(gates, i, candidate + j);
                float gradient = get(daNext, i, j);
                set(gates, i, j, gradient * (k - get(a, i, j)) * u * (1 - u));
                set(gates, i, candidate + j, gradient * u * (1 - k * k));
                set(da, i, j, gradient * (1 - u));
            }
        }
    }
}
