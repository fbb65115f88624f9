package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;

/**
 * The loss of each row of outputs, L, and its gradient. A weight for each row, 1/m for a mean, multiplies the gradient and not
 * the loss.
 */
public sealed interface Losses permits Kernels {
    /**
     * L_i = -Σ_j q_ij*log softmax(z_i)_j with q_i = (1 - ε)*onehot(target(i)) + ε/n, and dL_i/dz_i = softmax(z_i) - q_i.
     *
     * <p>Source of ε, which smoothes the labels: Szegedy et al., "Rethinking the Inception architecture for computer vision",
     * 2016.
     *
     * @param z m x n, in: the logits; out: weights_i*dL_i/dz_i; n at least 1
     * @param targets the right class of each row
     * @param from where the first target stands in {@code targets}; as many are read as {@code z} has rows
     * @param weights m x 1, what the gradient of each row is multiplied with
     * @param smoothing ε, in [0, 1); 0 for none
     * @param losses m x 1, L_i in nats, written
     * @throws IllegalArgumentException for another ε; nothing is written then
     * @throws IndexOutOfBoundsException for a target that is no column of z; nothing is written then
     */
    void softmaxCrossEntropy(Matrix z, int[] targets, int from, Matrix weights, float smoothing, Matrix losses);

    /**
     * L_i = Σ_j max(z_ij, 0) - z_ij*t_ij + log(1 + exp(-|z_ij|)), which is -Σ_j t_ij*log σ(z_ij) + (1 - t_ij)*log(1 -
     * σ(z_ij)) where no logit overflows, and dL_i/dz_ij = σ(z_ij) - t_ij.
     *
     * @param z m x n, in: the logits; out: weights_i*dL_i/dz_ij
     * @param targets m x n, t, the right probability of each output
     * @param weights m x 1, what the gradient of each row is multiplied with
     * @param losses m x 1, L_i in nats, written; NaN where a logit of the row is
     */
    void sigmoidCrossEntropy(Matrix z, Matrix targets, Matrix weights, Matrix losses);

    /**
     * L_i = Σ_j (y_ij - t_ij)^2, summed in double precision, and dL_i/dy_ij = 2*(y_ij - t_ij).
     *
     * @param y m x n, in: the outputs; out: weights_i*dL_i/dy_ij
     * @param targets m x n, t, the right outputs
     * @param weights m x 1, what the gradient of each row is multiplied with
     * @param losses m x 1, L_i, written
     */
    void squaredError(Matrix y, Matrix targets, Matrix weights, Matrix losses);
}
