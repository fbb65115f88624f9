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
     * z += a·W_aa; a' = g(z).
     *
     * @param g the function
     * @param a rows x H, the hidden state
     * @param wa W_aa as H x H, one group
     * @param z rows x H, added to
     * @param aNext rows x H, a', written
     */
    void rnnStep(Activation g, Matrix a, PackedMatrix wa, Matrix z, Matrix aNext);

    /**
     * z += x·W_ax, then {@link #rnnStep(Activation, Matrix, PackedMatrix, Matrix, Matrix)}.
     *
     * @param g the function
     * @param x rows x I, the input
     * @param wx W_ax as I x H, one group
     * @param a rows x H, the hidden state
     * @param wa W_aa as H x H, one group
     * @param z rows x H, added to
     * @param aNext rows x H, a', written
     */
    void rnnStep(Activation g, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa, Matrix z, Matrix aNext);

    /**
     * z += a·W_aa, then {@link Gates#lstm}. Where the hidden state is a projection of P columns, that is what a has, and what
     * comes out as a' is what is to be projected: h = o*tanh(c').
     *
     * @param form peepholes and clip
     * @param a rows x P, the hidden state; P is H where there is no projection
     * @param wa W_aa as P x 4H, four groups; or P x 3H, three groups: the gates are coupled
     * @param z rows x 4H, in: the input part of z_f, z_u, z_o, z_c; out: f, u, o, k; or rows x 3H without f
     * @param c rows x H, the memory cell
     * @param cNext rows x H, c', written; may be {@code c} itself
     * @param tanhC rows x H, tanh(c'), written
     * @param aNext rows x H, a', written
     */
    void lstmStep(LstmForm form, Matrix a, PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix aNext);

    /**
     * z += x·W_ax, then {@link #lstmStep(LstmForm, Matrix, PackedMatrix, Matrix, Matrix, Matrix, Matrix, Matrix)}.
     *
     * @param form peepholes and clip
     * @param x rows x I, the input
     * @param wx W_ax as I x 4H, four groups; or I x 3H, three groups
     * @param a rows x P, the hidden state; P is H where there is no projection
     * @param wa W_aa as P x 4H, four groups; or P x 3H, three groups: the gates are coupled
     * @param z rows x 4H, in: the bias; out: f, u, o, k; or rows x 3H without f
     * @param c rows x H, the memory cell
     * @param cNext rows x H, c', written; may be {@code c} itself
     * @param tanhC rows x H, tanh(c'), written
     * @param aNext rows x H, a', written
     */
    void lstmStep(LstmForm form, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa, Matrix z, Matrix c, Matrix cNext,
            Matrix tanhC, Matrix aNext);

    /**
     * z += p·W_aa, then {@link Gates#gruSimplified}.
     *
     * @param p rows x H, what W_aa acts on: the hidden state, or it with some units dropped
     * @param wa W_aa as H x 2H, two groups: u, c
     * @param z rows x 2H, in: the input part of z_u, z_c; out: u, k
     * @param a rows x H, the hidden state; may be {@code p} itself
     * @param aNext rows x H, a', written
     */
    void gruSimplifiedStep(Matrix p, PackedMatrix wa, Matrix z, Matrix a, Matrix aNext);

    /**
     * z += x·W_ax, then {@link #gruSimplifiedStep(Matrix, PackedMatrix, Matrix, Matrix, Matrix)}.
     *
     * @param x rows x I, the input
     * @param wx W_ax as I x 2H, two groups
     * @param p rows x H, what W_aa acts on: the hidden state, or it with some units dropped
     * @param wa W_aa as H x 2H, two groups: u, c
     * @param z rows x 2H, in: the bias; out: u, k
     * @param a rows x H, the hidden state; may be {@code p} itself
     * @param aNext rows x H, a', written
     */
    void gruSimplifiedStep(Matrix x, PackedMatrix wx, Matrix p, PackedMatrix wa, Matrix z, Matrix a, Matrix aNext);

    /**
     * z_u, z_r += p·W_ua, p·W_ra; q = p·W_ca; then {@link Gates#gruResetAfter}.
     *
     * @param p rows x H, what W_aa acts on: the hidden state, or it with some units dropped
     * @param wa W_aa as H x 3H, three groups: u, r, c
     * @param z rows x 3H, in: the input part of z_u, z_r, z_c; out: u, r, k
     * @param q rows x H, W_ca·p + b_ca, written
     * @param b 1 x H, b_ca
     * @param a rows x H, the hidden state; may be {@code p} itself
     * @param aNext rows x H, a', written
     */
    void gruResetAfterStep(Matrix p, PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext);

    /**
     * z += x·W_ax, then {@link #gruResetAfterStep(Matrix, PackedMatrix, Matrix, Matrix, Matrix, Matrix, Matrix)}.
     *
     * @param x rows x I, the input
     * @param wx W_ax as I x 3H, three groups
     * @param p rows x H, what W_aa acts on: the hidden state, or it with some units dropped
     * @param wa W_aa as H x 3H, three groups: u, r, c
     * @param z rows x 3H, in: the bias; out: u, r, k
     * @param q rows x H, W_ca·p + b_ca, written
     * @param b 1 x H, b_ca
     * @param a rows x H, the hidden state; may be {@code p} itself
     * @param aNext rows x H, a', written
     */
    void gruResetAfterStep(Matrix x, PackedMatrix wx, Matrix p, PackedMatrix wa, Matrix z, Matrix q, Matrix b,
            Matrix a, Matrix aNext);
}
