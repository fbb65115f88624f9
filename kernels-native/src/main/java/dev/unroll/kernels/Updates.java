package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;

/** What optimisers do with weights and gradients, element by element. */
public sealed interface Updates permits Kernels {
    /**
     * Σ_ij a_ij^2, summed in double precision.
     *
     * @param a m x n
     * @return the sum, the square of the Frobenius norm; NaN where an element is NaN
     */
    double sumOfSquares(Matrix a);

    /**
     * out = factor*out.
     *
     * @param factor what every element is multiplied with
     * @param out m x n
     */
    void scale(float factor, Matrix out);

    /**
     * out += factor*a.
     *
     * @param factor what every element of a is multiplied with
     * @param a m x n
     * @param out m x n, added to; may be {@code a} itself
     */
    void addScaled(float factor, Matrix a, Matrix out);

    /**
     * out = max(-bound, min(bound, out)), NaN staying NaN.
     *
     * @param bound more than 0; infinite for none
     * @param out m x n
     * @throws IllegalArgumentException where the bound is NaN, 0 or less
     */
    void clamp(float bound, Matrix out);

    /**
     * One step of Adam. m = β₁*m + (1 - β₁)*g; v = β₂*v + (1 - β₂)*g^2; w -= rate*m / (sqrt(v)*rootScale + ε).
     *
     * <p>The caller folds the bias corrections in: rate = α/(1 - β₁^t), rootScale = 1/sqrt(1 - β₂^t). Source: Kingma and
     * Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1.
     *
     * @param step the numbers of this step
     * @param g m x n, the gradient
     * @param m m x n, the mean of the gradient, updated
     * @param v m x n, the mean of its square, updated
     * @param w m x n, the weights, updated
     */
    void adam(AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w);

    /**
     * One step of RMSprop. v = α*v + (1 - α)*g^2; w -= rate*g / (sqrt(v) + ε).
     *
     * <p>Source: Tieleman and Hinton, "Lecture 6.5: rmsprop", 2012, with ε where PyTorch has it, outside of the root.
     *
     * @param step the numbers of this step
     * @param g m x n, the gradient
     * @param v m x n, the mean of its square, updated
     * @param w m x n, the weights, updated
     */
    void rmsProp(RmsPropStep step, Matrix g, Matrix v, Matrix w);

    /**
     * The numbers of one step of Adam.
     *
     * @param rate α/(1 - β₁^t)
     * @param beta1 β₁
     * @param beta2 β₂
     * @param rootScale 1/sqrt(1 - β₂^t)
     * @param epsilon ε
     */
    record AdamStep(float rate, float beta1, float beta2, float rootScale, float epsilon) {}

    /**
     * The numbers of one step of RMSprop.
     *
     * @param rate what the quotient is multiplied with
     * @param alpha α
     * @param epsilon ε
     */
    record RmsPropStep(float rate, float alpha, float epsilon) {}
}
