package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.tensor.Matrix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies the work on rows: biases, embeddings by index, transposes, softmax. */
class RowsTest {
    private static final long SEED = 20260104;
    private static final int[] SIZES = {0, 1, 2, 3, 7, 8, 13, 16, 17, 31, 33, 64, 207};
    /** Half a unit in the last place of 1: what one operation rounds by, relatively. */
    private static final double ROUNDING = 0x1p-24;

    /** A statement about operands of m x n. */
    private interface Statement {
        void check(Kernels kernels, Views views, int m, int n, String context);
    }

    private static void forEachShape(Opening opening, Statement statement) {
        try (Kernels kernels = opening.open()) {
            long seed = SEED;
            for (int n : SIZES) {
                for (int m : new int[]{1, 5, 33, SIZES[(int) (seed % SIZES.length)]}) {
                    try (Views views = new Views(++seed)) {
                        statement.check(kernels, views, m, n, "%s, %dx%d, seed %d".formatted(opening, m, n, seed));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void fillRowsCopiesTheRowToEveryRow(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix row = views.random(1, n);
            Matrix out = views.nan(m, n);
            views.remember();
            kernels.fillRows(row, out);
            Oracle.assertExact(context, out, (i, j) -> row.get(0, j));
            views.assertOnlyWritten(context, out);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void addRowAddsTheRowToEveryRow(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix row = views.random(1, n);
            Matrix out = views.random(m, n);
            double[][] before = Oracle.values(out);
            views.remember();
            kernels.addRow(row, out);
            Oracle.assertExact(context, out, (i, j) -> before[i][j] + row.get(0, j));
            views.assertOnlyWritten(context, out);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void addSumOfRowsAddsTheSumOfEveryColumn(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix a = views.random(m, n);
            Matrix out = views.random(1, n);
            double[] sum = Oracle.values(out)[0];
            double[] magnitude = new double[n];
            for (int j = 0; j < n; j++) {
                magnitude[j] = Math.abs(sum[j]);
                for (int i = 0; i < m; i++) {
                    sum[j] += a.get(i, j);
                    magnitude[j] += Math.abs(a.get(i, j));
                }
            }
            views.remember();
            kernels.addSumOfRows(a, out);
            Oracle.assertClose(context, out, (i, j) -> sum[j], (i, j) -> (m + 1) * ROUNDING * magnitude[j]);
            views.assertOnlyWritten(context, out);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void gatherRowsCopiesTheRowOfEachIdFromTheFirstIdOn(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix table = views.random(4, n);
            Matrix out = views.nan(m, n);
            int[] ids = views.random().ints(m + 5, 0, 4).toArray();
            views.remember();
            kernels.gatherRows(table, ids, 3, out);
            Oracle.assertExact(context, out, (i, j) -> table.get(ids[3 + i], j));
            views.assertOnlyWritten(context, out);
        });
    }

    /** Four ids for as many as 207 rows: most are added to the same row of the table. */
    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void scatterAddRowsAddsEveryRowAlsoWhereIdsRepeat(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix a = views.random(m, n);
            Matrix table = views.random(4, n);
            int[] ids = views.random().ints(m + 5, 0, 4).toArray();
            double[][] sum = Oracle.values(table);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    sum[ids[3 + i]][j] += a.get(i, j);
                }
            }
            views.remember();
            kernels.scatterAddRows(a, ids, 3, table);
            Oracle.assertClose(context, table, (i, j) -> sum[i][j], (i, j) -> (m + 1) * ROUNDING * 2 * (m + 1));
            views.assertOnlyWritten(context, table);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void transposeSwapsRowsAndColumns(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix a = views.random(m, n);
            Matrix out = views.nan(n, m);
            views.remember();
            kernels.transpose(a, out);
            Oracle.assertExact(context, out, (i, j) -> a.get(j, i));
            views.assertOnlyWritten(context, out);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void addTransposedAddsWithRowsAndColumnsSwapped(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix a = views.random(m, n);
            Matrix out = views.random(n, m);
            double[][] before = Oracle.values(out);
            views.remember();
            kernels.addTransposed(a, out);
            Oracle.assertExact(context, out, (i, j) -> before[i][j] + a.get(j, i));
            views.assertOnlyWritten(context, out);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void softmaxIsTheExponentialsShareAndSumsToOne(Opening opening) {
        for (double range : new double[]{4, 1e4}) {
            forEachShape(opening, (kernels, views, m, n, context) -> {
                if (n > 0) {
                    Matrix z = views.random(m, n, -range, range);
                    Matrix p = views.nan(m, n);
                    double[][] logits = Oracle.values(z);
                    views.remember();
                    kernels.softmax(z, p);
                    Oracle.assertClose(context, p, (i, j) -> Oracle.softmax(logits[i])[j], 1e-6);
                    views.assertOnlyWritten(context, p);
                    assertRowsSumToOne(context, p);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void softmaxBackwardTakesTheMeanFromEachRowsGradient(Opening opening) {
        forEachShape(opening, (kernels, views, m, n, context) -> {
            Matrix p = views.random(m, n, 0, 1);
            Matrix dp = views.random(m, n, -2, 2);
            Matrix dz = views.nan(m, n);
            double[][] share = Oracle.values(p);
            double[][] gradient = Oracle.values(dp);
            views.remember();
            kernels.softmaxBackward(p, dp, dz);
            Oracle.assertClose(context, dz, (i, j) -> {
                double mean = 0;
                for (int k = 0; k < n; k++) {
                    mean += share[i][k] * gradient[i][k];
                }
                return share[i][j] * (gradient[i][j] - mean);
            }, 4e-5);
            views.assertOnlyWritten(context, dz);
            Matrix own = dp;
            kernels.softmaxBackward(p, dp, own);
            Oracle.assertClose(context, own, (i, j) -> dz.get(i, j), 0);
        });
    }

    private static void assertRowsSumToOne(String context, Matrix p) {
        for (double[] row : Oracle.values(p)) {
            double sum = 0;
            for (double x : row) {
                sum += x;
            }
            assertEquals(1, sum, 2e-6, context);
        }
    }

    @ParameterizedTest
    @EnumSource
    void softmaxMayBeWrittenOverTheLogits(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix z = views.random(7, 33);
            double[][] logits = Oracle.values(z);
            views.remember();
            kernels.softmax(z, z);
            Oracle.assertClose(backend + ", seed " + SEED, z, (i, j) -> Oracle.softmax(logits[i])[j], 1e-6);
            views.assertOnlyWritten(backend + ", seed " + SEED, z);
        }
    }

    @ParameterizedTest
    @EnumSource
    void softmaxSurvivesTheLargestLogitsAndAMaskOfMinusInfinity(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            for (int n : new int[]{2, 17, 33}) {
                Matrix z = views.nan(3, n);
                z.row(0).fill(1e4f);
                z.row(1).fill(-1e4f);
                z.row(2).fill(Float.NEGATIVE_INFINITY);
                z.set(1, n - 1, Float.MAX_VALUE);
                z.set(2, 0, 3);
                Matrix p = views.nan(3, n);
                kernels.softmax(z, p);
                Oracle.assertClose(backend + ", " + n, p,
                        (i, j) -> i == 0 ? 1.0 / n : j == (i == 1 ? n - 1 : 0) ? 1 : 0, 1e-7);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNaNLogitSpoilsItsOwnRowAlone(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            for (int j : new int[]{0, 15, 16, 18}) {
                Matrix z = views.random(3, 19);
                z.set(1, j, Float.NaN);
                Matrix p = views.nan(3, 19);
                double[][] logits = Oracle.values(z);
                kernels.softmax(z, p);
                Oracle.assertClose(backend + ", NaN at " + j, p,
                        (i, column) -> i == 1 ? Double.NaN : Oracle.softmax(logits[i])[column], 1e-6);
            }
        }
    }
}
