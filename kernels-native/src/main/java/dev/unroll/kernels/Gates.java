package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;

/**
 * Gate arithmetic, forward and backward: what a cell does with its pre-activations z, element by element. Each row is a
 * sequence of the batch; H is the hidden size; σ(x) = 1/(1 + exp(-x)).
 *
 * <p>Where z has several gates they lie side by side, each H columns wide. A method that takes z turns it into the gates'
 * activations in place; its backward twin takes these activations and turns them into dz, the gradient of the
 * pre-activations, in place.
 */
public sealed interface Gates permits Kernels {
    /**
     * a' = g(z).
     *
     * @param g the function
     * @param z rows x H
     * @param aNext rows x H, a', written; may be {@code z} itself
     */
    void activate(Activation g, Matrix z, Matrix aNext);

    /**
     * dz = da'*g'(z), where g' is known from a' ({@link Activation}).
     *
     * @param g the function
     * @param aNext rows x H, a' of the forward step
     * @param daNext rows x H
     * @param dz rows x H, written; may be {@code aNext} or {@code daNext} itself
     */
    void activateBackward(Activation g, Matrix aNext, Matrix daNext, Matrix dz);

    /**
     * f, u, o = σ(z_f), σ(z_u), σ(z_o); k = tanh(z_c); c' = f*c + u*k; a' = o*tanh(c'). Where z has three gates, they are
     * coupled: f = 1 - u. What the form adds: {@link LstmForm}.
     *
     * @param form peepholes and clip
     * @param z rows x 4H, in: z_f, z_u, z_o, z_c; out: f, u, o, k; or rows x 3H, in: z_u, z_o, z_c; out: u, o, k
     * @param c rows x H, the memory cell
     * @param cNext rows x H, c', written; may be {@code c} itself
     * @param tanhC rows x H, tanh(c'), written
     * @param aNext rows x H, a', written
     */
    void lstm(LstmForm form, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext);

    /**
     * The gradient of {@link #lstm}. dz_o = da'*tanh(c')*o*(1 - o); dc' += da'*o*(1 - tanh(c')^2), with peepholes also
     * dz_o*p_o, and where |c'| >= clip dc' = 0; then dz_f = dc'*c*f*(1 - f), dz_u = dc'*k*u*(1 - u), or with coupled gates
     * dz_u = dc'*(k - c)*u*(1 - u); dz_c = dc'*u*(1 - k^2); and dc = dc'*f, with peepholes also dz_f*p_f + dz_u*p_u. The
     * gradient of the peepholes is the caller's: dp_f = Σ dz_f*c, dp_u = Σ dz_u*c, dp_o = Σ dz_o*c' over all rows ({@link
     * Elementwise#addSumOfProducts}).
     *
     * @param form peepholes and clip
     * @param gates rows x 4H, in: f, u, o, k; out: dz_f, dz_u, dz_o, dz_c; or rows x 3H, in: u, o, k; out: dz_u, dz_o, dz_c
     * @param c rows x H, the memory cell before the step
     * @param cNext rows x H, c', the memory cell after it
     * @param tanhC rows x H, tanh(c') of the forward step
     * @param daNext rows x H, the gradient of a'
     * @param dc rows x H, in: the gradient of c' from the steps after; out: the gradient of c
     */
    void lstmBackward(LstmForm form, Matrix gates, Matrix c, Matrix cNext, Matrix tanhC, Matrix daNext, Matrix dc);

    /**
     * u = σ(z_u); k = tanh(z_c); a' = u*k + (1 - u)*a: the GRU without a reset gate.
     *
     * @param z rows x 2H, in: z_u, z_c; out: u, k
     * @param a rows x H, the hidden state
     * @param aNext rows x H, a', written; may be {@code a} itself
     */
    void gruSimplified(Matrix z, Matrix a, Matrix aNext);

    /**
     * The gradient of {@link #gruSimplified}. dz_c = da'*u*(1 - k^2), dz_u = da'*(k - a)*u*(1 - u), and da = da'*(1 - u);
     * what reaches a through z is the caller's to add.
     *
     * @param gates rows x 2H, in: u, k; out: dz_u, dz_c
     * @param a rows x H, the hidden state before the step
     * @param daNext rows x H, the gradient of a'
     * @param da rows x H, written; may be {@code daNext} itself
     */
    void gruSimplifiedBackward(Matrix gates, Matrix a, Matrix daNext, Matrix da);

    /**
     * u, r = σ(z_u), σ(z_r); q += b; k = tanh(z_c + r*q); a' = u*k + (1 - u)*a: the GRU that resets after the product.
     *
     * @param z rows x 3H, in: z_u, z_r, z_c, the last without its recurrent part; out: u, r, k
     * @param q rows x H, in: W_ca·a; out: W_ca·a + b_ca
     * @param b 1 x H, b_ca
     * @param a rows x H, the hidden state
     * @param aNext rows x H, a', written; may be {@code a} itself
     */
    void gruResetAfter(Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext);

    /**
     * The gradient of {@link #gruResetAfter}. dz_c = da'*u*(1 - k^2), dq = dz_c*r, dz_r = dz_c*q*r*(1 - r), dz_u = da'*(k -
     * a)*u*(1 - u), and da = da'*(1 - u); what reaches a through z and q is the caller's to add.
     *
     * @param gates rows x 3H, in: u, r, k; out: dz_u, dz_r, dz_c
     * @param q rows x H, in: q of the forward step; out: dq
     * @param a rows x H, the hidden state before the step
     * @param daNext rows x H, the gradient of a'
     * @param da rows x H, written; may be {@code daNext} itself
     */
    void gruResetAfterBackward(Matrix gates, Matrix q, Matrix a, Matrix daNext, Matrix da);

    /**
     * u, r = σ(z_u), σ(z_r); p = r*a: the first half of the GRU that resets before the product.
     *
     * @param z rows x 3H, in: z_u, z_r and whatever z_c is; out: u, r, z_c untouched
     * @param a rows x H, the hidden state
     * @param p rows x H, r*a, written
     */
    void gruReset(Matrix z, Matrix a, Matrix p);

    /**
     * The gradient of {@link #gruReset} by r and a. dz_r = dp*a*r*(1 - r), da += dp*r; dz_u is {@link #gruUpdateBackward}'s.
     *
     * @param gates rows x 3H, in: dz_u, r, dz_c; out: dz_u, dz_r, dz_c
     * @param a rows x H, the hidden state before the step
     * @param dp rows x H, the gradient of p
     * @param da rows x H, added to
     */
    void gruResetBackward(Matrix gates, Matrix a, Matrix dp, Matrix da);

    /**
     * k = tanh(z_c); a' = u*k + (1 - u)*a: the second half of the GRU that resets before the product.
     *
     * @param z rows x 3H, in: u, r, z_c; out: u, r, k; r is not read
     * @param a rows x H, the hidden state
     * @param aNext rows x H, a', written; may be {@code a} itself
     */
    void gruUpdate(Matrix z, Matrix a, Matrix aNext);

    /**
     * The gradient of {@link #gruUpdate}. dz_c = da'*u*(1 - k^2), dz_u = da'*(k - a)*u*(1 - u), da = da'*(1 - u).
     *
     * @param gates rows x 3H, in: u, r, k; out: dz_u, r, dz_c
     * @param a rows x H, the hidden state before the step
     * @param daNext rows x H, the gradient of a'
     * @param da rows x H, written; may be {@code daNext} itself
     */
    void gruUpdateBackward(Matrix gates, Matrix a, Matrix daNext, Matrix da);
}
