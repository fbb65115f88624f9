package dev.unroll.bench;

import java.lang.foreign.Arena;

/** x·Wᵀ in double precision. */
final class ProductReference {
    private ProductReference() {}

    /** The product of the operands that every contender has at this shape. */
    static double[] multiply(ProductCase shape) {
        try (Arena arena = Arena.ofConfined()) {
            return multiply(Filled.matrix(arena, shape.m(), shape.k()).toArray(),
                    Filled.matrix(arena, shape.n(), shape.k()).toArray(), shape.m());
        }
    }

    /** The product of m rows of x with all rows of w, [m][n]. */
    static double[] multiply(float[] x, float[] w, int m) {
        int k = x.length / m;
        double[] transposed = transposed(w, k);
        double[] out = new double[m * (w.length / k)];
        double[] row = new double[k];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < k; j++) {
                row[j] = x[i * k + j];
            }
            double[] product = product(row, transposed);
            System.arraycopy(product, 0, out, i * product.length, product.length);
        }
        return out;
    }

    /** W·x from Wᵀ, which lies so that the inner loop is one that C2 turns into vectors. */
    static double[] product(double[] x, double[] transposed) {
        int n = transposed.length / x.length;
        double[] out = new double[n];
        for (int k = 0; k < x.length; k++) {
            double scale = x[k];
            int from = k * n;
            for (int j = 0; j < n; j++) {
                out[j] += scale * transposed[from + j];
            }
        }
        return out;
    }

    static double[] transposed(float[] w, int cols) {
        int rows = w.length / cols;
        double[] out = new double[w.length];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < cols; k++) {
                out[k * rows + i] = w[i * cols + k];
            }
        }
        return out;
    }
}
