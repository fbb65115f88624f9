package dev.unroll.kernels;

import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * The unchecked twins of the contract: what a backend has to write. Everything here trusts its caller, {@link
 * CheckedKernels}, and computes a range of rows, so that a team can share an operation; the range never changes the bits
 * of an element.
 */
final class Loops {
    private Loops() {}

    /** {@link Products} over rows {@code from} to {@code to} of {@code out}. */
    interface ProductLoops {
        PackedMatrix pack(Kernels owner, Arena arena, Matrix source, PackedMatrix.Orientation orientation);

        void repack(PackedMatrix packed);

        void multiply(int from, int to, Matrix a, PackedMatrix b, Matrix out);

        void addMultiply(int from, int to, Matrix a, PackedMatrix b, Matrix out);

        void addMultiplyTransA(int from, int to, Matrix a, Matrix b, Matrix out);

        void close();
    }

    /** {@link Gates} over rows {@code from} to {@code to}. */
    interface GateLoops {
        void tanh(int from, int to, Matrix z, Matrix aNext);

        void tanhBackward(int from, int to, Matrix aNext, Matrix daNext, Matrix dz);

        void lstm(int from, int to, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext);

        void lstmBackward(int from, int to, Matrix gates, Matrix c, Matrix tanhC, Matrix daNext, Matrix dc);

        void gruResetAfter(int from, int to, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext);

        void gruResetAfterBackward(int from, int to, Matrix gates, Matrix q, Matrix a, Matrix daNext, Matrix da);

        void gruReset(int from, int to, Matrix z, Matrix a, Matrix p);

        void gruResetBackward(int from, int to, Matrix gates, Matrix a, Matrix dp, Matrix da);

        void gruUpdate(int from, int to, Matrix z, Matrix a, Matrix aNext);

        void gruUpdateBackward(int from, int to, Matrix gates, Matrix a, Matrix daNext, Matrix da);
    }

    /** {@link Rows} and {@link Updates} over rows {@code from} to {@code to}. */
    interface RowLoops {
        void fillRows(int from, int to, Matrix row, Matrix out);

        void addRow(int from, int to, Matrix row, Matrix out);

        void addSumOfRows(Matrix a, Matrix out);

        void gatherRows(int from, int to, Matrix table, int[] ids, int firstId, Matrix out);

        void scatterAddRows(Matrix a, int[] ids, int firstId, Matrix table);

        void transpose(int from, int to, Matrix a, Matrix out);

        void addTransposed(int from, int to, Matrix a, Matrix out);

        void softmax(int from, int to, Matrix z, Matrix p);

        void softmaxCrossEntropy(int from, int to, Matrix z, int[] targets, int firstTarget, float scale,
                Matrix losses);

        double sumOfSquares(Matrix a);

        void scale(int from, int to, float factor, Matrix out);

        void addScaled(int from, int to, float factor, Matrix a, Matrix out);

        void adam(int from, int to, AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w);
    }
}
