package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.tensor.Matrix;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies the losses of rows of outputs and their gradients. */
class LossesTest {
    private static final long SEED = 20261123;
    private static final int[] SIZES = {0, 1, 2, 3, 7, 8, 13, 16, 17, 31, 33, 64, 207, 512, 1041};
    private static final float[] SMOOTHINGS = {0, 0.1f, 0.75f};
    private static final double[] RANGES = {4, 1e4};

    /** A statement about operands of m x n. */
    private interface Statement {
        void check(Kernels kernels, Views views, int m, int n, String context);
    }

    private static void forEachShape(Opening opening, Statement statement) {
        try (Kernels kernels = opening.open()) {
            long seed = SEED;
            for (int n : SIZES) {
                for (int m : new int[]{0, 1, 5, 33}) {
                    try (Views views = new Views(++seed)) {
                        statement.check(kernels, views, m, n, "%s, %dx%d, seed %d".formatted(opening, m, n, seed));
                    }
                }
            }
        }
    }

    /** -Σ_j q_j*log softmax(z)_j as it is written in {@link Losses}, each logarithm from the largest logit on. */
    private static double softmaxLoss(double[] z, int target, double smoothing) {
        double max = Double.NEGATIVE_INFINITY;
        for (double logit : z) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (double logit : z) {
            sum += Math.exp(logit - max);
        }
        double loss = 0;
        for (int j = 0; j < z.length; j++) {
            double q = share(j, target, smoothing, z.length);
            loss -= q == 0 ? 0 : q * (z[j] - max - Math.log(sum));
        }
        return loss;
    }

    /** q_j of n classes. */
    private static double share(int j, int target, double smoothing, int n) {
        return (j == target ? 1 - smoothing : 0) + smoothing / n;
    }

    private static double sigmoidLoss(double[] z, double[] t) {
        double loss = 0;
        for (int j = 0; j < z.length; j++) {
            loss += Math.max(z[j], 0) - z[j] * t[j] + Math.log1p(Math.exp(-Math.abs(z[j])));
        }
        return loss;
    }

    private static double squaredLoss(double[] y, double[] t) {
        double loss = 0;
        for (int j = 0; j < y.length; j++) {
            loss += (y[j] - t[j]) * (y[j] - t[j]);
        }
        return loss;
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void softmaxCrossEntropyIsThatOfTheSmoothedLabelsAndItsWeightedGradient(Opening opening) {
        for (double range : RANGES) {
            for (float smoothing : SMOOTHINGS) {
                forEachShape(opening, (kernels, views, m, n, context) -> {
                    if (n > 0) {
                        checkSoftmax(context + ", smoothing " + smoothing, kernels, views,
                                views.random(m, n, -range, range), smoothing);
                    }
                });
            }
        }
    }

    private static void checkSoftmax(String context, Kernels kernels, Views views, Matrix z, float smoothing) {
        int n = z.cols();
        Matrix weights = views.random(z.rows(), 1);
        Matrix losses = views.nan(z.rows(), 1);
        int[] targets = views.random().ints(z.rows() + 4, 0, n).toArray();
        double[][] logits = Oracle.values(z);
        views.remember();
        kernels.softmaxCrossEntropy(z, targets, 2, weights, smoothing, losses);
        Oracle.assertClose(context + ", loss", losses, (i, j) -> softmaxLoss(logits[i], targets[2 + i], smoothing),
                2e-6);
        double[][] p = new double[z.rows()][];
        for (int i = 0; i < p.length; i++) {
            p[i] = Oracle.softmax(logits[i]);
        }
        Oracle.assertClose(context + ", gradient", z,
                (i, j) -> weights.get(i, 0) * (p[i][j] - share(j, targets[2 + i], smoothing, n)), 1e-6);
        views.assertOnlyWritten(context, z, losses);
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void sigmoidCrossEntropyIsThatOfEachOutputAndItsWeightedGradient(Opening opening) {
        for (double range : RANGES) {
            forEachShape(opening, (kernels, views, m, n, context) -> {
                Matrix z = views.random(m, n, -range, range);
                Matrix t = views.random(m, n, 0, 1);
                Matrix weights = views.random(m, 1);
                Matrix losses = views.nan(m, 1);
                double[][] logits = Oracle.values(z);
                double[][] targets = Oracle.values(t);
                views.remember();
                kernels.sigmoidCrossEntropy(z, t, weights, losses);
                Oracle.assertClose(context + ", loss", losses, (i, j) -> sigmoidLoss(logits[i], targets[i]), 1e-6);
                Oracle.assertClose(context + ", gradient", z,
                        (i, j) -> weights.get(i, 0) * (Oracle.sigmoid(logits[i][j]) - targets[i][j]), 1e-6);
                views.assertOnlyWritten(context, z, losses);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void squaredErrorIsTheSumOfSquaresAndItsWeightedGradient(Opening opening) {
        for (double range : RANGES) {
            forEachShape(opening, (kernels, views, m, n, context) -> {
                Matrix y = views.random(m, n, -range, range);
                Matrix t = views.random(m, n, -range, range);
                Matrix weights = views.random(m, 1);
                Matrix losses = views.nan(m, 1);
                double[][] outputs = Oracle.values(y);
                double[][] targets = Oracle.values(t);
                views.remember();
                kernels.squaredError(y, t, weights, losses);
                Oracle.assertClose(context + ", loss", losses, (i, j) -> squaredLoss(outputs[i], targets[i]), 2e-7);
                Oracle.assertClose(context + ", gradient", y,
                        (i, j) -> weights.get(i, 0) * 2 * (outputs[i][j] - targets[i][j]), 2e-7);
                views.assertOnlyWritten(context, y, losses);
            });
        }
    }

    private static void assertGradient(String context, Matrix gradient, ToDoubleFunction<double[]> loss, double[] x) {
        double[] expected = Oracle.gradient(loss, x);
        Oracle.assertClose(context + ", seed " + SEED, gradient, (i, j) -> expected[j], 1e-6);
    }

    @ParameterizedTest
    @EnumSource
    void everyGradientIsTheDerivativeOfItsLoss(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix t = views.random(1, 19, 0, 1);
            Matrix one = views.nan(1, 1);
            Matrix losses = views.nan(1, 1);
            double[] targets = Oracle.values(t)[0];
            one.fill(1);
            for (float smoothing : SMOOTHINGS) {
                Matrix z = views.random(1, 19);
                double[] logits = Oracle.values(z)[0];
                kernels.softmaxCrossEntropy(z, new int[]{7}, 0, one, smoothing, losses);
                assertGradient(backend + ", softmax", z, x -> softmaxLoss(x, 7, smoothing), logits);
            }
            Matrix z = views.random(1, 19);
            double[] logits = Oracle.values(z)[0];
            kernels.sigmoidCrossEntropy(z, t, one, losses);
            assertGradient(backend + ", sigmoid", z, x -> sigmoidLoss(x, targets), logits);
            Matrix y = views.random(1, 19);
            double[] outputs = Oracle.values(y)[0];
            kernels.squaredError(y, t, one, losses);
            assertGradient(backend + ", squared error", y, x -> squaredLoss(x, targets), outputs);
        }
    }

    /** All logits the same; one above all others, right or wrong. */
    @ParameterizedTest
    @EnumSource
    void softmaxCrossEntropyStaysFiniteAtTheLargestLogits(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            for (int n : new int[]{2, 17, 33, 600}) {
                for (float smoothing : SMOOTHINGS) {
                    Matrix z = views.nan(4, n);
                    z.fill(-1e4f);
                    z.row(0).fill(1e4f);
                    z.set(2, 0, 1e4f);
                    z.set(3, n - 1, 1e4f);
                    checkSoftmax("%s, %d columns, smoothing %s".formatted(backend, n, smoothing), kernels, views, z,
                            smoothing);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMaskOfMinusInfinityTakesClassesOutUnlessLabelsAreSmoothed(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix z = views.random(1, 21);
            Matrix weights = views.random(1, 1);
            Matrix losses = views.nan(1, 1);
            z.cols(5, 16).fill(Float.NEGATIVE_INFINITY);
            double[] rest = Oracle.values(z.cols(0, 5))[0];
            kernels.softmaxCrossEntropy(z, new int[]{3}, 0, weights, 0, losses);
            Oracle.assertClose(backend + ", loss", losses, (i, j) -> softmaxLoss(rest, 3, 0), 1e-6);
            Oracle.assertClose(backend + ", gradient", z, (i, j) -> j < 5
                    ? weights.get(0, 0) * (Oracle.softmax(rest)[j] - share(j, 3, 0, 5))
                    : 0, 1e-6);
            z.fill(Float.NEGATIVE_INFINITY);
            z.cols(0, 5).fill(0);
            kernels.softmaxCrossEntropy(z, new int[]{3}, 0, weights, 0.1f, losses);
            assertEquals(Float.POSITIVE_INFINITY, losses.get(0, 0));
        }
    }

    /** Outputs that are far right, or far wrong, or held between the two. */
    @ParameterizedTest
    @EnumSource
    void sigmoidCrossEntropyStaysFiniteAtTheLargestLogits(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            for (int n : new int[]{1, 17, 600}) {
                for (float target : new float[]{0, 0.25f, 1}) {
                    Matrix z = views.nan(2, n);
                    Matrix t = views.nan(2, n);
                    Matrix weights = views.random(2, 1);
                    Matrix losses = views.nan(2, 1);
                    t.fill(target);
                    z.row(0).fill(1e4f);
                    z.row(1).fill(-1e4f);
                    kernels.sigmoidCrossEntropy(z, t, weights, losses);
                    String context = "%s, %d columns, target %s".formatted(backend, n, target);
                    Oracle.assertClose(context, losses, (i, j) -> n * 1e4 * (i == 0 ? 1 - target : target), 1e-6);
                    Oracle.assertClose(context, z, (i, j) -> weights.get(i, 0) * ((i == 0 ? 1 : 0) - target), 1e-7);
                }
            }
        }
    }

    /** log(1 + e^-15) and σ(-15) are 3e-7, of which 1 - σ(15) in floats would leave two digits. */
    @ParameterizedTest
    @EnumSource
    void sigmoidCrossEntropyKeepsTheDigitsOfASmallLoss(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix z = views.nan(2, 17);
            Matrix t = views.nan(2, 17);
            Matrix weights = views.nan(2, 1);
            Matrix losses = views.nan(2, 1);
            weights.fill(1);
            z.row(0).fill(15);
            t.row(0).fill(1);
            z.row(1).fill(-15);
            t.row(1).fill(0);
            kernels.sigmoidCrossEntropy(z, t, weights, losses);
            double loss = 17 * Math.log1p(Math.exp(-15));
            double slope = Oracle.sigmoid(-15);
            Oracle.assertClose(backend + ", loss", losses, (i, j) -> loss, (i, j) -> 1e-6 * loss);
            Oracle.assertClose(backend + ", gradient", z, (i, j) -> i == 0 ? -slope : slope, (i, j) -> 1e-6 * slope);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNaNSpoilsTheLossAndItsOwnGradientAlone(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            for (int at : new int[]{0, 15, 16, 18}) {
                String context = backend + ", NaN at " + at;
                Matrix t = views.random(3, 19, 0, 1);
                Matrix weights = views.random(3, 1);
                for (int loss = 0; loss < 3; loss++) {
                    boolean isSoftmax = loss == 0;
                    Matrix losses = views.nan(3, 1);
                    Matrix z = views.random(3, 19);
                    z.set(1, at, Float.NaN);
                    switch (loss) {
                        case 0 -> kernels.softmaxCrossEntropy(z, new int[]{3, 4, 5}, 0, weights, 0.1f, losses);
                        case 1 -> kernels.sigmoidCrossEntropy(z, t, weights, losses);
                        default -> kernels.squaredError(z, t, weights, losses);
                    }
                    for (int i = 0; i < 3; i++) {
                        assertEquals(i == 1, Float.isNaN(losses.get(i, 0)), context);
                        for (int j = 0; j < 19; j++) {
                            assertEquals(i == 1 && (isSoftmax || j == at), Float.isNaN(z.get(i, j)), context);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"-0.1", "1", "1.5", "NaN", "Infinity"})
    void smoothingOutsideOfZeroToOneIsRefusedAndNothingIsWritten(float smoothing) {
        for (Backend backend : Backend.values()) {
            try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
                Matrix z = views.random(3, 4);
                Matrix weights = views.random(3, 1);
                Matrix losses = views.nan(3, 1);
                views.remember();
                String message = assertThrows(IllegalArgumentException.class,
                        () -> kernels.softmaxCrossEntropy(z, new int[3], 0, weights, smoothing, losses)).getMessage();
                assertEquals("softmaxCrossEntropy: smoothing %s; wanted 0 or more and below 1".formatted(smoothing),
                        message);
                views.assertOnlyWritten(backend + ", smoothing " + smoothing);
            }
        }
    }
}
