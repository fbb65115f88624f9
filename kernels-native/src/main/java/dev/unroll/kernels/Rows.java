package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;

/** Work on whole rows: biases, embeddings by index, transposes, softmax. */
public sealed interface Rows permits Kernels {
    /**
     * out_i = row for every i.
     *
     * @param row 1 x n
     * @param out m x n, written
     */
    void fillRows(Matrix row, Matrix out);

    /**
     * out_i += row for every i.
     *
     * @param row 1 x n
     * @param out m x n, added to
     */
    void addRow(Matrix row, Matrix out);

    /**
     * out += Σ_i a_i, the gradient of a bias.
     *
     * @param a m x n
     * @param out 1 x n, added to
     */
    void addSumOfRows(Matrix a, Matrix out);

    /**
     * out_i = table_ids(i): the product of one-hot rows with the table, without the product.
     *
     * @param table v x n
     * @param ids row numbers of the table
     * @param from where the first id stands in {@code ids}; as many are read as {@code out} has rows
     * @param out m x n, written
     * @throws IndexOutOfBoundsException for an id that is no row of the table; nothing is written then
     */
    void gatherRows(Matrix table, int[] ids, int from, Matrix out);

    /**
     * table_ids(i) += a_i: the gradient of {@link #gatherRows}.
     *
     * @param a m x n
     * @param ids row numbers of the table
     * @param from where the first id stands in {@code ids}; as many are read as {@code a} has rows
     * @param table v x n, added to
     * @throws IndexOutOfBoundsException for an id that is no row of the table; nothing is written then
     */
    void scatterAddRows(Matrix a, int[] ids, int from, Matrix table);

    /**
     * out = aᵀ.
     *
     * @param a m x n
     * @param out n x m, written
     */
    void transpose(Matrix a, Matrix out);

    /**
     * out += aᵀ.
     *
     * @param a m x n
     * @param out n x m, added to
     */
    void addTransposed(Matrix a, Matrix out);

    /**
     * p_ij = exp(z_ij) / Σ_k exp(z_ik), computed from z_ij - max_k z_ik, so that no logit overflows.
     * A row with a NaN or an infinity above all becomes NaN.
     *
     * @param z m x n, the logits; n at least 1
     * @param p m x n, written; may be {@code z} itself
     */
    void softmax(Matrix z, Matrix p);

    /**
     * The gradient of {@link #softmax}: dz_ij = p_ij*(dp_ij - Σ_k p_ik*dp_ik).
     *
     * @param p m x n, what the softmax gave
     * @param dp m x n, its gradient
     * @param dz m x n, the gradient of the logits, written; may be {@code dp} itself
     */
    void softmaxBackward(Matrix p, Matrix dp, Matrix dz);
}
