package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;

/**
 * Steps of a cell forward: the recurrent product and the gates in one, so that the gates of some hidden units are computed
 * while the product has just left them in the nearest cache. Each row is a sequence of the batch; H is the hidden size.
 *
 * <p>z goes in as the input part W_ax·x + b and comes out as the gates' activations; w is W_aaᵀ, H x gates*H, packed with
 * as many groups as the cell has gates ({@link Products#packTransposed(java.lang.foreign.Arena, Matrix, int)}). What is
 * written may overlap nothing else, but c' may be c itself.
 */
public sealed interface Steps permits Kernels {
    /**
     * z += a·w; a' = tanh(z).
     *
     * @param a rows x H, the hidden state
     * @param w H x H, one group
     * @param z rows x H, added to
     * @param aNext rows x H, a', written
     */
    void tanh(Matrix a, PackedMatrix w, Matrix z, Matrix aNext);

    /**
     * z += a·w, then {@link Gates#lstm}.
     *
     * @param a rows x H, the hidden state
     * @param w H x 4H, four groups
     * @param z rows x 4H, in: the input part of z_f, z_u, z_o, z_c; out: f, u, o, k
     * @param c rows x H, the memory cell
     * @param cNext rows x H, c', written; may be {@code c} itself
     * @param tanhC rows x H, tanh(c'), written
     * @param aNext rows x H, a', written
     */
    void lstm(Matrix a, PackedMatrix w, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext);

    /**
     * z_u, z_r += a·w_u, a·w_r; q = a·w_c; then {@link Gates#gruResetAfter}.
     *
     * @param a rows x H, the hidden state
     * @param w H x 3H, three groups: u, r, c
     * @param z rows x 3H, in: the input part of z_u, z_r, z_c; out: u, r, k
     * @param q rows x H, W_ca·a + b_ca, written
     * @param b 1 x H, b_ca
     * @param aNext rows x H, a', written
     */
    void gruResetAfter(Matrix a, PackedMatrix w, Matrix z, Matrix q, Matrix b, Matrix aNext);
}
