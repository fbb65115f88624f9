package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.tensor.Matrix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies the arithmetic between matrices element by element and the normalisation of rows. */
class ElementwiseTest {
    private static final long SEED = 20261123;
    private static final int[] SIZES = {0, 1, 2, 3, 7, 8, 13, 16, 17, 31, 33, 64, 207};
    /** Half a unit in the last place of 1: what one operation rounds by, relatively. */
    private static final double ROUNDING = 0x1p-24;
    private static final double VARIANCE_FLOOR = 1e-5f;

    /** A statement about operands of m x n. */
    private interface Statement {
        void check(Kernels kernels, Views views, int m, int n, String context);
    }

    private static void forEachShape(Opening opening, Statement statement) {
        try (Kernels kernels = opening.open()) {
            long seed = SEED;
            for (int n : SIZES) {
                for (int m : new int[]{0, 1, 13, n}) {
                    try (Views views = new Views(++seed)) {
                        statement.check(kernels, views, m, n, "%s, %dx%d, seed %d".formatted(opening, m, n, seed));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void multiplyElementwiseMultipliesEveryElement(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix a = views.random(m, n);
            Matrix b = views.random(m, n);
            Matrix out = views.nan(m, n);
            views.remember();
            kernels.multiplyElementwise(a, b, out);
            Oracle.assertExact(context, out, (i, j) -> (double) a.get(i, j) * b.get(i, j));
            views.assertOnlyWritten(context, out);
        });
    }

    @ParameterizedTest
    @EnumSource
    void multiplyElementwiseMayWriteOverEither(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix a = views.random(7, 33);
            Matrix b = views.random(7, 33);
            double[][] first = Oracle.values(a);
            double[][] second = Oracle.values(b);
            String context = backend + ", seed " + SEED;
            views.remember();
            kernels.multiplyElementwise(a, b, a);
            Oracle.assertExact(context, a, (i, j) -> first[i][j] * second[i][j]);
            double[][] product = Oracle.values(a);
            kernels.multiplyElementwise(a, b, b);
            Oracle.assertExact(context, b, (i, j) -> product[i][j] * second[i][j]);
            views.assertOnlyWritten(context, a, b);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void addMultiplyElementwiseAddsEveryProduct(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix a = views.random(m, n);
            Matrix b = views.random(m, n);
            Matrix out = views.random(m, n);
            double[][] before = Oracle.values(out);
            views.remember();
            kernels.addMultiplyElementwise(a, b, out);
            Oracle.assertClose(context, out, (i, j) -> before[i][j] + (double) a.get(i, j) * b.get(i, j),
                    (i, j) -> 2 * ROUNDING * (Math.abs(before[i][j]) + Math.abs(a.get(i, j) * b.get(i, j))));
            views.assertOnlyWritten(context, out);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void interpolateTakesAShareOfEach(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix share = views.random(m, n, 0, 1);
            Matrix a = views.random(m, n);
            Matrix b = views.random(m, n);
            Matrix out = views.nan(m, n);
            views.remember();
            kernels.interpolate(share, a, b, out);
            Oracle.assertClose(context, out, (i, j) -> interpolated(share, a, b, i, j), 4 * ROUNDING);
            views.assertOnlyWritten(context, out);
        });
    }

    private static double interpolated(Matrix share, Matrix a, Matrix b, int i, int j) {
        double m = share.get(i, j);
        return m * a.get(i, j) + (1 - m) * b.get(i, j);
    }

    /** A mask is a share of 0 or 1: what it leaves out may be anything, and what it takes it takes as it is. */
    @ParameterizedTest
    @EnumSource
    void interpolateWithAMaskSelectsToTheBit(Backend backend) {
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE,
                Float.MAX_VALUE, 0.1f};
        float[] masks = {0, 1, -0f};
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix share = views.nan(9, 53);
            Matrix a = views.nan(9, 53);
            Matrix b = views.nan(9, 53);
            for (int i = 0; i < 9; i++) {
                for (int j = 0; j < 53; j++) {
                    share.set(i, j, masks[views.random().nextInt(masks.length)]);
                    a.set(i, j, odd[views.random().nextInt(odd.length)]);
                    b.set(i, j, odd[views.random().nextInt(odd.length)]);
                }
            }
            Matrix wanted = Matrix.allocate(views.arena(), 9, 53);
            for (int i = 0; i < 9; i++) {
                for (int j = 0; j < 53; j++) {
                    wanted.set(i, j, share.get(i, j) == 1 ? a.get(i, j) : b.get(i, j));
                }
            }
            Matrix out = views.nan(9, 53);
            kernels.interpolate(share, a, b, out);
            assertArrayEquals(Oracle.bits(wanted), Oracle.bits(out), backend + ", seed " + SEED);
            Matrix second = views.nan(9, 53);
            second.copyFrom(b);
            kernels.interpolate(share, a, second, second);
            assertArrayEquals(Oracle.bits(wanted), Oracle.bits(second), backend + " over b, seed " + SEED);
            kernels.interpolate(share, a, b, a);
            assertArrayEquals(Oracle.bits(wanted), Oracle.bits(a), backend + " over a, seed " + SEED);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void multiplyRowMultipliesEveryRow(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix row = views.random(1, n);
            Matrix a = views.random(m, n);
            Matrix out = views.nan(m, n);
            views.remember();
            kernels.multiplyRow(row, a, out);
            Oracle.assertExact(context, out, (i, j) -> (double) row.get(0, j) * a.get(i, j));
            views.assertOnlyWritten(context, out);
            kernels.multiplyRow(row, a, a);
            assertArrayEquals(Oracle.bits(out), Oracle.bits(a), context + ", in place");
            views.assertOnlyWritten(context, out, a);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void addMultiplyRowAddsTheRowTimesEveryRow(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix row = views.random(1, n);
            Matrix a = views.random(m, n);
            Matrix out = views.random(m, n);
            double[][] before = Oracle.values(out);
            views.remember();
            kernels.addMultiplyRow(row, a, out);
            Oracle.assertClose(context, out, (i, j) -> before[i][j] + (double) row.get(0, j) * a.get(i, j),
                    (i, j) -> 2 * ROUNDING * (Math.abs(before[i][j]) + Math.abs(row.get(0, j) * a.get(i, j))));
            views.assertOnlyWritten(context, out);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void addSumOfProductsAddsTheSumOfEveryColumn(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix a = views.random(m, n);
            Matrix b = views.random(m, n);
            Matrix out = views.random(1, n);
            double[] sum = Oracle.values(out)[0];
            double[] magnitude = new double[n];
            for (int j = 0; j < n; j++) {
                magnitude[j] = Math.abs(sum[j]);
                for (int i = 0; i < m; i++) {
                    sum[j] += (double) a.get(i, j) * b.get(i, j);
                    magnitude[j] += Math.abs(a.get(i, j) * b.get(i, j));
                }
            }
            views.remember();
            kernels.addSumOfProducts(a, b, out);
            Oracle.assertClose(context, out, (i, j) -> sum[j], (i, j) -> (m + 2) * ROUNDING * magnitude[j]);
            views.assertOnlyWritten(context, out);
        });
    }

    /** 1/sqrt(variance + floor) of numbers in double precision. */
    private static double scale(double[] x) {
        double mean = mean(x);
        double sum = 0;
        for (double number : x) {
            sum += (number - mean) * (number - mean);
        }
        return 1 / Math.sqrt(sum / x.length + VARIANCE_FLOOR);
    }

    private static double mean(double[] x) {
        double sum = 0;
        for (double number : x) {
            sum += number;
        }
        return sum / x.length;
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void normalizeRowsBringsEveryRowToMeanZeroAndVarianceOne(Opening opening) {
        for (double middle : new double[]{0, 100}) {
            forEachShape(opening, (kernels, views, m, n, context) -> {
                if (n > 0) {
                    Matrix x = views.random(m, n, middle - 2, middle + 2);
                    Matrix scale = views.nan(m, 1);
                    double[][] before = Oracle.values(x);
                    views.remember();
                    kernels.normalizeRows(x, scale);
                    // The mean is rounded to a float, and what is left of each number is multiplied with the scale.
                    double[] scales = new double[m];
                    for (int i = 0; i < m; i++) {
                        scales[i] = scale(before[i]);
                    }
                    Oracle.assertClose(context, scale, (i, j) -> scales[i], (i, j) -> 1e-5 * scales[i]);
                    Oracle.assertClose(context, x, (i, j) -> (before[i][j] - mean(before[i])) * scales[i],
                            (i, j) -> 4 * ROUNDING * (middle + 2) * scales[i] + 1e-5);
                    views.assertOnlyWritten(context, x, scale);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRowOfEqualNumbersBecomesZero(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            for (int n : new int[]{1, 16, 48, 100}) {
                Matrix x = views.nan(2, n);
                x.row(0).fill(0);
                x.row(1).fill(3);
                Matrix scale = views.nan(2, 1);
                kernels.normalizeRows(x, scale);
                String context = "%s, %d columns".formatted(backend, n);
                Oracle.assertExact(context, x, (i, j) -> 0);
                Oracle.assertClose(context, scale, (i, j) -> 1 / Math.sqrt(VARIANCE_FLOOR), 1e-6);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNaNSpoilsTheNormalsOfItsOwnRowAlone(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            for (int j : new int[]{0, 15, 16, 18}) {
                Matrix x = views.random(3, 19);
                x.set(1, j, Float.NaN);
                double[][] before = Oracle.values(x);
                kernels.normalizeRows(x, views.nan(3, 1));
                Oracle.assertClose("%s, NaN at %d, seed %d".formatted(backend, j, SEED), x,
                        (i, col) -> (before[i][col] - mean(before[i])) * scale(before[i]), 1e-5);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void normalizeRowsBackwardIsTheEquation(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            if (n > 0) {
                Matrix normalized = views.random(m, n);
                Matrix scale = views.random(m, 1, 0, 2);
                Matrix d = views.random(m, n);
                double[][] before = Oracle.values(d);
                double[] means = new double[m];
                double[] slopes = new double[m];
                for (int i = 0; i < m; i++) {
                    double[] products = new double[n];
                    for (int j = 0; j < n; j++) {
                        products[j] = before[i][j] * normalized.get(i, j);
                    }
                    means[i] = mean(before[i]);
                    slopes[i] = mean(products);
                }
                views.remember();
                kernels.normalizeRowsBackward(normalized, scale, d);
                Oracle.assertClose(context, d,
                        (i, j) -> scale.get(i, 0) * (before[i][j] - means[i] - normalized.get(i, j) * slopes[i]), 1e-5);
                views.assertOnlyWritten(context, d);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void normalizeRowsBackwardIsTheDerivative(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix x = views.random(3, 19);
            Matrix d = views.random(3, 19);
            Matrix scale = views.nan(3, 1);
            double[][] expected = new double[3][];
            for (int i = 0; i < 3; i++) {
                double[] weights = Oracle.values(d)[i];
                expected[i] = Oracle.gradient(row -> {
                    double loss = 0;
                    for (int j = 0; j < row.length; j++) {
                        loss += weights[j] * (row[j] - mean(row)) * scale(row);
                    }
                    return loss;
                }, Oracle.values(x)[i]);
            }
            kernels.normalizeRows(x, scale);
            kernels.normalizeRowsBackward(x, scale, d);
            Oracle.assertClose(backend + ", seed " + SEED, d, (i, j) -> expected[i][j], 1e-5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsWithoutColumnsAreNotNormalized(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix x = views.nan(3, 0);
            Matrix scale = views.nan(3, 1);
            assertEquals("normalizeRows: x is 3x0; wanted at least one column",
                    assertThrows(IllegalArgumentException.class, () -> kernels.normalizeRows(x, scale)).getMessage());
            assertEquals("normalizeRowsBackward: normalized is 3x0; wanted at least one column",
                    assertThrows(IllegalArgumentException.class, () -> kernels.normalizeRowsBackward(x, scale, x))
                            .getMessage());
        }
    }
}
