package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.Layout;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies the products: sums along depth within the bound of rounding, inside of views, whatever the shape. */
class ProductsTest {
    private static final long SEED = 20260101;
    private static final int[] SIZES = {0, 1, 2, 3, 7, 8, 13, 16, 17, 31, 33, 64, 207};
    /** Half a unit in the last place of 1: what one operation rounds by, relatively. */
    private static final double ROUNDING = 0x1p-24;

    private record Shape(int m, int depth, int n) {}

    /** A product under test, over views that it may lay as it likes. */
    private interface Product {
        void check(Kernels kernels, Views views, Shape s, String context);
    }

    private static List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>(
                List.of(new Shape(207, 207, 207), new Shape(64, 64, 64), new Shape(13, 300, 33),
                        new Shape(33, 517, 17)));
        // Few rows and much else: what OpenBLAS is given in blocks.
        shapes.addAll(List.of(new Shape(1, 33, 1300), new Shape(8, 64, 207), new Shape(31, 300, 207)));
        SplittableRandom random = new SplittableRandom(SEED);
        for (int size : SIZES) {
            shapes.add(new Shape(size, 17, 33));
            shapes.add(new Shape(7, size, 17));
            shapes.add(new Shape(3, 13, size));
            shapes.add(new Shape(1, 64, size));
            shapes.add(new Shape(SIZES[random.nextInt(SIZES.length)], SIZES[random.nextInt(SIZES.length)], size));
        }
        return shapes;
    }

    private static void forEachShape(Opening opening, Product product) {
        try (Kernels kernels = opening.open()) {
            long seed = SEED;
            for (Shape s : shapes()) {
                try (Views views = new Views(++seed)) {
                    product.check(kernels, views, s, "%s, %s, seed %d".formatted(opening, s, seed));
                }
            }
        }
    }

    /** Runs it and wants out = start + a·b within (depth + 2) roundings of the sum of magnitudes. */
    private static void assertProduct(String context, Views views, double[][] start, double[][] a, double[][] b,
            Matrix out, Runnable product) {
        views.remember();
        product.run();
        int depth = b.length;
        double[][] sum = new double[out.rows()][out.cols()];
        double[][] magnitude = new double[out.rows()][out.cols()];
        for (int i = 0; i < out.rows(); i++) {
            for (int p = 0; p < depth; p++) {
                for (int j = 0; j < out.cols(); j++) {
                    sum[i][j] += a[i][p] * b[p][j];
                    magnitude[i][j] += Math.abs(a[i][p] * b[p][j]);
                }
            }
        }
        Oracle.assertClose(context, out, (i, j) -> start[i][j] + sum[i][j],
                (i, j) -> (depth + 2) * ROUNDING * (Math.abs(start[i][j]) + magnitude[i][j]));
        views.assertOnlyWritten(context, out);
    }

    private static double[][] zeros(Shape s) {
        return new double[s.m][s.n];
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void multiplyIsTheProductAndOverwritesNaN(Opening opening) {
        forEachShape(opening, (kernels, views, s, context) -> {
            Matrix a = views.random(s.m, s.depth);
            Matrix w = views.random(s.depth, s.n);
            Matrix out = views.nan(s.m, s.n);
            PackedMatrix b = kernels.pack(views.arena(), w);
            assertProduct(context, views, zeros(s), Oracle.values(a), Oracle.values(w), out,
                    () -> kernels.multiply(a, b, out));
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void multiplyByATransposedIsTheProductAndOverwritesNaN(Opening opening) {
        forEachShape(opening, (kernels, views, s, context) -> {
            Matrix a = views.random(s.m, s.depth);
            Matrix w = views.random(s.n, s.depth);
            Matrix out = views.nan(s.m, s.n);
            PackedMatrix b = kernels.packTransposed(views.arena(), w);
            assertProduct(context, views, zeros(s), Oracle.values(a),
                    Oracle.transposed(Oracle.values(w), s.n, s.depth), out, () -> kernels.multiply(a, b, out));
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void addMultiplyAddsTheProduct(Opening opening) {
        forEachShape(opening, (kernels, views, s, context) -> {
            Matrix a = views.random(s.m, s.depth);
            Matrix w = views.random(s.depth, s.n);
            Matrix out = views.random(s.m, s.n);
            PackedMatrix b = kernels.pack(views.arena(), w);
            assertProduct(context, views, Oracle.values(out), Oracle.values(a), Oracle.values(w), out,
                    () -> kernels.addMultiply(a, b, out));
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void addMultiplyByATransposedAddsTheProduct(Opening opening) {
        forEachShape(opening, (kernels, views, s, context) -> {
            Matrix a = views.random(s.m, s.depth);
            Matrix w = views.random(s.n, s.depth);
            Matrix out = views.random(s.m, s.n);
            PackedMatrix b = kernels.packTransposed(views.arena(), w);
            assertProduct(context, views, Oracle.values(out), Oracle.values(a),
                    Oracle.transposed(Oracle.values(w), s.n, s.depth), out, () -> kernels.addMultiply(a, b, out));
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void addMultiplyTransAAddsTheProduct(Opening opening) {
        forEachShape(opening, (kernels, views, s, context) -> {
            Matrix a = views.random(s.depth, s.m);
            Matrix b = views.random(s.depth, s.n);
            Matrix out = views.random(s.m, s.n);
            assertProduct(context, views, Oracle.values(out), Oracle.transposed(Oracle.values(a), s.depth, s.m),
                    Oracle.values(b), out, () -> kernels.addMultiplyTransA(a, b, out));
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void repackTakesTheChangedSource(Opening opening) {
        Shape s = new Shape(7, 33, 17);
        try (Kernels kernels = opening.open(); Views views = new Views(SEED)) {
            Matrix a = views.random(s.m, s.depth);
            Matrix w = views.random(s.depth, s.n);
            Matrix wT = views.random(s.n, s.depth);
            Matrix out = views.nan(s.m, s.n);
            PackedMatrix b = kernels.pack(views.arena(), w);
            PackedMatrix bT = kernels.packTransposed(views.arena(), wT);
            views.fill(w, -1, 1);
            views.fill(wT, -1, 1);
            kernels.repack(b);
            kernels.repack(bT);
            assertProduct("pack, seed " + SEED, views, zeros(s), Oracle.values(a), Oracle.values(w), out,
                    () -> kernels.multiply(a, b, out));
            assertProduct("packTransposed, seed " + SEED, views, zeros(s), Oracle.values(a),
                    Oracle.transposed(Oracle.values(wT), s.n, s.depth), out, () -> kernels.multiply(a, bT, out));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void aPackedMatrixHasTheShapeOfTheOperand(Opening opening) {
        try (Kernels kernels = opening.open(); Views views = new Views(SEED)) {
            Matrix w = views.random(3, 5);
            PackedMatrix b = kernels.pack(views.arena(), w);
            PackedMatrix bT = kernels.packTransposed(views.arena(), w);
            assertArrayEquals(new int[]{3, 5, 5, 3}, new int[]{b.rows(), b.cols(), bT.rows(), bT.cols()});
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void aNaNOrAnInfinityStaysInItsRow(Opening opening) {
        try (Kernels kernels = opening.open(); Views views = new Views(SEED)) {
            Matrix a = views.random(9, 33);
            a.set(2, 5, Float.NaN);
            a.set(7, 0, Float.POSITIVE_INFINITY);
            Matrix w = views.random(33, 40, 1, 2);
            Matrix out = views.nan(9, 40);
            kernels.multiply(a, kernels.pack(views.arena(), w), out);
            for (int i = 0; i < 9; i++) {
                for (int j = 0; j < 40; j++) {
                    float x = out.get(i, j);
                    boolean right = switch (i) {
                        case 2 -> Float.isNaN(x);
                        case 7 -> x == Float.POSITIVE_INFINITY;
                        default -> Float.isFinite(x);
                    };
                    assertTrue(right, "%s: element (%d, %d) is %s".formatted(opening, i, j, x));
                }
            }
        }
    }

    /** A view of one row never uses its stride: {@link Layout} allows any. */
    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void aSingleRowMayHaveAnyStride(Opening opening) {
        try (Kernels kernels = opening.open(); Views views = new Views(SEED)) {
            Matrix a = farStrided(views.random(1, 8));
            Matrix w = views.random(8, 5);
            Matrix out = farStrided(views.random(1, 5));
            assertProduct(opening + ", seed " + SEED, views, Oracle.values(out), Oracle.values(a), Oracle.values(w),
                    out, () -> kernels.addMultiply(a, kernels.pack(views.arena(), w), out));
            Matrix one = farStrided(views.random(1, 5));
            Matrix outer = views.random(8, 5);
            assertProduct(opening + ", transA, seed " + SEED, views, Oracle.values(outer),
                    Oracle.transposed(Oracle.values(a), 1, 8), Oracle.values(one), outer,
                    () -> kernels.addMultiplyTransA(a, one, outer));
        }
    }

    private static Matrix farStrided(Matrix row) {
        return Matrix.of(row.segment(), new Layout(row.offset(), 1, row.cols(), 1L << 40));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPENBLAS")
    void aRowOfAProductHasTheSameBitsWhateverRowsRideAlong(Backend backend) {
        try (Kernels kernels = backend.open(1); Views views = new Views(SEED)) {
            Matrix a = views.random(17, 207);
            PackedMatrix b = kernels.pack(views.arena(), views.random(207, 33));
            Matrix together = views.nan(17, 33);
            kernels.multiply(a, b, together);
            for (int count : new int[]{1, 2, 3, 5, 8, 16}) {
                for (int i = 0; i + count <= 17; i++) {
                    Matrix apart = views.nan(count, 33);
                    kernels.multiply(a.rows(i, count), b, apart);
                    assertArrayEquals(Oracle.bits(together.rows(i, count)), Oracle.bits(apart),
                            "%s: rows %d to %d of 17".formatted(backend, i, i + count));
                }
            }
        }
    }

    @Test
    void theBackendsAgreeOnIntegersToTheBit() {
        List<int[]> results = new ArrayList<>();
        for (Opening opening : Opening.all()) {
            try (Kernels kernels = opening.open(); Views views = new Views(SEED)) {
                Matrix a = views.random(33, 64);
                Matrix w = views.random(64, 65);
                round(a);
                round(w);
                Matrix out = views.nan(33, 65);
                kernels.multiply(a, kernels.pack(views.arena(), w), out);
                results.add(Oracle.bits(out));
            }
        }
        results.forEach(bits -> assertArrayEquals(results.getFirst(), bits));
    }

    private static void round(Matrix a) {
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < a.cols(); j++) {
                a.set(i, j, Math.round(100 * a.get(i, j)) + 0f);
            }
        }
    }
}
