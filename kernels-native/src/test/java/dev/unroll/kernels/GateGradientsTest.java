package dev.unroll.kernels;

import static dev.unroll.kernels.Oracle.gradient;
import static dev.unroll.kernels.Oracle.sigmoid;

import dev.unroll.tensor.Matrix;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies the backward gate operations as derivatives of the forward ones: central differences in double precision. */
class GateGradientsTest {
    private static final long SEED = 20260103;
    private static final int ROWS = 3;
    private static final int H = 19;
    private static final double TOLERANCE = 1e-5;

    private static String context(Backend backend, String gradient) {
        return "%s, %s, seed %d".formatted(backend, gradient, SEED);
    }

    /** dL/d(number) for every element, where {@code of} gives all of an element's derivatives. */
    private static double[][][] forEach(BiFunction<Integer, Integer, double[]> of) {
        double[][][] derivatives = new double[ROWS][H][];
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < H; j++) {
                derivatives[i][j] = of.apply(i, j);
            }
        }
        return derivatives;
    }

    private static void assertGradient(Backend backend, String name, double[][][] expected, int number,
            Matrix actual) {
        Oracle.assertClose(context(backend, name), actual, (i, j) -> expected[i][j][number], TOLERANCE);
    }

    @ParameterizedTest
    @EnumSource
    void activations(Backend backend) {
        for (Activation g : Activation.values()) {
            try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
                Matrix z = views.random(ROWS, H);
                Matrix da = views.random(ROWS, H);
                Matrix aNext = views.nan(ROWS, H);
                Matrix dz = views.nan(ROWS, H);
                double[][][] expected = forEach(
                        (i, j) -> gradient(x -> da.get(i, j) * Oracle.activate(g, x[0]), z.get(i, j)));
                kernels.activate(g, z, aNext);
                kernels.activateBackward(g, aNext, da, dz);
                assertGradient(backend, "dz of " + g, expected, 0, dz);
            }
        }
    }

    private static Stream<Arguments> backendsAndVariants() {
        return Stream.of(Backend.values())
                .flatMap(backend -> LstmVariant.ALL.stream().map(variant -> Arguments.of(backend, variant)));
    }

    /** Peepholes are the same for all rows: their gradient is a sum, and the caller's. */
    @ParameterizedTest
    @MethodSource("backendsAndVariants")
    void lstm(Backend backend, LstmVariant v) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix z = views.random(ROWS, v.gates() * H);
            Matrix p = views.random(v.gates() - 1, H);
            Matrix c = views.random(ROWS, H);
            Matrix da = views.random(ROWS, H);
            Matrix dc = views.random(ROWS, H);
            Matrix cNext = views.nan(ROWS, H);
            Matrix tanhC = views.nan(ROWS, H);
            Matrix aNext = views.nan(ROWS, H);
            double[][][] expected = forEach((i, j) -> {
                double byA = da.get(i, j);
                double byC = dc.get(i, j);
                return gradient(x -> {
                    double[] s = Arrays.copyOf(x, x.length + 3);
                    v.forward(s);
                    return byA * s[x.length + 2] + byC * s[x.length];
                }, numbers(v, z, p, c, i, j));
            });
            kernels.lstm(v.form(p), z, c, cNext, tanhC, aNext);
            kernels.lstmBackward(v.form(p), z, c, cNext, tanhC, da, dc);
            for (int gate = 0; gate < v.gates(); gate++) {
                assertGradient(backend, "dz of gate %d of lstm%s".formatted(gate, v), expected, gate,
                        z.cols(gate * H, H));
            }
            assertGradient(backend, "dc of lstm" + v, expected, v.numbers(), dc);
            for (int gate = 0; v.hasPeepholes() && gate < v.gates() - 1; gate++) {
                int number = v.gates() + gate;
                Matrix dp = Matrix.allocate(views.arena(), 1, H);
                kernels.addSumOfProducts(z.cols(gate * H, H), gate < v.gates() - 2 ? c : cNext, dp);
                Oracle.assertClose(context(backend, "dp of gate %d of lstm%s".formatted(gate, v)), dp,
                        (row, j) -> IntStream.range(0, ROWS).mapToDouble(i -> expected[i][j][number]).sum(),
                        TOLERANCE);
            }
        }
    }

    /** The numbers of one unit before a step. */
    private static double[] numbers(LstmVariant v, Matrix z, Matrix p, Matrix c, int i, int j) {
        DoubleStream gates = IntStream.range(0, v.gates()).mapToDouble(gate -> z.get(i, gate * H + j));
        DoubleStream peepholes = IntStream.range(0, v.numbers() - v.gates()).mapToDouble(gate -> p.get(gate, j));
        return DoubleStream.concat(DoubleStream.concat(gates, peepholes), DoubleStream.of(c.get(i, j))).toArray();
    }

    @ParameterizedTest
    @EnumSource
    void gruWithoutAReset(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix z = views.random(ROWS, 2 * H);
            Matrix a = views.random(ROWS, H);
            Matrix da = views.random(ROWS, H);
            double[][][] expected = forEach((i, j) -> {
                double byA = da.get(i, j);
                return gradient(x -> byA * (sigmoid(x[0]) * Math.tanh(x[1]) + (1 - sigmoid(x[0])) * x[2]), z.get(i, j),
                        z.get(i, H + j), a.get(i, j));
            });
            kernels.gruSimplified(z, a, views.nan(ROWS, H));
            kernels.gruSimplifiedBackward(z, a, da, da);
            assertGradient(backend, "dz_u", expected, 0, z.cols(0, H));
            assertGradient(backend, "dz_c", expected, 1, z.cols(H, H));
            assertGradient(backend, "da", expected, 2, da);
        }
    }

    @ParameterizedTest
    @EnumSource
    void gruThatResetsAfterTheProduct(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix z = views.random(ROWS, 3 * H);
            Matrix q = views.random(ROWS, H);
            Matrix b = views.random(1, H);
            Matrix a = views.random(ROWS, H);
            Matrix da = views.random(ROWS, H);
            Matrix aNext = views.nan(ROWS, H);
            double[][][] expected = forEach((i, j) -> {
                double byA = da.get(i, j);
                double bias = b.get(0, j);
                return gradient(x -> {
                    double u = sigmoid(x[0]);
                    double k = Math.tanh(x[2] + sigmoid(x[1]) * (x[3] + bias));
                    return byA * (u * k + (1 - u) * x[4]);
                }, z.get(i, j), z.get(i, H + j), z.get(i, 2 * H + j), q.get(i, j), a.get(i, j));
            });
            kernels.gruResetAfter(z, q, b, a, aNext);
            kernels.gruResetAfterBackward(z, q, a, da, da);
            assertGradient(backend, "dz_u", expected, 0, z.cols(0, H));
            assertGradient(backend, "dz_r", expected, 1, z.cols(H, H));
            assertGradient(backend, "dz_c", expected, 2, z.cols(2 * H, H));
            assertGradient(backend, "dq", expected, 3, q);
            assertGradient(backend, "da", expected, 4, da);
        }
    }

    /** The product between the two halves is a number w here: z_c = x + w*p. */
    @ParameterizedTest
    @EnumSource
    void gruThatResetsBeforeTheProduct(Backend backend) {
        float w = 0.75f;
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix z = views.random(ROWS, 3 * H);
            Matrix a = views.random(ROWS, H);
            Matrix da = views.random(ROWS, H);
            Matrix p = views.nan(ROWS, H);
            Matrix aNext = views.nan(ROWS, H);
            double[][][] expected = forEach((i, j) -> {
                double byA = da.get(i, j);
                return gradient(x -> {
                    double u = sigmoid(x[0]);
                    double k = Math.tanh(x[2] + w * (sigmoid(x[1]) * x[3]));
                    return byA * (u * k + (1 - u) * x[3]);
                }, z.get(i, j), z.get(i, H + j), z.get(i, 2 * H + j), a.get(i, j));
            });
            kernels.gruReset(z, a, p);
            kernels.addScaled(w, p, z.cols(2 * H, H));
            kernels.gruUpdate(z, a, aNext);
            kernels.gruUpdateBackward(z, a, da, da);
            Matrix dp = p;
            dp.copyFrom(z.cols(2 * H, H));
            kernels.scale(w, dp);
            kernels.gruResetBackward(z, a, dp, da);
            assertGradient(backend, "dz_u", expected, 0, z.cols(0, H));
            assertGradient(backend, "dz_r", expected, 1, z.cols(H, H));
            assertGradient(backend, "dz_c", expected, 2, z.cols(2 * H, H));
            assertGradient(backend, "da", expected, 3, da);
        }
    }
}
