package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.ALL;
import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.bound;
import static dev.unroll.kernels.Lanes.load;
import static dev.unroll.kernels.Lanes.store;
import static dev.unroll.kernels.Lanes.tail;

import dev.unroll.tensor.Matrix;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Gate arithmetic in vectors. Each operation is a loop over rows and a body for one vector of hidden units; the last
 * vector of a row may be a part of one.
 */
final class VectorGates implements Loops.GateLoops {
    private static final FloatVector ONE = FloatVector.broadcast(Lanes.SPECIES, 1);

    /** 1 - x^2. */
    private static FloatVector tanhSlope(FloatVector x) {
        return ONE.sub(x.mul(x));
    }

    /** x*(1 - x). */
    private static FloatVector sigmoidSlope(FloatVector x) {
        return x.mul(ONE.sub(x));
    }

    @Override
    public void tanh(int from, int to, Matrix z, Matrix aNext) {
        int h = z.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                store(VectorMath.tanh(load(z, i, j, ALL)), aNext, i, j, ALL);
            }
            if (j < h) {
                store(VectorMath.tanh(load(z, i, j, tail(h))), aNext, i, j, tail(h));
            }
        }
    }

    @Override
    public void tanhBackward(int from, int to, Matrix aNext, Matrix daNext, Matrix dz) {
        int h = dz.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                tanhBackward(i, j, aNext, daNext, dz, ALL);
            }
            if (j < h) {
                tanhBackward(i, j, aNext, daNext, dz, tail(h));
            }
        }
    }

    private static void tanhBackward(int i, int j, Matrix aNext, Matrix daNext, Matrix dz, VectorMask<Float> lanes) {
        store(load(daNext, i, j, lanes).mul(tanhSlope(load(aNext, i, j, lanes))), dz, i, j, lanes);
    }

    @Override
    public void lstm(int from, int to, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
        int h = c.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                lstm(i, j, z, c, cNext, tanhC, aNext, ALL);
            }
            if (j < h) {
                lstm(i, j, z, c, cNext, tanhC, aNext, tail(h));
            }
        }
    }

    private static void lstm(int i, int j, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext,
            VectorMask<Float> lanes) {
        int h = c.cols();
        FloatVector f = VectorMath.sigmoid(load(z, i, j, lanes));
        FloatVector u = VectorMath.sigmoid(load(z, i, j + h, lanes));
        FloatVector o = VectorMath.sigmoid(load(z, i, j + 2 * h, lanes));
        FloatVector k = VectorMath.tanh(load(z, i, j + 3 * h, lanes));
        FloatVector next = f.fma(load(c, i, j, lanes), u.mul(k));
        FloatVector t = VectorMath.tanh(next);
        store(f, z, i, j, lanes);
        store(u, z, i, j + h, lanes);
        store(o, z, i, j + 2 * h, lanes);
        store(k, z, i, j + 3 * h, lanes);
        store(next, cNext, i, j, lanes);
        store(t, tanhC, i, j, lanes);
        store(o.mul(t), aNext, i, j, lanes);
    }

    @Override
    public void lstmBackward(int from, int to, Matrix gates, Matrix c, Matrix tanhC, Matrix daNext, Matrix dc) {
        int h = c.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                lstmBackward(i, j, gates, c, tanhC, daNext, dc, ALL);
            }
            if (j < h) {
                lstmBackward(i, j, gates, c, tanhC, daNext, dc, tail(h));
            }
        }
    }

    private static void lstmBackward(int i, int j, Matrix gates, Matrix c, Matrix tanhC, Matrix daNext, Matrix dc,
            VectorMask<Float> lanes) {
        int h = c.cols();
        FloatVector f = load(gates, i, j, lanes);
        FloatVector u = load(gates, i, j + h, lanes);
        FloatVector o = load(gates, i, j + 2 * h, lanes);
        FloatVector k = load(gates, i, j + 3 * h, lanes);
        FloatVector t = load(tanhC, i, j, lanes);
        FloatVector da = load(daNext, i, j, lanes);
        FloatVector dcNext = da.mul(o).fma(tanhSlope(t), load(dc, i, j, lanes));
        store(dcNext.mul(load(c, i, j, lanes)).mul(sigmoidSlope(f)), gates, i, j, lanes);
        store(dcNext.mul(k).mul(sigmoidSlope(u)), gates, i, j + h, lanes);
        store(da.mul(t).mul(sigmoidSlope(o)), gates, i, j + 2 * h, lanes);
        store(dcNext.mul(u).mul(tanhSlope(k)), gates, i, j + 3 * h, lanes);
        store(dcNext.mul(f), dc, i, j, lanes);
    }

    @Override
    public void gruResetAfter(int from, int to, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext) {
        int h = a.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                gruResetAfter(i, j, z, q, b, a, aNext, ALL);
            }
            if (j < h) {
                gruResetAfter(i, j, z, q, b, a, aNext, tail(h));
            }
        }
    }

    private static void gruResetAfter(int i, int j, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext,
            VectorMask<Float> lanes) {
        int h = a.cols();
        FloatVector u = VectorMath.sigmoid(load(z, i, j, lanes));
        FloatVector r = VectorMath.sigmoid(load(z, i, j + h, lanes));
        FloatVector product = load(q, i, j, lanes).add(load(b, 0, j, lanes));
        FloatVector k = VectorMath.tanh(r.fma(product, load(z, i, j + 2 * h, lanes)));
        store(u, z, i, j, lanes);
        store(r, z, i, j + h, lanes);
        store(k, z, i, j + 2 * h, lanes);
        store(product, q, i, j, lanes);
        store(blend(u, k, load(a, i, j, lanes)), aNext, i, j, lanes);
    }

    /** u*k + (1 - u)*a. */
    private static FloatVector blend(FloatVector u, FloatVector k, FloatVector a) {
        return u.fma(k, ONE.sub(u).mul(a));
    }

    @Override
    public void gruResetAfterBackward(int from, int to, Matrix gates, Matrix q, Matrix a, Matrix daNext, Matrix da) {
        int h = a.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                gruResetAfterBackward(i, j, gates, q, a, daNext, da, ALL);
            }
            if (j < h) {
                gruResetAfterBackward(i, j, gates, q, a, daNext, da, tail(h));
            }
        }
    }

    private static void gruResetAfterBackward(int i, int j, Matrix gates, Matrix q, Matrix a, Matrix daNext, Matrix da,
            VectorMask<Float> lanes) {
        int h = a.cols();
        FloatVector u = load(gates, i, j, lanes);
        FloatVector r = load(gates, i, j + h, lanes);
        FloatVector k = load(gates, i, j + 2 * h, lanes);
        FloatVector gradient = load(daNext, i, j, lanes);
        FloatVector dzc = gradient.mul(u).mul(tanhSlope(k));
        store(gradient.mul(k.sub(load(a, i, j, lanes))).mul(sigmoidSlope(u)), gates, i, j, lanes);
        store(dzc.mul(load(q, i, j, lanes)).mul(sigmoidSlope(r)), gates, i, j + h, lanes);
        store(dzc, gates, i, j + 2 * h, lanes);
        store(dzc.mul(r), q, i, j, lanes);
        store(gradient.mul(ONE.sub(u)), da, i, j, lanes);
    }

    @Override
    public void gruReset(int from, int to, Matrix z, Matrix a, Matrix p) {
        int h = a.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                gruReset(i, j, z, a, p, ALL);
            }
            if (j < h) {
                gruReset(i, j, z, a, p, tail(h));
            }
        }
    }

    private static void gruReset(int i, int j, Matrix z, Matrix a, Matrix p, VectorMask<Float> lanes) {
        int h = a.cols();
        FloatVector r = VectorMath.sigmoid(load(z, i, j + h, lanes));
        store(VectorMath.sigmoid(load(z, i, j, lanes)), z, i, j, lanes);
        store(r, z, i, j + h, lanes);
        store(r.mul(load(a, i, j, lanes)), p, i, j, lanes);
    }

    @Override
    public void gruResetBackward(int from, int to, Matrix gates, Matrix a, Matrix dp, Matrix da) {
        int h = a.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                gruResetBackward(i, j, gates, a, dp, da, ALL);
            }
            if (j < h) {
                gruResetBackward(i, j, gates, a, dp, da, tail(h));
            }
        }
    }

    private static void gruResetBackward(int i, int j, Matrix gates, Matrix a, Matrix dp, Matrix da,
            VectorMask<Float> lanes) {
        int h = a.cols();
        FloatVector r = load(gates, i, j + h, lanes);
        FloatVector gradient = load(dp, i, j, lanes);
        store(gradient.mul(load(a, i, j, lanes)).mul(sigmoidSlope(r)), gates, i, j + h, lanes);
        store(gradient.fma(r, load(da, i, j, lanes)), da, i, j, lanes);
    }

    @Override
    public void gruUpdate(int from, int to, Matrix z, Matrix a, Matrix aNext) {
        int h = a.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                gruUpdate(i, j, z, a, aNext, ALL);
            }
            if (j < h) {
                gruUpdate(i, j, z, a, aNext, tail(h));
            }
        }
    }

    private static void gruUpdate(int i, int j, Matrix z, Matrix a, Matrix aNext, VectorMask<Float> lanes) {
        int h = a.cols();
        FloatVector k = VectorMath.tanh(load(z, i, j + 2 * h, lanes));
        store(k, z, i, j + 2 * h, lanes);
        store(blend(load(z, i, j, lanes), k, load(a, i, j, lanes)), aNext, i, j, lanes);
    }

    @Override
    public void gruUpdateBackward(int from, int to, Matrix gates, Matrix a, Matrix daNext, Matrix da) {
        int h = a.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(h); j += LENGTH) {
                gruUpdateBackward(i, j, gates, a, daNext, da, ALL);
            }
            if (j < h) {
                gruUpdateBackward(i, j, gates, a, daNext, da, tail(h));
            }
        }
    }

    private static void gruUpdateBackward(int i, int j, Matrix gates, Matrix a, Matrix daNext, Matrix da,
            VectorMask<Float> lanes) {
        int h = a.cols();
        FloatVector u = load(gates, i, j, lanes);
        FloatVector k = load(gates, i, j + 2 * h, lanes);
        FloatVector gradient = load(daNext, i, j, lanes);
        store(gradient.mul(k.sub(load(a, i, j, lanes))).mul(sigmoidSlope(u)), gates, i, j, lanes);
        store(gradient.mul(u).mul(tanhSlope(k)), gates, i, j + 2 * h, lanes);
        store(gradient.mul(ONE.sub(u)), da, i, j, lanes);
    }
}
