package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;

/**
 * Steps of a cell forward: products and gates in one, so that the gates of some hidden units are computed while the
 * products have just left them in the nearest cache. Each row is a sequence of the batch; H is the hidden size.
 *
 * <p>The weights are packed with as many groups as the cell has gates ({@link Products#packTransposed(java.lang.foreign.Arena,
 * Matrix, int)}). Each step comes in two forms. One has the input part in z already, which a whole sequence computes as
 * one product; the other adds x·W_ax itself, to the same bits. What is written may overlap nothing else, but c' may be c
 * itself.
 */
public sealed interface Steps permits Kernels {
    /**
     * z += a·W_aa; a' = tanh(z).
     *
     * @param a rows x H, the hidden state
     * @param wa W_aa as H x H, one group
     * @param z rows x H, added to
     * @param aNext rows x H, a', written
     */
    void tanhStep(Matrix a, PackedMatrix wa, Matrix z, Matrix aNext);

    /**
     * z += x·W_ax, then {@link #tanhStep(Matrix, PackedMatrix, Matrix, Matrix)}.
     *
     * @param x rows x I, the input
     * @param wx W_ax as I x H, one group
     * @param a rows x H, the hidden state
     * @param wa W_aa as H x H, one group
     * @param z rows x H, added to
     * @param aNext rows x H, a', written
     */
    void tanhStep(Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa, Matrix z, Matrix aNext);

    /**
     * z += a·W_aa, then {@link Gates#lstm}.
     *
     * @param a rows x H, the hidden state
     * @param wa W_aa as H x 4H, four groups
     * @param z rows x 4H, in: the input part of z_f, z_u, z_o, z_c; out: f, u, o, k
     * @param c rows x H, the memory cell
     * @param cNext rows x H, c', written; may be {@code c} itself
     * @param tanhC rows x H, tanh(c'), written
     * @param aNext rows x H, a', written
     */
    void lstmStep(Matrix a, PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext);

    /**
     * z += x·W_ax, then {@link #lstmStep(Matrix, PackedMatrix, Matrix, Matrix, Matrix, Matrix, Matrix)}.
     *
     * @param x rows x I, the input
     * @param wx W_ax as I x 4H, four groups
     * @param a rows x H, the hidden state
     * @param wa W_aa as H x 4H, four groups
     * @param z rows x 4H, in: the bias; out: f, u, o, k
     * @param c rows x H, the memory cell
     * @param cNext rows x H, c', written; may be {@code c} itself
     * @param tanhC rows x H, tanh(c'), written
     * @param aNext rows x H, a', written
     */
    void lstmStep(Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix aNext);

    /**
     * z_u, z_r += a·W_ua, a·W_ra; q = a·W_ca; then {@link Gates#gruResetAfter}.
     *
     * @param a rows x H, the hidden state
     * @param wa W_aa as H x 3H, three groups: u, r, c
     * @param z rows x 3H, in: the input part of z_u, z_r, z_c; out: u, r, k
     * @param q rows x H, W_ca·a + b_ca, written
     * @param b 1 x H, b_ca
     * @param aNext rows x H, a', written
     */
    void gruResetAfterStep(Matrix a, PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix aNext);

    /**
     * z += x·W_ax, then {@link #gruResetAfterStep(Matrix, PackedMatrix, Matrix, Matrix, Matrix, Matrix)}.
     *
     * @param x rows x I, the input
     * @param wx W_ax as I x 3H, three groups
     * @param a rows x H, the hidden state
     * @param wa W_aa as H x 3H, three groups: u, r, c
     * @param z rows x 3H, in: the bias; out: u, r, k
     * @param q rows x H, W_ca·a + b_ca, written
     * @param b 1 x H, b_ca
     * @param aNext rows x H, a', written
     */
    void gruResetAfterStep(Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa, Matrix z, Matrix q, Matrix b,
            Matrix aNext);
}
