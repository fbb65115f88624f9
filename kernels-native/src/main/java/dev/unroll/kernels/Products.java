package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * Matrix products. The right-hand operand, which is the weights, is packed once per change and used many times.
 */
public sealed interface Products permits Kernels {
    /**
     * B = w, as the right-hand operand of products a·w.
     *
     * @param arena owner of what packing needs
     * @param w depth x n; what is packed is its content now, see {@link #repack}; its memory must stay open as long as the
     *     operand is used, and no product may write to it
     * @return the operand, good for this instance only
     */
    PackedMatrix pack(Arena arena, Matrix w);

    /**
     * B = wᵀ, as the right-hand operand of products a·wᵀ.
     *
     * @param arena owner of what packing needs
     * @param w n x depth; what is packed is its content now, see {@link #repack}; its memory must stay open as long as the
     *     operand is used, and no product may write to it
     * @return the operand, good for this instance only
     */
    PackedMatrix packTransposed(Arena arena, Matrix w);

    /**
     * B = wᵀ whose columns come in groups of equal width: the weights of a cell, a group a gate, for {@link Steps}.
     *
     * @param arena owner of what packing needs
     * @param w n x depth, as for {@link #packTransposed(Arena, Matrix)}
     * @param groups how many, a divisor of n
     * @return the operand, good for this instance only
     */
    PackedMatrix packTransposed(Arena arena, Matrix w, int groups);

    /**
     * Takes the content of the packed matrix's source again, after it has changed.
     *
     * @param packed an operand of this instance
     */
    void repack(PackedMatrix packed);

    /**
     * out = a·B.
     *
     * @param a m x depth
     * @param b depth x n
     * @param out m x n, overwritten; NaN that stood there does not reach the result
     */
    void multiply(Matrix a, PackedMatrix b, Matrix out);

    /**
     * out += a·B.
     *
     * @param a m x depth
     * @param b depth x n
     * @param out m x n, added to
     */
    void addMultiply(Matrix a, PackedMatrix b, Matrix out);

    /**
     * out += aᵀ·b, the gradient of weights: dW += dZᵀ·X over all rows of a window at once.
     *
     * @param a depth x m
     * @param b depth x n
     * @param out m x n, added to
     */
    void addMultiplyTransA(Matrix a, Matrix b, Matrix out);
}
