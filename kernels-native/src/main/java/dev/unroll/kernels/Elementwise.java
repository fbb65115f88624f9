package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;

/**
 * Arithmetic between matrices element by element, with a row that stands for all rows, and the normalisation of rows: what
 * masks, peepholes, skip connections and normalised layers are made of.
 */
public sealed interface Elementwise permits Kernels {
    /**
     * out_ij = a_ij*b_ij.
     *
     * @param a m x n
     * @param b m x n
     * @param out m x n, written; may be {@code a} or {@code b} itself
     */
    void multiplyElementwise(Matrix a, Matrix b, Matrix out);

    /**
     * out_ij += a_ij*b_ij; whether the product is rounded before it is added is the backend's choice.
     *
     * @param a m x n
     * @param b m x n
     * @param out m x n, added to
     */
    void addMultiplyElementwise(Matrix a, Matrix b, Matrix out);

    /**
     * out_ij = m_ij*a_ij + (1 - m_ij)*b_ij. Where m_ij is 1 that is a_ij to the bit, and where it is 0 it is b_ij, though the
     * other be NaN or infinite.
     *
     * @param m m x n, what share of a
     * @param a m x n
     * @param b m x n
     * @param out m x n, written; may be {@code a} or {@code b} itself
     */
    void interpolate(Matrix m, Matrix a, Matrix b, Matrix out);

    /**
     * out_ij = row_j*a_ij.
     *
     * @param row 1 x n
     * @param a m x n
     * @param out m x n, written; may be {@code a} itself
     */
    void multiplyRow(Matrix row, Matrix a, Matrix out);

    /**
     * out_ij += row_j*a_ij; whether the product is rounded before it is added is the backend's choice.
     *
     * @param row 1 x n
     * @param a m x n
     * @param out m x n, added to
     */
    void addMultiplyRow(Matrix row, Matrix a, Matrix out);

    /**
     * out_j += Σ_i a_ij*b_ij, the gradient of a row that multiplies: of {@link #multiplyRow} and {@link #addMultiplyRow} by
     * their row.
     *
     * @param a m x n
     * @param b m x n
     * @param out 1 x n, added to
     */
    void addSumOfProducts(Matrix a, Matrix b, Matrix out);

    /**
     * x_ij = (x_ij - μ_i)*s_i with μ_i = Σ_j x_ij/n, s_i = 1/sqrt(Σ_j (x_ij - μ_i)^2/n + 10^-5): every row to mean 0 and
     * variance 1.
     *
     * <p>Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
     *
     * @param x m x n, in: what is normalised; out: the normalised; n at least 1
     * @param scale m x 1, s, written
     */
    void normalizeRows(Matrix x, Matrix scale);

    /**
     * The gradient of {@link #normalizeRows}. d_ij = s_i*(d_ij - Σ_k d_ik/n - x̂_ij*Σ_k d_ik*x̂_ik/n), where x̂ is the
     * normalised.
     *
     * @param normalized m x n, x̂; n at least 1
     * @param scale m x 1, s
     * @param d m x n, in: the gradient of x̂; out: the gradient of x
     */
    void normalizeRowsBackward(Matrix normalized, Matrix scale, Matrix d);
}
