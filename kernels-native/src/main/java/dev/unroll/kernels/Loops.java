package dev.unroll.kernels;

import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.kernels.Updates.RmsPropStep;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * The unchecked twins of the contract: what a backend has to write. Everything here trusts its caller, {@link
 * CheckedKernels}, and computes a part of an operation, so that a team can share it; how it is parted never changes the
 * bits of an element.
 *
 * <p>A part is a range of rows, or of columns, or both. Columns are counted in units where they come in groups, as the
 * gates of a cell do: units {@code left} to {@code right} stand for these columns of every group. Ranges of units begin at
 * multiples of {@link #UNITS} and end at one or with the group.
 */
final class Loops {
    /** What a range of units is a multiple of: lanes of the widest vector. */
    static final int UNITS = 16;

    private Loops() {}

    /** {@link Products}. */
    interface ProductLoops {
        PackedMatrix pack(Kernels owner, Arena arena, Matrix source, PackedMatrix.Orientation orientation, int groups);

        /** Units {@code left} to {@code right} of B. */
        void repack(int left, int right, PackedMatrix packed);

        /**
         * Rows {@code from} to {@code to} and units {@code left} to {@code right} of out, whose columns are those of groups
         * {@code group} to {@code group + groups} of B.
         */
        void multiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
                Matrix out);

        /** As {@link #multiply}. */
        void addMultiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
                Matrix out);

        /** Rows {@code from} to {@code to} and columns {@code left} to {@code right} of out. */
        void addMultiplyTransA(int from, int to, int left, int right, Matrix a, Matrix b, Matrix out);

        void close();
    }

    /**
     * {@link Steps} over rows {@code from} to {@code to} and hidden units {@code left} to {@code right}; x and wx are null
     * where the input part is in z already.
     */
    interface StepLoops {
        void rnn(int from, int to, int left, int right, Activation g, Matrix x, PackedMatrix wx, Matrix a,
                PackedMatrix wa, Matrix z, Matrix aNext);

        void lstm(int from, int to, int left, int right, LstmForm form, Matrix x, PackedMatrix wx, Matrix a,
                PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext);

        void gruSimplified(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix p, PackedMatrix wa,
                Matrix z, Matrix a, Matrix aNext);

        void gruResetAfter(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix p, PackedMatrix wa,
                Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext);
    }

    /** {@link Gates} over rows {@code from} to {@code to}, and those of a fused step over a range of units too. */
    interface GateLoops {
        void activate(int from, int to, int left, int right, Activation g, Matrix z, Matrix aNext);

        void activateBackward(int from, int to, Activation g, Matrix aNext, Matrix daNext, Matrix dz);

        void lstm(int from, int to, int left, int right, LstmForm form, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
                Matrix aNext);

        void lstmBackward(int from, int to, LstmForm form, Matrix gates, Matrix c, Matrix cNext, Matrix tanhC,
                Matrix daNext, Matrix dc);

        void gruSimplified(int from, int to, int left, int right, Matrix z, Matrix a, Matrix aNext);

        void gruResetAfter(int from, int to, int left, int right, Matrix z, Matrix q, Matrix b, Matrix a,
                Matrix aNext);

        void gruResetAfterBackward(int from, int to, Matrix gates, Matrix q, Matrix a, Matrix daNext, Matrix da);

        void gruReset(int from, int to, Matrix z, Matrix a, Matrix p);

        void gruResetBackward(int from, int to, Matrix gates, Matrix a, Matrix dp, Matrix da);

        void gruUpdate(int from, int to, Matrix z, Matrix a, Matrix aNext);

        /** Also that of {@link #gruSimplified}: the candidate is the last H columns of the gates, 2H or 3H wide. */
        void gruUpdateBackward(int from, int to, Matrix gates, Matrix a, Matrix daNext, Matrix da);
    }

    /** {@link Elementwise}, over rows {@code from} to {@code to} where nothing else is said. */
    interface ElementLoops {
        void multiplyElementwise(int from, int to, Matrix a, Matrix b, Matrix out);

        void addMultiplyElementwise(int from, int to, Matrix a, Matrix b, Matrix out);

        void interpolate(int from, int to, Matrix m, Matrix a, Matrix b, Matrix out);

        void multiplyRow(int from, int to, Matrix row, Matrix a, Matrix out);

        void addMultiplyRow(int from, int to, Matrix row, Matrix a, Matrix out);

        /** Columns {@code left} to {@code right}. */
        void addSumOfProducts(int left, int right, Matrix a, Matrix b, Matrix out);

        void normalizeRows(int from, int to, Matrix x, Matrix scale);

        void normalizeRowsBackward(int from, int to, Matrix normalized, Matrix scale, Matrix d);
    }

    /** {@link Losses} of rows {@code from} to {@code to}. */
    interface LossLoops {
        void softmaxCrossEntropy(int from, int to, Matrix z, int[] targets, int firstTarget, Matrix weights,
                float smoothing, Matrix losses);

        void sigmoidCrossEntropy(int from, int to, Matrix z, Matrix targets, Matrix weights, Matrix losses);

        void squaredError(int from, int to, Matrix y, Matrix targets, Matrix weights, Matrix losses);
    }

    /** {@link Rows} and {@link Updates}, over rows {@code from} to {@code to} where nothing else is said. */
    interface RowLoops {
        void fillRows(int from, int to, Matrix row, Matrix out);

        void addRow(int from, int to, Matrix row, Matrix out);

        /** Columns {@code left} to {@code right}. */
        void addSumOfRows(int left, int right, Matrix a, Matrix out);

        void gatherRows(int from, int to, Matrix table, int[] ids, int firstId, Matrix out);

        /** Columns {@code left} to {@code right}. */
        void scatterAddRows(int left, int right, Matrix a, int[] ids, int firstId, Matrix table);

        void transpose(int from, int to, Matrix a, Matrix out);

        void addTransposed(int from, int to, Matrix a, Matrix out);

        void softmax(int from, int to, Matrix z, Matrix p);

        void softmaxBackward(int from, int to, Matrix p, Matrix dp, Matrix dz);

        double sumOfSquares(Matrix a);

        void scale(int from, int to, float factor, Matrix out);

        void addScaled(int from, int to, float factor, Matrix a, Matrix out);

        void clamp(int from, int to, float bound, Matrix out);

        void adam(int from, int to, AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w);

        void rmsProp(int from, int to, RmsPropStep step, Matrix g, Matrix v, Matrix w);
    }
}
