package dev.unroll.kernels;

import dev.unroll.kernels.Loops.GateLoops;
import dev.unroll.kernels.Loops.ProductLoops;
import dev.unroll.kernels.Loops.RowLoops;
import dev.unroll.kernels.Loops.StepLoops;
import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * Loops that part an operation among a team, where there is enough to do and the team is free. They are called with whole
 * operations alone. One thread has none of these, and so pays nothing for them.
 */
final class SharedLoops {
    /** Fewer multiply-adds than this are done before a helper has begun. */
    private static final long PRODUCT = 150_000;
    /** Fewer elements with an exponential each than this are done before a helper has begun. */
    private static final long GATES = 6_000;
    /** Fewer elements than this are moved or added before a helper has begun. */
    private static final long ELEMENTS = 16_000;

    private SharedLoops() {}

    /** The loops of a team. */
    static LoopSet over(Team team, LoopSet alone) {
        SharedCall call = new SharedCall(team, alone);
        return new LoopSet(new SharedProducts(call, alone.products()), new SharedSteps(call, alone.steps()),
                new SharedGates(call, alone.gates()), new SharedRows(call, alone.rows()));
    }

    private static long size(Matrix a) {
        return a.layout().size();
    }

    /** {@link Products}, shared. */
    private record SharedProducts(SharedCall call, ProductLoops alone) implements ProductLoops {
        @Override
        public PackedMatrix pack(Kernels owner, Arena arena, Matrix source, PackedMatrix.Orientation orientation,
                int groups) {
            return alone.pack(owner, arena, source, orientation, groups);
        }

        @Override
        public void repack(int left, int right, PackedMatrix packed) {
            if (!call.enter(size(packed.source()), ELEMENTS)) {
                alone.repack(left, right, packed);
                return;
            }
            call.packed(packed, null);
            call.byCols(0, right, (c, from, to, i, j) -> c.loops.products().repack(i, j, c.w));
        }

        @Override
        public void multiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
                Matrix out) {
            if (!call.enter(size(out) * a.cols(), PRODUCT)) {
                alone.multiply(from, to, left, right, group, groups, a, b, out);
                return;
            }
            call.operands(a, out).packed(b, null).group = group;
            call.groups = groups;
            call.byLonger(to, right,
                    (c, i, j, k, l) -> c.loops.products().multiply(i, j, k, l, c.group, c.groups, c.a, c.w, c.b));
        }

        @Override
        public void addMultiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
                Matrix out) {
            if (!call.enter(size(out) * a.cols(), PRODUCT)) {
                alone.addMultiply(from, to, left, right, group, groups, a, b, out);
                return;
            }
            call.operands(a, out).packed(b, null).group = group;
            call.groups = groups;
            call.byLonger(to, right,
                    (c, i, j, k, l) -> c.loops.products().addMultiply(i, j, k, l, c.group, c.groups, c.a, c.w, c.b));
        }

        @Override
        public void addMultiplyTransA(int from, int to, int left, int right, Matrix a, Matrix b, Matrix out) {
            if (!call.enter(size(out) * a.rows(), PRODUCT)) {
                alone.addMultiplyTransA(from, to, left, right, a, b, out);
                return;
            }
            call.operands(a, b, out);
            call.byLonger(to, right,
                    (c, i, j, k, l) -> c.loops.products().addMultiplyTransA(i, j, k, l, c.a, c.b, c.c));
        }

        @Override
        public void close() {
            alone.close();
        }
    }

    /** {@link Steps}, shared. */
    private record SharedSteps(SharedCall call, StepLoops alone) implements StepLoops {
        private boolean enter(Matrix x, Matrix a, Matrix z) {
            return call.enter(size(z) * (a.cols() + (x == null ? 0 : x.cols())), PRODUCT);
        }

        @Override
        public void tanh(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa,
                Matrix z, Matrix aNext) {
            if (!enter(x, a, z)) {
                alone.tanh(from, to, left, right, x, wx, a, wa, z, aNext);
                return;
            }
            call.operands(x, a, z, aNext, null).packed(wx, wa);
            call.byLonger(to, right, (c, i, j, k, l) -> c.loops.steps().tanh(i, j, k, l, c.a, c.w, c.b, c.v, c.c, c.d));
        }

        @Override
        public void lstm(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa,
                Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
            if (!enter(x, a, z)) {
                alone.lstm(from, to, left, right, x, wx, a, wa, z, c, cNext, tanhC, aNext);
                return;
            }
            call.operands(x, a, z, c, cNext, tanhC, aNext).packed(wx, wa);
            call.byLonger(to, right, (s, i, j, k, l) -> s.loops.steps().lstm(i, j, k, l, s.a, s.w, s.b, s.v, s.c, s.d,
                    s.e, s.f, s.g));
        }

        @Override
        public void gruResetAfter(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix a,
                PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix aNext) {
            if (!enter(x, a, z)) {
                alone.gruResetAfter(from, to, left, right, x, wx, a, wa, z, q, b, aNext);
                return;
            }
            call.operands(x, a, z, q, b, aNext, null).packed(wx, wa);
            call.byLonger(to, right, (c, i, j, k, l) -> c.loops.steps().gruResetAfter(i, j, k, l, c.a, c.w, c.b, c.v,
                    c.c, c.d, c.e, c.f));
        }
    }

    /** {@link Gates}, shared. */
    private record SharedGates(SharedCall call, GateLoops alone) implements GateLoops {
        @Override
        public void tanh(int from, int to, int left, int right, Matrix z, Matrix aNext) {
            if (!call.enter(size(z), GATES)) {
                alone.tanh(from, to, left, right, z, aNext);
                return;
            }
            call.operands(z, aNext);
            call.byRows(to, right, (c, i, j, k, l) -> c.loops.gates().tanh(i, j, k, l, c.a, c.b));
        }

        @Override
        public void tanhBackward(int from, int to, Matrix aNext, Matrix daNext, Matrix dz) {
            if (!call.enter(size(dz), GATES)) {
                alone.tanhBackward(from, to, aNext, daNext, dz);
                return;
            }
            call.operands(aNext, daNext, dz);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.gates().tanhBackward(i, j, c.a, c.b, c.c));
        }

        @Override
        public void lstm(int from, int to, int left, int right, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
                Matrix aNext) {
            if (!call.enter(size(z), GATES)) {
                alone.lstm(from, to, left, right, z, c, cNext, tanhC, aNext);
                return;
            }
            call.operands(z, c, cNext, tanhC, aNext);
            call.byRows(to, right, (s, i, j, k, l) -> s.loops.gates().lstm(i, j, k, l, s.a, s.b, s.c, s.d, s.e));
        }

        @Override
        public void lstmBackward(int from, int to, Matrix gates, Matrix c, Matrix tanhC, Matrix daNext, Matrix dc) {
            if (!call.enter(size(gates), GATES)) {
                alone.lstmBackward(from, to, gates, c, tanhC, daNext, dc);
                return;
            }
            call.operands(gates, c, tanhC, daNext, dc);
            call.byRows(to, 0, (s, i, j, k, l) -> s.loops.gates().lstmBackward(i, j, s.a, s.b, s.c, s.d, s.e));
        }

        @Override
        public void gruResetAfter(int from, int to, int left, int right, Matrix z, Matrix q, Matrix b, Matrix a,
                Matrix aNext) {
            if (!call.enter(size(z), GATES)) {
                alone.gruResetAfter(from, to, left, right, z, q, b, a, aNext);
                return;
            }
            call.operands(z, q, b, a, aNext);
            call.byRows(to, right,
                    (c, i, j, k, l) -> c.loops.gates().gruResetAfter(i, j, k, l, c.a, c.b, c.c, c.d, c.e));
        }

        @Override
        public void gruResetAfterBackward(int from, int to, Matrix gates, Matrix q, Matrix a, Matrix daNext,
                Matrix da) {
            if (!call.enter(size(gates), GATES)) {
                alone.gruResetAfterBackward(from, to, gates, q, a, daNext, da);
                return;
            }
            call.operands(gates, q, a, daNext, da);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.gates().gruResetAfterBackward(i, j, c.a, c.b, c.c, c.d, c.e));
        }

        @Override
        public void gruReset(int from, int to, Matrix z, Matrix a, Matrix p) {
            if (!call.enter(size(z), GATES)) {
                alone.gruReset(from, to, z, a, p);
                return;
            }
            call.operands(z, a, p);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.gates().gruReset(i, j, c.a, c.b, c.c));
        }

        @Override
        public void gruResetBackward(int from, int to, Matrix gates, Matrix a, Matrix dp, Matrix da) {
            if (!call.enter(size(gates), GATES)) {
                alone.gruResetBackward(from, to, gates, a, dp, da);
                return;
            }
            call.operands(gates, a, dp, da, null);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.gates().gruResetBackward(i, j, c.a, c.b, c.c, c.d));
        }

        @Override
        public void gruUpdate(int from, int to, Matrix z, Matrix a, Matrix aNext) {
            if (!call.enter(size(z), GATES)) {
                alone.gruUpdate(from, to, z, a, aNext);
                return;
            }
            call.operands(z, a, aNext);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.gates().gruUpdate(i, j, c.a, c.b, c.c));
        }

        @Override
        public void gruUpdateBackward(int from, int to, Matrix gates, Matrix a, Matrix daNext, Matrix da) {
            if (!call.enter(size(gates), GATES)) {
                alone.gruUpdateBackward(from, to, gates, a, daNext, da);
                return;
            }
            call.operands(gates, a, daNext, da, null);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.gates().gruUpdateBackward(i, j, c.a, c.b, c.c, c.d));
        }
    }

    /** {@link Rows} and {@link Updates}, shared. A sum over rows is parted by columns, so that its order stays. */
    private record SharedRows(SharedCall call, RowLoops alone) implements RowLoops {
        @Override
        public void fillRows(int from, int to, Matrix row, Matrix out) {
            if (!call.enter(size(out), ELEMENTS)) {
                alone.fillRows(from, to, row, out);
                return;
            }
            call.operands(row, out);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().fillRows(i, j, c.a, c.b));
        }

        @Override
        public void addRow(int from, int to, Matrix row, Matrix out) {
            if (!call.enter(size(out), ELEMENTS)) {
                alone.addRow(from, to, row, out);
                return;
            }
            call.operands(row, out);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().addRow(i, j, c.a, c.b));
        }

        @Override
        public void addSumOfRows(int left, int right, Matrix a, Matrix out) {
            if (!call.enter(size(a), ELEMENTS)) {
                alone.addSumOfRows(left, right, a, out);
                return;
            }
            call.operands(a, out);
            call.byCols(0, right, (c, i, j, k, l) -> c.loops.rows().addSumOfRows(k, l, c.a, c.b));
        }

        @Override
        public void gatherRows(int from, int to, Matrix table, int[] ids, int firstId, Matrix out) {
            if (!call.enter(size(out), ELEMENTS)) {
                alone.gatherRows(from, to, table, ids, firstId, out);
                return;
            }
            call.operands(table, out).indices(ids, firstId);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().gatherRows(i, j, c.a, c.ids, c.first, c.b));
        }

        @Override
        public void scatterAddRows(int left, int right, Matrix a, int[] ids, int firstId, Matrix table) {
            if (!call.enter(size(a), ELEMENTS)) {
                alone.scatterAddRows(left, right, a, ids, firstId, table);
                return;
            }
            call.operands(a, table).indices(ids, firstId);
            call.byCols(0, right, (c, i, j, k, l) -> c.loops.rows().scatterAddRows(k, l, c.a, c.ids, c.first, c.b));
        }

        @Override
        public void transpose(int from, int to, Matrix a, Matrix out) {
            if (!call.enter(size(out), ELEMENTS)) {
                alone.transpose(from, to, a, out);
                return;
            }
            call.operands(a, out);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().transpose(i, j, c.a, c.b));
        }

        @Override
        public void addTransposed(int from, int to, Matrix a, Matrix out) {
            if (!call.enter(size(out), ELEMENTS)) {
                alone.addTransposed(from, to, a, out);
                return;
            }
            call.operands(a, out);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().addTransposed(i, j, c.a, c.b));
        }

        @Override
        public void softmax(int from, int to, Matrix z, Matrix p) {
            if (!call.enter(size(z), GATES)) {
                alone.softmax(from, to, z, p);
                return;
            }
            call.operands(z, p);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().softmax(i, j, c.a, c.b));
        }

        @Override
        public void softmaxCrossEntropy(int from, int to, Matrix z, int[] targets, int firstTarget, float scale,
                Matrix losses) {
            if (!call.enter(size(z), GATES)) {
                alone.softmaxCrossEntropy(from, to, z, targets, firstTarget, scale, losses);
                return;
            }
            call.operands(z, losses).indices(targets, firstTarget).factor = scale;
            call.byRows(to, 0,
                    (c, i, j, k, l) -> c.loops.rows().softmaxCrossEntropy(i, j, c.a, c.ids, c.first, c.factor, c.b));
        }

        @Override
        public double sumOfSquares(Matrix a) {
            return alone.sumOfSquares(a);
        }

        @Override
        public void scale(int from, int to, float factor, Matrix out) {
            if (!call.enter(size(out), ELEMENTS)) {
                alone.scale(from, to, factor, out);
                return;
            }
            call.operands(out, out).factor = factor;
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().scale(i, j, c.factor, c.a));
        }

        @Override
        public void addScaled(int from, int to, float factor, Matrix a, Matrix out) {
            if (!call.enter(size(out), ELEMENTS)) {
                alone.addScaled(from, to, factor, a, out);
                return;
            }
            call.operands(a, out).factor = factor;
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().addScaled(i, j, c.factor, c.a, c.b));
        }

        @Override
        public void adam(int from, int to, AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w) {
            if (!call.enter(size(w), ELEMENTS)) {
                alone.adam(from, to, step, g, m, v, w);
                return;
            }
            call.operands(g, m, v, w, null).step = step;
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().adam(i, j, c.step, c.a, c.b, c.c, c.d));
        }
    }
}
