package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;

import dev.unroll.tensor.Matrix;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * tanh, σ and exp of rows in whole vectors: straight-line arithmetic with one division at most, no table and no call for
 * each lane. All take {@code count} elements from column {@code xCol} of x to column {@code yCol} of y, which may be the
 * same; count is a multiple of {@link Lanes#LENGTH}.
 *
 * <p>All three rest on {@code e^y = 2^n e^r}, where {@code n = round(y / ln 2)} and so {@code |r| <= ln 2 / 2}. To round
 * is to add {@code 1.5 * 2^23}: the sum has no bits left for a fraction, and its low bits are n. The exponent's bias is
 * added with it, so that a shift by 23 makes of these bits the float 2^n. {@code e^r} is a polynomial.
 *
 * <p>Errors are in units of {@code Math.ulp((float) exact)}, the worst of all 2^32 inputs; {@code VectorMathSweep}, beside
 * the tests, measures them. The polynomials were fitted for this class: weighted minimax by Remez exchange in 50-digit
 * arithmetic, each coefficient then rounded to float; the errors given with them are those of the rounded ones.
 *
 * <p>Each is a loop over rows with the function's operations in its body, and nothing but operations of the Vector API. C2
 * inlines a method of ours only while the compilation has made fewer than 18,000 nodes (NodeCountInliningCutoff, which a
 * product JVM has no flag for), and not at all once it has been compiled by itself; one of these functions makes some
 * 12,000. A call that stays a call makes objects of its vectors and takes ten times as long. So there is no helper here
 * that takes or gives a vector, and no method has two of these functions: a loop for each is the safe shape and also the
 * fastest, since short chains are what a processor can overlap. For the same reason {@code broadcast} is said each time: a
 * vector kept in a static field is read from the heap in every iteration, which costs a third at 512 bits.
 */
final class VectorMath {
    /** 1.5 * 2^23, as a float and as bits: floats from 2^23 to 2^24 are the integers, and half-way leaves room for n < 0. */
    private static final float ROUND = 0x1.8p23f;
    private static final int ROUND_BITS = 0x4B400000;
    private static final int MANTISSA_BITS = 23;
    private static final int BIAS = 127;
    /** Added to the bias, it makes the shift set the sign: -2^n. */
    private static final int NEGATIVE = 256;

    private static final float LOG2_E = 0x1.715476p0f;
    /** The first 16 bits of ln 2, whose product with n, of 8 bits, is exact, and the rest of ln 2. */
    private static final float LN2_HIGH = 0x1.62e4p-1f;
    private static final float LN2_LOW = 0x1.7f7d1cp-20f;

    // e^r = 1 + r + r^2 (E0 + E1 r + E2 r^2 + E3 r^3 + E4 r^4), |r| <= ln 2 / 2. Relative error 3.8e-9.
    private static final float E0 = 0x1.fffffcp-2f;
    private static final float E1 = 0x1.555492p-3f;
    private static final float E2 = 0x1.5558f2p-5f;
    private static final float E3 = 0x1.1239d6p-7f;
    private static final float E4 = 0x1.6a2448p-10f;

    /** ln 2 / 2. One float is enough for tanh: where n is large, 2^n makes little of the error. */
    private static final float HALF_LN2 = 0x1.62e43p-2f;

    // (1 - e^(-2r)) / 2 = r + r^2 (T0 + T1 r + T2 r^2 + T3 r^3 + T4 r^4), |r| <= ln 2 / 4. Fitted for, and its error 9.0e-9
    // relative to, what it adds to: the (1 - e^(-2|x|)) / 2 of the worst x that has this r.
    private static final float T0 = -0x1.fffff4p-1f;
    private static final float T1 = 0x1.55548cp-1f;
    private static final float T2 = -0x1.555d92p-2f;
    private static final float T3 = 0x1.123d78p-3f;
    private static final float T4 = -0x1.674ffep-5f;

    /** tanh rounds to 1 from 9.011 on. */
    private static final float TANH_LIMIT = 10;

    /** σ rounds to 1 from 17.33 on. */
    private static final float SIGMOID_LIMIT = 32;
    /** Of 2^n's exponent: keeps it in range up to n = 150, past which σ is 0. */
    private static final int SIGMOID_SHIFT = 24;
    private static final int SIGMOID_MAX_N = 150;
    /** Of the multiples of 1/64 from 1.25 to 2, the one with the fewest errors past 1.5 ulp. */
    private static final float SIGMOID_SCALE = 1.75f;

    /** e^x is 0 below -103.98; and from n = 129 on it is infinite whatever r. */
    private static final float EXP_LIMIT = -105;
    private static final int EXP_MAX_N = 129;

    private VectorMath() {}

    /**
     * {@code tanh x = sign(x) (1 - e^(-2|x|)) / (1 + e^(-2|x|))}.
     *
     * <p>With {@code -2|x| = n ln 2 - 2r}, {@code s = 2^n} and {@code p = (1 - e^(-2r)) / 2} the halves of numerator and
     * denominator are {@code (1 - s)/2 + s p} and {@code (1 + s)/2 - s p}. Both are one rounding from p, which has no
     * cancellation: near 0, n is 0 and the numerator is p. Taking the denominator as 1 minus the numerator would save
     * an operation and cost half an ulp (2.5).
     *
     * <p>Error at most 1.94 ulp. Odd to the bit; tanh(-0) = -0; never past 1.
     */
    static void tanh(int from, int to, Matrix x, int xCol, Matrix y, int yCol, int count) {
        for (int i = from; i < to; i++) {
            long source = (x.offset() + i * x.rowStride() + xCol) * Float.BYTES;
            long target = (y.offset() + i * y.rowStride() + yCol) * Float.BYTES;
            for (int j = 0; j < count; j += LENGTH) {
                FloatVector v = FloatVector.fromMemorySegment(SPECIES, x.segment(), source + (long) j * Float.BYTES,
                        ORDER);
                FloatVector limit = FloatVector.broadcast(SPECIES, TANH_LIMIT);
                FloatVector round = FloatVector.broadcast(SPECIES, ROUND + (NEGATIVE + BIAS));
                FloatVector minusHalf = FloatVector.broadcast(SPECIES, -0.5f);

                FloatVector abs = v.abs();
                FloatVector t = abs.blend(limit, abs.compare(VectorOperators.GT, limit)); // a comparison lets NaN through
                FloatVector rounded = t.fma(FloatVector.broadcast(SPECIES, -2 * LOG2_E), round);
                FloatVector r = rounded.sub(round).fma(FloatVector.broadcast(SPECIES, HALF_LN2), t);
                FloatVector minusS = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                        .reinterpretAsFloats();

                FloatVector r2 = r.mul(r);
                FloatVector t01 = r.fma(T1, T0);
                FloatVector t23 = r.fma(T3, T2);
                FloatVector t234 = r2.fma(FloatVector.broadcast(SPECIES, T4), t23);
                FloatVector p = t234.fma(r2, t01).fma(r2, r);

                FloatVector minusNumerator = minusS.fma(p, minusS.fma(minusHalf, minusHalf));
                FloatVector denominator = minusS.fma(p, minusS.fma(minusHalf, FloatVector.broadcast(SPECIES, 0.5f)));
                IntVector q = minusNumerator.div(denominator).reinterpretAsInts();
                // The sign of x for that of q, as a select by bits: one instruction on AVX-512.
                q.lanewise(VectorOperators.XOR, v.reinterpretAsInts()).and(Integer.MIN_VALUE)
                        .lanewise(VectorOperators.XOR, q).reinterpretAsFloats()
                        .intoMemorySegment(y.segment(), target + (long) j * Float.BYTES, ORDER);
            }
        }
    }

    /**
     * {@code σ(x) = 1 / (1 + e^(-x))}.
     *
     * <p>With {@code -x = n ln 2 - r} and {@code s = 2^n} the denominator is {@code (1 + s) - s (1 - e^(-r))}. Numerator
     * and denominator are multiplied by 2^-24, so that s reaches to where σ is the least subnormal and one division
     * rounds it rightly; and by 1.75, so that the denominator is seldom just above a power of two, where its rounding
     * weighs most, and 1 + s not half an ulp off at n = 24 (2.44 ulp without). Past the bound on n, r grows instead, and
     * with it the denominator, to infinity: σ = 0 needs no further care.
     *
     * <p>Error at most 1.89 ulp, and 1.58 for {@code x >= 0}. Never past 0 or 1.
     */
    static void sigmoid(int from, int to, Matrix x, int xCol, Matrix y, int yCol, int count) {
        for (int i = from; i < to; i++) {
            long source = (x.offset() + i * x.rowStride() + xCol) * Float.BYTES;
            long target = (y.offset() + i * y.rowStride() + yCol) * Float.BYTES;
            for (int j = 0; j < count; j += LENGTH) {
                FloatVector v = FloatVector.fromMemorySegment(SPECIES, x.segment(), source + (long) j * Float.BYTES,
                        ORDER);
                FloatVector limit = FloatVector.broadcast(SPECIES, SIGMOID_LIMIT);
                FloatVector round = FloatVector.broadcast(SPECIES, ROUND + (BIAS - SIGMOID_SHIFT));
                FloatVector scale = FloatVector.broadcast(SPECIES, SIGMOID_SCALE);
                FloatVector one = FloatVector.broadcast(SPECIES, SIGMOID_SCALE / (1 << SIGMOID_SHIFT));

                FloatVector t = v.blend(limit, v.compare(VectorOperators.GT, limit)); // a comparison lets NaN through
                IntVector rounded = t.fma(FloatVector.broadcast(SPECIES, -LOG2_E), round).reinterpretAsInts()
                        .min(ROUND_BITS + BIAS - SIGMOID_SHIFT + SIGMOID_MAX_N);
                FloatVector n = rounded.reinterpretAsFloats().sub(round);
                FloatVector rHigh = n.fma(FloatVector.broadcast(SPECIES, LN2_HIGH), t);
                FloatVector r = n.fma(FloatVector.broadcast(SPECIES, LN2_LOW), rHigh);
                FloatVector s = rounded.lanewise(VectorOperators.LSHL, MANTISSA_BITS).reinterpretAsFloats();

                FloatVector r2 = r.mul(r);
                FloatVector e01 = r.fma(E1, -E0);
                FloatVector e23 = r.fma(E3, -E2);
                FloatVector e234 = r2.fma(FloatVector.broadcast(SPECIES, -E4), e23);
                FloatVector p = e234.fma(r2, e01).fma(r2, r);

                FloatVector minusS = s.mul(-SIGMOID_SCALE);
                one.div(minusS.fma(p, s.fma(scale, one))).intoMemorySegment(y.segment(),
                        target + (long) j * Float.BYTES,
                        ORDER);
            }
        }
    }

    /**
     * {@code e^x = 2^n e^r}.
     *
     * <p>2^n is multiplied in as two factors with half of n each, so that n may run from the least subnormal to past the
     * largest float, and one rounding is all that a subnormal result gets.
     *
     * <p>Error at most 1.02 ulp; infinity and 0 where the exact value rounds to them.
     */
    static void exp(int i, Matrix x, int xCol, float shift, Matrix y, int yCol, int count) {
        long source = (x.offset() + i * x.rowStride() + xCol) * Float.BYTES;
        long target = (y.offset() + i * y.rowStride() + yCol) * Float.BYTES;
        for (int j = 0; j < count; j += LENGTH) {
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x.segment(), source + (long) j * Float.BYTES, ORDER)
                    .sub(shift);
            FloatVector limit = FloatVector.broadcast(SPECIES, EXP_LIMIT);
            FloatVector round = FloatVector.broadcast(SPECIES, ROUND + 2 * BIAS);

            FloatVector t = v.blend(limit, v.compare(VectorOperators.LT, limit)); // a comparison lets NaN through
            IntVector rounded = t.fma(FloatVector.broadcast(SPECIES, LOG2_E), round).reinterpretAsInts()
                    .min(ROUND_BITS + 2 * BIAS + EXP_MAX_N);
            FloatVector n = rounded.reinterpretAsFloats().sub(round);
            FloatVector rHigh = n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), t);
            FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), rHigh);
            IntVector half = rounded.lanewise(VectorOperators.LSHR, 1);
            FloatVector s = half.lanewise(VectorOperators.LSHL, MANTISSA_BITS).reinterpretAsFloats();
            FloatVector sRest = rounded.sub(half).lanewise(VectorOperators.LSHL, MANTISSA_BITS).reinterpretAsFloats();

            FloatVector r2 = r.mul(r);
            FloatVector e01 = r.fma(E1, E0);
            FloatVector e23 = r.fma(E3, E2);
            FloatVector e234 = r2.fma(FloatVector.broadcast(SPECIES, E4), e23);
            FloatVector p = e234.fma(r2, e01).fma(r2, r);
            s.fma(p, s).mul(sRest).intoMemorySegment(y.segment(), target + (long) j * Float.BYTES, ORDER);
        }
    }
}
