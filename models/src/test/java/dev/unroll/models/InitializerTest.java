package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifies the distribution that each initialiser draws from, by a seeded sample, and what is exact exactly. */
class InitializerTest {
    private static final long SEED = 20260203;
    /** 40 units, 360 inputs. */
    private static final int FAN_OUT = 40;
    private static final int FAN_IN = 360;

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void freeMemory() {
        arena.close();
    }

    /** A block amid NaN, as one gate's is amid the others, filled. */
    private Matrix filled(Initializer initializer, int rows, int cols, long seed) {
        Matrix outer = Matrix.allocate(arena, rows + 2, cols + 3);
        outer.fill(Float.NaN);
        Matrix block = outer.rows(1, rows).cols(1, cols);
        initializer.fill(block, new SplittableRandom(seed));
        int nans = 0;
        for (float value : outer.toArray()) {
            nans += Float.isNaN(value) ? 1 : 0;
        }
        assertEquals(outer.layout().size() - block.layout().size(), nans, initializer + " wrote outside");
        return block;
    }

    private static double moment(float[] values, int power) {
        double sum = 0;
        for (float value : values) {
            sum += Math.pow(value, power);
        }
        return sum / values.length;
    }

    /** Mean, variance and fourth moment within five of their standard errors. */
    private static void assertMoments(Initializer initializer, float[] values, double variance, double kurtosis) {
        String context = initializer + ", seed " + SEED;
        double n = values.length;
        assertEquals(0, moment(values, 1), 5 * Math.sqrt(variance / n), context);
        assertEquals(variance, moment(values, 2), 5 * variance * Math.sqrt((kurtosis - 1) / n), context);
        assertEquals(kurtosis, moment(values, 4) / (variance * variance), 50 / Math.sqrt(n), context);
    }

    record UniformCase(Initializer initializer, double bound) {}

    static List<UniformCase> uniforms() {
        return List.of(new UniformCase(Initializer.uniform(0.05), 0.05),
                new UniformCase(Initializer.xavierUniform(), Math.sqrt(6.0 / (FAN_IN + FAN_OUT))),
                new UniformCase(Initializer.heUniform(), Math.sqrt(6.0 / FAN_IN)));
    }

    @ParameterizedTest
    @MethodSource("uniforms")
    void uniformOnesFillTheirBound(UniformCase uniform) {
        float[] values = filled(uniform.initializer, FAN_OUT, FAN_IN, SEED).toArray();
        assertMoments(uniform.initializer, values, uniform.bound * uniform.bound / 3, 1.8);
        Arrays.sort(values);
        float bound = (float) uniform.bound;
        assertTrue(values[0] >= -bound && values[0] < -0.998 * bound, uniform + ": " + values[0]);
        assertTrue(values[values.length - 1] < bound && values[values.length - 1] > 0.998 * bound, uniform.toString());
    }

    record NormalCase(Initializer initializer, double variance) {}

    static List<NormalCase> normals() {
        return List.of(new NormalCase(Initializer.xavierNormal(), 2.0 / (FAN_IN + FAN_OUT)),
                new NormalCase(Initializer.heNormal(), 2.0 / FAN_IN));
    }

    @ParameterizedTest
    @MethodSource("normals")
    void normalOnesHaveTheirVarianceAndTails(NormalCase normal) {
        float[] values = filled(normal.initializer, FAN_OUT, FAN_IN, SEED).toArray();
        assertMoments(normal.initializer, values, normal.variance, 3);
        int beyond = 0;
        for (float value : values) {
            beyond += Math.abs(value) > 2 * Math.sqrt(normal.variance) ? 1 : 0;
        }
        assertEquals(0.0455, (double) beyond / values.length, 0.009, normal + ", seed " + SEED);
    }

    /** rows·rowsᵀ - gain²·I, the largest element, where the smaller side of W is taken for rows. */
    private static double deviation(Matrix w, double gain) {
        boolean wide = w.rows() <= w.cols();
        int count = Math.min(w.rows(), w.cols());
        double worst = 0;
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < count; k++) {
                double product = 0;
                for (int j = 0; j < Math.max(w.rows(), w.cols()); j++) {
                    product += wide ? (double) w.get(i, j) * w.get(k, j) : (double) w.get(j, i) * w.get(j, k);
                }
                worst = Math.max(worst, Math.abs(product - (i == k ? gain * gain : 0)));
            }
        }
        return worst;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 17", "17, 1", "13, 33", "33, 13", "64, 64", "207, 207", "100, 64", "64, 100", "0, 5",
            "5, 0"})
    void theSmallerSideOfAnOrthogonalBlockIsOrthonormal(int rows, int cols) {
        for (long seed = SEED; seed < SEED + 3; seed++) {
            double deviation = deviation(filled(Initializer.orthogonal(1), rows, cols, seed), 1);
            assertTrue(deviation < 1e-6, "%dx%d, seed %d: %s".formatted(rows, cols, seed, deviation));
        }
    }

    @Test
    void gainIsTheLengthOfARow() {
        assertTrue(deviation(filled(Initializer.orthogonal(3), 33, 33, SEED), 3) < 9e-6);
        assertArrayEquals(new float[6], Arrays.copyOf(absolute(filled(Initializer.orthogonal(0), 2, 3, SEED)), 6));
    }

    private static float[] absolute(Matrix matrix) {
        float[] values = matrix.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(values[i]);
        }
        return values;
    }

    /** Of uniform 2 x 2 ones half are reflections, of trace 0, and half rotations, of trace 2 cos θ. */
    @Test
    void orthogonalBlocksAreUniformAmongAll() {
        int draws = 4000;
        double sum = 0;
        double squares = 0;
        int reflections = 0;
        for (int i = 0; i < draws; i++) {
            Matrix w = Matrix.allocate(arena, 2, 2);
            Initializer.orthogonal(1).fill(w, new SplittableRandom(SEED + i));
            double trace = w.get(0, 0) + w.get(1, 1);
            sum += trace;
            squares += trace * trace;
            reflections += w.get(0, 0) * w.get(1, 1) < w.get(0, 1) * w.get(1, 0) ? 1 : 0;
        }
        String context = "seed " + SEED;
        assertEquals(0, sum / draws, 5 / Math.sqrt(draws), context);
        assertEquals(1, squares / draws, 5 * Math.sqrt(2.0 / draws), context);
        assertEquals(0.5, (double) reflections / draws, 2.5 / Math.sqrt(draws), context);
    }

    @Test
    void identityIsExactAndNeedNotBeSquare() {
        assertArrayEquals(new float[]{1, 0, 0, 0, 1, 0, 0, 0, 1},
                filled(Initializer.identity(1), 3, 3, SEED).toArray());
        assertArrayEquals(new float[]{0.01f, 0, 0, 0, 0.01f, 0},
                filled(Initializer.identity(0.01), 2, 3, SEED).toArray());
        assertArrayEquals(new float[]{-2, 0, 0, -2, 0, 0}, filled(Initializer.identity(-2), 3, 2, SEED).toArray());
    }

    @Test
    void constantIsExact() {
        assertArrayEquals(new float[]{0.1f, 0.1f, 0.1f, 0.1f}, filled(Initializer.constant(0.1), 2, 2, SEED).toArray());
        assertArrayEquals(new float[4], filled(Initializer.constant(0), 2, 2, SEED).toArray());
    }

    /** Computed with another program, from the definitions of SplitMix64, Box and Muller, Gram and Schmidt. */
    @Test
    void aSeedMeansTheseWeights() {
        assertFirst(Initializer.uniform(0.25), 0.1928078f, -0.1441325f, 0.031450897f);
        assertFirst(Initializer.xavierUniform(), 0.5453428f, -0.40766826f, 0.08895657f);
        assertFirst(Initializer.heUniform(), 0.66790575f, -0.4992896f, 0.1089491f);
        assertFirst(Initializer.xavierNormal(), 0.3601766f, -0.1840587f, 0.07689464f);
        assertFirst(Initializer.heNormal(), 0.44112444f, -0.22542493f, 0.094176315f);
        assertFirst(Initializer.orthogonal(1), 0.46677947f, -0.23853526f, 0.099653445f);
        float[] orthogonal = filled(Initializer.orthogonal(1), 4, 8, 42).toArray();
        assertArrayEquals(new float[]{0.67564946f, 0.23952818f, 0.42761907f}, Arrays.copyOfRange(orthogonal, 29, 32));
    }

    private void assertFirst(Initializer initializer, float... expected) {
        assertArrayEquals(expected, Arrays.copyOf(filled(initializer, 4, 8, 42).toArray(), 3), initializer.toString());
    }

    private static void refused(String message, Runnable making) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, making::run).getMessage());
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e39})
    void whatIsNoFiniteFloatIsRefused(double value) {
        refused("uniform: bound is " + value + "; wanted a finite float, 0 or more", () -> Initializer.uniform(value));
        refused("orthogonal: gain is " + value + "; wanted a finite float, 0 or more",
                () -> Initializer.orthogonal(value));
        refused("identity: scale is " + value + "; wanted a finite float", () -> Initializer.identity(value));
        refused("constant: value is " + value + "; wanted a finite float", () -> Initializer.constant(value));
    }

    @Test
    void aNegativeBoundOrGainIsRefused() {
        refused("uniform: bound is -0.1; wanted a finite float, 0 or more", () -> Initializer.uniform(-0.1));
        refused("orthogonal: gain is -1.0; wanted a finite float, 0 or more", () -> Initializer.orthogonal(-1));
    }
}
