package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.VectorMathSweep.Errors;
import dev.unroll.kernels.VectorMathSweep.Function;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VectorMathTest {
    private static final int LANES = Lanes.LENGTH;
    private static final float INFINITY = Float.POSITIVE_INFINITY;
    /** A prime, so that a sweep meets every pattern of low bits: 4.3 million floats. */
    private static final long STEP = 1009;

    /** A function over the first row of x. */
    private interface Row {
        void apply(Matrix x, Matrix y);
    }

    private static final Row TANH = (x, y) -> VectorMath.tanh(0, 1, x, 0, y, 0, x.cols());
    private static final Row SIGMOID = (x, y) -> VectorMath.sigmoid(0, 1, x, 0, y, 0, x.cols());
    private static final Row EXP = (x, y) -> VectorMath.exp(0, x, 0, 0, y, 0, x.cols());
    private static final List<Row> ALL = List.of(TANH, SIGMOID, EXP);

    private static final Matrix ROW = Matrix.allocate(Arena.ofAuto(), 1, LANES);

    private static float at(Row function, float x) {
        ROW.set(0, LANES - 1, x);
        function.apply(ROW, ROW);
        return ROW.get(0, LANES - 1);
    }

    /** Tells 0 from -0, as == does not. */
    private static void assertSameBits(float expected, float actual) {
        assertEquals(Float.floatToRawIntBits(expected), Float.floatToRawIntBits(actual),
                () -> "expected " + expected + " but was " + actual);
    }

    @Test
    void tanhKeepsZeroAndItsSign() {
        assertSameBits(0f, at(TANH, 0f));
        assertSameBits(-0f, at(TANH, -0f));
    }

    @Test
    void tanhOfInfinityIsOne() {
        assertSameBits(1f, at(TANH, INFINITY));
        assertSameBits(-1f, at(TANH, -INFINITY));
    }

    @Test
    void tanhIsOneFromWhereItRoundsToOne() {
        assertSameBits(1f, at(TANH, 9.02f));
        assertSameBits(-1f, at(TANH, -9.02f));
        assertTrue(at(TANH, 8f) < 1);
    }

    @Test
    void tanhOfASubnormalIsItself() {
        assertSameBits(Float.MIN_VALUE, at(TANH, Float.MIN_VALUE));
        assertSameBits(-Float.MIN_VALUE, at(TANH, -Float.MIN_VALUE));
        assertSameBits(0x0.fffffep-126f, at(TANH, 0x0.fffffep-126f));
    }

    @Test
    void tanhIsOddToTheBit() {
        Random random = new Random(17);
        for (int i = 0; i < 10_000; i++) {
            float x = Float.intBitsToFloat(random.nextInt() & Integer.MAX_VALUE);
            assertEquals(-at(TANH, x), at(TANH, -x), () -> "seed 17, x " + x);
        }
    }

    @Test
    void sigmoidOfZeroIsHalf() {
        assertSameBits(0.5f, at(SIGMOID, 0f));
        assertSameBits(0.5f, at(SIGMOID, -0f));
        assertSameBits(0.5f, at(SIGMOID, Float.MIN_VALUE));
    }

    @Test
    void sigmoidOfInfinityIsZeroOrOne() {
        assertSameBits(1f, at(SIGMOID, INFINITY));
        assertSameBits(0f, at(SIGMOID, -INFINITY));
    }

    @Test
    void sigmoidGoesThroughSubnormalsToZero() {
        assertSameBits(Float.MIN_VALUE, at(SIGMOID, -103.5f));
        assertSameBits(0f, at(SIGMOID, -104.1f));
        assertSameBits(0f, at(SIGMOID, -Float.MAX_VALUE));
    }

    @Test
    void expOfZeroIsOne() {
        assertSameBits(1f, at(EXP, 0f));
        assertSameBits(1f, at(EXP, -0f));
        assertSameBits(1f, at(EXP, Float.MIN_VALUE));
    }

    @Test
    void expOfInfinityIsInfinityOrZero() {
        assertSameBits(INFINITY, at(EXP, INFINITY));
        assertSameBits(0f, at(EXP, -INFINITY));
    }

    @Test
    void expOverflowsWhereTheExactValueDoes() {
        assertTrue(at(EXP, 88.72283f) <= Float.MAX_VALUE);
        assertSameBits(INFINITY, at(EXP, 88.72284f));
        assertSameBits(INFINITY, at(EXP, Float.MAX_VALUE));
    }

    @Test
    void expGoesThroughSubnormalsToZero() {
        assertSameBits(Float.MIN_VALUE, at(EXP, -103.5f));
        assertSameBits(0f, at(EXP, -104.1f));
        assertSameBits(0f, at(EXP, -Float.MAX_VALUE));
    }

    @Test
    void nanGivesNan() {
        for (int bits : new int[]{0x7FC00000, 0xFFC00000, 0x7F800001, 0xFF800001, 0x7FFFFFFF, 0xFFFFFFFF}) {
            for (Row function : ALL) {
                assertTrue(Float.isNaN(at(function, Float.intBitsToFloat(bits))), () -> Integer.toHexString(bits));
            }
        }
    }

    @Test
    void numbersNeverGiveNan() {
        for (long bits = 0; bits < 1L << 32; bits += 4099) {
            float x = Float.intBitsToFloat((int) bits);
            if (!Float.isNaN(x)) {
                for (Row function : ALL) {
                    assertFalse(Float.isNaN(at(function, x)), () -> Float.toHexString(x));
                }
            }
        }
    }

    @Test
    void gatesStayInTheirRange() {
        for (long bits = 0; bits < 1L << 32; bits += 4093) {
            float x = Float.intBitsToFloat((int) bits);
            if (!Float.isNaN(x)) {
                float tanh = at(TANH, x);
                float sigmoid = at(SIGMOID, x);
                assertTrue(tanh >= -1 && tanh <= 1, () -> "tanh " + Float.toHexString(x) + " gives " + tanh);
                assertTrue(sigmoid >= 0 && sigmoid <= 1, () -> "sigmoid " + Float.toHexString(x) + " gives " + sigmoid);
            }
        }
    }

    @Test
    void everyLaneGivesTheSame() {
        Random random = new Random(23);
        float[] x = new float[LANES];
        for (int round = 0; round < 1_000; round++) {
            for (int i = 0; i < LANES; i++) {
                x[i] = (random.nextFloat() - 0.5f) * 220;
            }
            for (Row function : ALL) {
                Matrix y = Matrix.allocate(Arena.ofAuto(), 1, LANES);
                y.copyFrom(x);
                function.apply(y, y);
                for (int i = 0; i < LANES; i++) {
                    assertSameBits(at(function, x[i]), y.get(0, i));
                }
            }
        }
    }

    @Test
    void tanhIsWithinTwoUlps() {
        assertWithinTwoUlps(VectorMathSweep.TANH);
    }

    @Test
    void sigmoidIsWithinTwoUlps() {
        assertWithinTwoUlps(VectorMathSweep.SIGMOID);
    }

    @Test
    void expIsWithinTwoUlps() {
        assertWithinTwoUlps(VectorMathSweep.EXP);
    }

    @Test
    void thePlainGatesAreRoundedOnce() {
        for (Function function : List.of(VectorMathSweep.PLAIN_TANH, VectorMathSweep.PLAIN_SIGMOID)) {
            Errors errors = VectorMathSweep.errors(function, 40_009);
            assertTrue(errors.worst() < 0.5001, errors::toString);
        }
    }

    private static void assertWithinTwoUlps(Function function) {
        Errors errors = VectorMathSweep.errors(function, STEP);
        assertTrue(errors.worst() <= 2, errors::toString);
    }
}
