package dev.unroll.kernels;

import dev.unroll.kernels.Loops.GateLoops;
import dev.unroll.kernels.Loops.ProductLoops;
import dev.unroll.kernels.Loops.RowLoops;
import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * Loops that split the rows they are given over a team, where there is enough to do. One thread has none of these, and
 * so pays nothing for them.
 */
final class SharedLoops {
    /** Fewer multiply-adds than this are done before a helper has woken up. */
    private static final long MIN_PRODUCT = 100_000;
    /** Fewer elements than this are done before a helper has woken up. */
    private static final long MIN_ELEMENTS = 4_096;

    private SharedLoops() {}

    /** {@link Products}, shared. */
    record SharedProducts(Team team, ProductLoops alone) implements ProductLoops {
        @Override
        public PackedMatrix pack(Kernels owner, Arena arena, Matrix source, PackedMatrix.Orientation orientation) {
            return alone.pack(owner, arena, source, orientation);
        }

        @Override
        public void repack(PackedMatrix packed) {
            alone.repack(packed);
        }

        @Override
        public void multiply(int from, int to, Matrix a, PackedMatrix b, Matrix out) {
            if (out.layout().size() * a.cols() < MIN_PRODUCT) {
                alone.multiply(from, to, a, b, out);
            } else {
                team.run(to - from, (i, j) -> alone.multiply(from + i, from + j, a, b, out));
            }
        }

        @Override
        public void addMultiply(int from, int to, Matrix a, PackedMatrix b, Matrix out) {
            if (out.layout().size() * a.cols() < MIN_PRODUCT) {
                alone.addMultiply(from, to, a, b, out);
            } else {
                team.run(to - from, (i, j) -> alone.addMultiply(from + i, from + j, a, b, out));
            }
        }

        @Override
        public void addMultiplyTransA(int from, int to, Matrix a, Matrix b, Matrix out) {
            if (out.layout().size() * a.rows() < MIN_PRODUCT) {
                alone.addMultiplyTransA(from, to, a, b, out);
            } else {
                team.run(to - from, (i, j) -> alone.addMultiplyTransA(from + i, from + j, a, b, out));
            }
        }

        @Override
        public void close() {
            alone.close();
        }
    }

    /** {@link Gates}, shared. */
    record SharedGates(Team team, GateLoops alone) implements GateLoops {
        private void share(int from, int to, Matrix a, Team.Part work) {
            if ((long) (to - from) * a.cols() < MIN_ELEMENTS) {
                work.run(from, to);
            } else {
                team.run(to - from, (i, j) -> work.run(from + i, from + j));
            }
        }

        @Override
        public void tanh(int from, int to, Matrix z, Matrix aNext) {
            share(from, to, z, (i, j) -> alone.tanh(i, j, z, aNext));
        }

        @Override
        public void tanhBackward(int from, int to, Matrix aNext, Matrix daNext, Matrix dz) {
            share(from, to, dz, (i, j) -> alone.tanhBackward(i, j, aNext, daNext, dz));
        }

        @Override
        public void lstm(int from, int to, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
            share(from, to, z, (i, j) -> alone.lstm(i, j, z, c, cNext, tanhC, aNext));
        }

        @Override
        public void lstmBackward(int from, int to, Matrix gates, Matrix c, Matrix tanhC, Matrix daNext, Matrix dc) {
            share(from, to, gates, (i, j) -> alone.lstmBackward(i, j, gates, c, tanhC, daNext, dc));
        }

        @Override
        public void gruResetAfter(int from, int to, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext) {
            share(from, to, z, (i, j) -> alone.gruResetAfter(i, j, z, q, b, a, aNext));
        }

        @Override
        public void gruResetAfterBackward(int from, int to, Matrix gates, Matrix q, Matrix a, Matrix daNext,
                Matrix da) {
            share(from, to, gates, (i, j) -> alone.gruResetAfterBackward(i, j, gates, q, a, daNext, da));
        }

        @Override
        public void gruReset(int from, int to, Matrix z, Matrix a, Matrix p) {
            share(from, to, z, (i, j) -> alone.gruReset(i, j, z, a, p));
        }

        @Override
        public void gruResetBackward(int from, int to, Matrix gates, Matrix a, Matrix dp, Matrix da) {
            share(from, to, gates, (i, j) -> alone.gruResetBackward(i, j, gates, a, dp, da));
        }

        @Override
        public void gruUpdate(int from, int to, Matrix z, Matrix a, Matrix aNext) {
            share(from, to, z, (i, j) -> alone.gruUpdate(i, j, z, a, aNext));
        }

        @Override
        public void gruUpdateBackward(int from, int to, Matrix gates, Matrix a, Matrix daNext, Matrix da) {
            share(from, to, gates, (i, j) -> alone.gruUpdateBackward(i, j, gates, a, daNext, da));
        }
    }

    /** {@link Rows} and {@link Updates}, shared, save where the sum's order or the target's rows forbid it. */
    record SharedRows(Team team, RowLoops alone) implements RowLoops {
        private void share(int from, int to, Matrix a, Team.Part work) {
            if (a.layout().size() < MIN_ELEMENTS) {
                work.run(from, to);
            } else {
                team.run(to - from, (i, j) -> work.run(from + i, from + j));
            }
        }

        @Override
        public void fillRows(int from, int to, Matrix row, Matrix out) {
            share(from, to, out, (i, j) -> alone.fillRows(i, j, row, out));
        }

        @Override
        public void addRow(int from, int to, Matrix row, Matrix out) {
            share(from, to, out, (i, j) -> alone.addRow(i, j, row, out));
        }

        @Override
        public void addSumOfRows(Matrix a, Matrix out) {
            alone.addSumOfRows(a, out);
        }

        @Override
        public void gatherRows(int from, int to, Matrix table, int[] ids, int firstId, Matrix out) {
            share(from, to, out, (i, j) -> alone.gatherRows(i, j, table, ids, firstId, out));
        }

        @Override
        public void scatterAddRows(Matrix a, int[] ids, int firstId, Matrix table) {
            alone.scatterAddRows(a, ids, firstId, table);
        }

        @Override
        public void transpose(int from, int to, Matrix a, Matrix out) {
            share(from, to, out, (i, j) -> alone.transpose(i, j, a, out));
        }

        @Override
        public void addTransposed(int from, int to, Matrix a, Matrix out) {
            share(from, to, out, (i, j) -> alone.addTransposed(i, j, a, out));
        }

        @Override
        public void softmax(int from, int to, Matrix z, Matrix p) {
            share(from, to, z, (i, j) -> alone.softmax(i, j, z, p));
        }

        @Override
        public void softmaxCrossEntropy(int from, int to, Matrix z, int[] targets, int firstTarget, float scale,
                Matrix losses) {
            share(from, to, z, (i, j) -> alone.softmaxCrossEntropy(i, j, z, targets, firstTarget, scale, losses));
        }

        @Override
        public double sumOfSquares(Matrix a) {
            return alone.sumOfSquares(a);
        }

        @Override
        public void scale(int from, int to, float factor, Matrix out) {
            share(from, to, out, (i, j) -> alone.scale(i, j, factor, out));
        }

        @Override
        public void addScaled(int from, int to, float factor, Matrix a, Matrix out) {
            share(from, to, out, (i, j) -> alone.addScaled(i, j, factor, a, out));
        }

        @Override
        public void adam(int from, int to, AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w) {
            share(from, to, w, (i, j) -> alone.adam(i, j, step, g, m, v, w));
        }
    }
}
