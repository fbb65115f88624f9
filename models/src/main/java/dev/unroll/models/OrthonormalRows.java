package dev.unroll.models;

import java.util.random.RandomGenerator;

/**
 * Q with Q·Qᵀ = I, uniform among all of its shape: A = L·Q, where A's elements are N(0, 1) and L, lower triangular, has
 * only positive numbers on its diagonal. That is the QR decomposition of Aᵀ with R = Lᵀ; without the condition on the
 * diagonal Q is not uniform (Mezzadri, "How to generate random matrices from the classical compact groups", 2007).
 */
final class OrthonormalRows {
    private OrthonormalRows() {}

    /**
     * v = a_k - Σ_{j<k} (q_j·a_k)·q_j, q_k = v/|v|, L_kk = |v|: Gram-Schmidt, which makes the diagonal positive by itself.
     *
     * @param count number of rows, at most {@code length}
     * @param length of a row
     * @param random where A comes from, row by row
     * @return Q
     */
    static double[][] draw(int count, int length, RandomGenerator random) {
        double[][] q = new double[count][length];
        for (int k = 0; k < count; k++) {
            for (int i = 0; i < length; i++) {
                q[k][i] = Draws.normal(random);
            }
            // Twice: where little of a_k is left, the first time leaves rounding errors that are no longer small.
            removeEarlier(q, k);
            removeEarlier(q, k);
            double norm = Math.sqrt(dot(q[k], q[k]));
            for (int i = 0; i < length; i++) {
                q[k][i] /= norm;
            }
        }
        return q;
    }

    private static void removeEarlier(double[][] q, int k) {
        double[] v = q[k];
        for (int j = 0; j < k; j++) {
            double along = dot(q[j], v);
            for (int i = 0; i < v.length; i++) {
                v[i] -= along * q[j][i];
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
