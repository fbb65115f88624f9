package dev.unroll.kernels;

import dev.unroll.kernels.Loops.GateLoops;
import dev.unroll.kernels.Loops.ProductLoops;
import dev.unroll.kernels.Loops.StepLoops;
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
    static final long GATES = 6_000;
    /** Fewer elements than this are moved or added before a helper has begun. */
    static final long ELEMENTS = 16_000;

    private SharedLoops() {}

    /** The loops of a team. */
    static LoopSet over(Team team, LoopSet alone) {
        SharedCall call = new SharedCall(team, alone);
        return new LoopSet(new SharedProducts(call, alone.products()), new SharedSteps(call, alone.steps()),
                new SharedGates(call, alone.gates()), new SharedElements(call, alone.elements()),
                new SharedRows(call, alone.rows()), new SharedLosses(call, alone.losses()));
    }

    static long size(Matrix a) {
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
        public void rnn(int from, int to, int left, int right, Activation g, Matrix x, PackedMatrix wx, Matrix a,
                PackedMatrix wa, Matrix z, Matrix aNext) {
            if (!enter(x, a, z)) {
                alone.rnn(from, to, left, right, g, x, wx, a, wa, z, aNext);
                return;
            }
            call.operands(x, a, z, aNext).packed(wx, wa).activation = g;
            call.byLonger(to, right, (c, i, j, k, l) -> c.loops.steps().rnn(i, j, k, l, c.activation, c.a, c.w, c.b,
                    c.v, c.c, c.d));
        }

        @Override
        public void lstm(int from, int to, int left, int right, LstmForm form, Matrix x, PackedMatrix wx, Matrix a,
                PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
            if (!enter(x, a, z)) {
                alone.lstm(from, to, left, right, form, x, wx, a, wa, z, c, cNext, tanhC, aNext);
                return;
            }
            call.operands(x, a, z, c, cNext, tanhC, aNext).packed(wx, wa).form = form;
            call.byLonger(to, right, (s, i, j, k, l) -> s.loops.steps().lstm(i, j, k, l, s.form, s.a, s.w, s.b, s.v,
                    s.c, s.d, s.e, s.f, s.g));
        }

        @Override
        public void gruSimplified(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix p,
                PackedMatrix wa, Matrix z, Matrix a, Matrix aNext) {
            if (!enter(x, p, z)) {
                alone.gruSimplified(from, to, left, right, x, wx, p, wa, z, a, aNext);
                return;
            }
            call.operands(x, p, z, a, aNext).packed(wx, wa);
            call.byLonger(to, right,
                    (c, i, j, k, l) -> c.loops.steps().gruSimplified(i, j, k, l, c.a, c.w, c.b, c.v, c.c, c.d, c.e));
        }

        @Override
        public void gruResetAfter(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix p,
                PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext) {
            if (!enter(x, p, z)) {
                alone.gruResetAfter(from, to, left, right, x, wx, p, wa, z, q, b, a, aNext);
                return;
            }
            call.operands(x, p, z, q, b, a, aNext).packed(wx, wa);
            call.byLonger(to, right, (c, i, j, k, l) -> c.loops.steps().gruResetAfter(i, j, k, l, c.a, c.w, c.b, c.v,
                    c.c, c.d, c.e, c.f, c.g));
        }
    }

    /** {@link Gates}, shared. */
    private record SharedGates(SharedCall call, GateLoops alone) implements GateLoops {
        @Override
        public void activate(int from, int to, int left, int right, Activation g, Matrix z, Matrix aNext) {
            if (!call.enter(size(z), GATES)) {
                alone.activate(from, to, left, right, g, z, aNext);
                return;
            }
            call.operands(z, aNext).activation = g;
            call.byRows(to, right, (c, i, j, k, l) -> c.loops.gates().activate(i, j, k, l, c.activation, c.a, c.b));
        }

        @Override
        public void activateBackward(int from, int to, Activation g, Matrix aNext, Matrix daNext, Matrix dz) {
            if (!call.enter(size(dz), GATES)) {
                alone.activateBackward(from, to, g, aNext, daNext, dz);
                return;
            }
            call.operands(aNext, daNext, dz).activation = g;
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.gates().activateBackward(i, j, c.activation, c.a, c.b, c.c));
        }

        @Override
        public void lstm(int from, int to, int left, int right, LstmForm form, Matrix z, Matrix c, Matrix cNext,
                Matrix tanhC, Matrix aNext) {
            if (!call.enter(size(z), GATES)) {
                alone.lstm(from, to, left, right, form, z, c, cNext, tanhC, aNext);
                return;
            }
            call.operands(z, c, cNext, tanhC, aNext).form = form;
            call.byRows(to, right,
                    (s, i, j, k, l) -> s.loops.gates().lstm(i, j, k, l, s.form, s.a, s.b, s.c, s.d, s.e));
        }

        @Override
        public void lstmBackward(int from, int to, LstmForm form, Matrix gates, Matrix c, Matrix cNext, Matrix tanhC,
                Matrix daNext, Matrix dc) {
            if (!call.enter(size(gates), GATES)) {
                alone.lstmBackward(from, to, form, gates, c, cNext, tanhC, daNext, dc);
                return;
            }
            call.operands(gates, c, cNext, tanhC, daNext, dc).form = form;
            call.byRows(to, 0,
                    (s, i, j, k, l) -> s.loops.gates().lstmBackward(i, j, s.form, s.a, s.b, s.c, s.d, s.e, s.f));
        }

        @Override
        public void gruSimplified(int from, int to, int left, int right, Matrix z, Matrix a, Matrix aNext) {
            if (!call.enter(size(z), GATES)) {
                alone.gruSimplified(from, to, left, right, z, a, aNext);
                return;
            }
            call.operands(z, a, aNext);
            call.byRows(to, right, (c, i, j, k, l) -> c.loops.gates().gruSimplified(i, j, k, l, c.a, c.b, c.c));
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
            call.operands(gates, a, dp, da);
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
            call.operands(gates, a, daNext, da);
            call.byRows(to, 0, (c, i, j, k, l) -> c.loops.gates().gruUpdateBackward(i, j, c.a, c.b, c.c, c.d));
        }
    }
}
