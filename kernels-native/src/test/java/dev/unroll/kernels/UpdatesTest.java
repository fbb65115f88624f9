package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.kernels.Updates.RmsPropStep;
import dev.unroll.tensor.Matrix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies what optimisers do with weights and gradients. */
class UpdatesTest {
    private static final long SEED = 20260105;
    private static final int[] SIZES = {0, 1, 2, 3, 7, 8, 13, 16, 17, 31, 33, 64, 207};

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void sumOfSquaresIsSummedInDoublePrecision(Opening opening) {
        try (Kernels kernels = opening.open()) {
            for (int n : SIZES) {
                try (Views views = new Views(SEED + n)) {
                    Matrix a = views.random(33, n, -1e3, 1e3);
                    double sum = 0;
                    for (double[] row : Oracle.values(a)) {
                        for (double x : row) {
                            sum += x * x;
                        }
                    }
                    views.remember();
                    assertEquals(sum, kernels.sumOfSquares(a), 1e-12 * sum, opening + ", seed " + (SEED + n));
                    views.assertOnlyWritten(opening.toString());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void sumOfSquaresPassesTheLargestFloat(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix a = views.nan(2, 3);
            a.fill(1e30f);
            assertEquals(6e60, kernels.sumOfSquares(a), 1e54);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void scaleMultipliesEveryElement(Opening opening) {
        try (Kernels kernels = opening.open()) {
            for (int n : SIZES) {
                try (Views views = new Views(SEED + n)) {
                    Matrix out = views.random(33, n);
                    double[][] before = Oracle.values(out);
                    views.remember();
                    kernels.scale(0.3f, out);
                    String context = opening + ", seed " + (SEED + n);
                    Oracle.assertExact(context, out, (i, j) -> 0.3f * before[i][j]);
                    views.assertOnlyWritten(context, out);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void addScaledAddsEveryElementScaled(Opening opening) {
        try (Kernels kernels = opening.open()) {
            for (int n : SIZES) {
                try (Views views = new Views(SEED + n)) {
                    Matrix a = views.random(33, n);
                    Matrix out = views.random(33, n);
                    double[][] before = Oracle.values(out);
                    views.remember();
                    kernels.addScaled(-0.3f, a, out);
                    String context = opening + ", seed " + (SEED + n);
                    Oracle.assertClose(context, out, (i, j) -> before[i][j] - 0.3f * a.get(i, j),
                            (i, j) -> 0x1p-23 * (Math.abs(before[i][j]) + Math.abs(0.3f * a.get(i, j))));
                    views.assertOnlyWritten(context, out);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void clampHoldsEveryElementBetweenTheBounds(Opening opening) {
        try (Kernels kernels = opening.open()) {
            for (float bound : new float[]{0.5f, 1e30f, Float.POSITIVE_INFINITY}) {
                for (int n : SIZES) {
                    for (int rows : new int[]{33, n}) {
                        try (Views views = new Views(SEED + n)) {
                            Matrix out = views.random(rows, n);
                            for (int i = 0; i < rows && n > 2; i++) {
                                out.set(i, i % n, Float.NEGATIVE_INFINITY);
                                out.set(i, (i + 1) % n, Float.POSITIVE_INFINITY);
                                out.set(i, (i + 2) % n, Float.NaN);
                            }
                            double[][] before = Oracle.values(out);
                            views.remember();
                            kernels.clamp(bound, out);
                            String context = "%s, bound %s, seed %d".formatted(opening, bound, SEED + n);
                            Oracle.assertExact(context, out, (i, j) -> Math.max(-bound, Math.min(bound, before[i][j])));
                            views.assertOnlyWritten(context, out);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "NaN", "-Infinity"})
    void aBoundThatIsNotAboveZeroIsRefusedAndNothingIsWritten(float bound) {
        for (Backend backend : Backend.values()) {
            try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
                Matrix out = views.random(3, 4);
                views.remember();
                String message = assertThrows(IllegalArgumentException.class, () -> kernels.clamp(bound, out))
                        .getMessage();
                assertEquals("clamp: bound %s; wanted more than 0, infinity for none".formatted(bound), message);
                views.assertOnlyWritten(backend + ", bound " + bound);
            }
        }
    }

    /** Algorithm 1 of Kingma and Ba in double precision, with its bias-corrected means; the betas are floats, exactly. */
    private static final class Adam {
        private static final double ALPHA = 1e-2;
        private static final double BETA1 = 0.9f;
        private static final double BETA2 = 0.999f;
        private static final double EPSILON = 1e-8;

        private final double[][] m;
        private final double[][] v;
        private final double[][] w;
        private int t;

        Adam(Matrix w) {
            this.w = Oracle.values(w);
            m = new double[w.rows()][w.cols()];
            v = new double[w.rows()][w.cols()];
        }

        void step(double[][] g) {
            t++;
            for (int i = 0; i < g.length; i++) {
                for (int j = 0; j < g[i].length; j++) {
                    m[i][j] = BETA1 * m[i][j] + (1 - BETA1) * g[i][j];
                    v[i][j] = BETA2 * v[i][j] + (1 - BETA2) * g[i][j] * g[i][j];
                    double mean = m[i][j] / (1 - Math.pow(BETA1, t));
                    double square = v[i][j] / (1 - Math.pow(BETA2, t));
                    w[i][j] -= ALPHA * mean / (Math.sqrt(square) + EPSILON);
                }
            }
        }

        AdamStep floats() {
            return new AdamStep((float) (ALPHA / (1 - Math.pow(BETA1, t))), (float) BETA1, (float) BETA2,
                    (float) (1 / Math.sqrt(1 - Math.pow(BETA2, t))), (float) EPSILON);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void twentyStepsOfAdamFollowTheAlgorithmInDoublePrecision(Opening opening) {
        try (Kernels kernels = opening.open()) {
            for (int n : SIZES) {
                try (Views views = new Views(SEED + n)) {
                    Matrix w = views.random(33, n);
                    Matrix g = views.random(33, n);
                    Matrix m = views.nan(33, n);
                    Matrix v = views.nan(33, n);
                    m.fill(0);
                    v.fill(0);
                    Adam adam = new Adam(w);
                    views.remember();
                    for (int t = 1; t <= 20; t++) {
                        views.fill(g, -1, 1);
                        adam.step(Oracle.values(g));
                        kernels.adam(adam.floats(), g, m, v, w);
                    }
                    String context = opening + ", seed " + (SEED + n);
                    Oracle.assertClose(context + ", m", m, (i, j) -> adam.m[i][j], 1e-6);
                    Oracle.assertClose(context + ", v", v, (i, j) -> adam.v[i][j], (i, j) -> 4e-6 * adam.v[i][j]);
                    Oracle.assertClose(context + ", w", w, (i, j) -> adam.w[i][j], 1e-5);
                    views.assertOnlyWritten(context, g, m, v, w);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void twentyStepsOfRmsPropFollowTheAlgorithmInDoublePrecision(Opening opening) {
        RmsPropStep step = new RmsPropStep(1e-2f, 0.99f, 1e-8f);
        try (Kernels kernels = opening.open()) {
            for (int n : SIZES) {
                for (int rows : new int[]{33, n}) {
                    try (Views views = new Views(SEED + n)) {
                        Matrix w = views.random(rows, n);
                        Matrix g = views.random(rows, n);
                        Matrix v = views.nan(rows, n);
                        v.fill(0);
                        double[][] expectedW = Oracle.values(w);
                        double[][] expectedV = Oracle.values(v);
                        views.remember();
                        for (int t = 1; t <= 20; t++) {
                            views.fill(g, -1, 1);
                            rmsProp(step, Oracle.values(g), expectedV, expectedW);
                            kernels.rmsProp(step, g, v, w);
                        }
                        String context = opening + ", seed " + (SEED + n);
                        Oracle.assertClose(context + ", v", v, (i, j) -> expectedV[i][j],
                                (i, j) -> 4e-6 * expectedV[i][j]);
                        Oracle.assertClose(context + ", w", w, (i, j) -> expectedW[i][j], 1e-5);
                        views.assertOnlyWritten(context, g, v, w);
                    }
                }
            }
        }
    }

    private static void rmsProp(RmsPropStep step, double[][] g, double[][] v, double[][] w) {
        double alpha = step.alpha();
        for (int i = 0; i < g.length; i++) {
            for (int j = 0; j < g[i].length; j++) {
                v[i][j] = alpha * v[i][j] + (1 - alpha) * g[i][j] * g[i][j];
                w[i][j] -= step.rate() * g[i][j] / (Math.sqrt(v[i][j]) + step.epsilon());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void optimisersLeaveWeightsAloneWhereTheGradientHasAlwaysBeenZero(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix w = views.random(3, 19);
            Matrix zeros = views.nan(3, 19);
            Matrix m = views.nan(3, 19);
            Matrix v = views.nan(3, 19);
            zeros.fill(0);
            m.fill(0);
            v.fill(0);
            views.remember();
            kernels.adam(Operation.ADAM, zeros, m, v, w);
            kernels.rmsProp(Operation.RMS_PROP, zeros, v, w);
            views.assertOnlyWritten(backend + ", seed " + SEED);
        }
    }
}
