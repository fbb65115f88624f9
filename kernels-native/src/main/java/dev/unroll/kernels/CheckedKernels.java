package dev.unroll.kernels;

import dev.unroll.kernels.Loops.ProductLoops;
import dev.unroll.kernels.Loops.StepLoops;
import dev.unroll.kernels.PackedMatrix.Orientation;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * The public door, here that of products and steps: checks each call once and passes it to the backend's loops, which trust
 * it.
 */
abstract sealed class CheckedKernels extends CheckedGates implements Kernels
        permits ScalarKernels, VectorKernels, OpenBlasKernels {
    private final Backend backend;
    private final ProductLoops products;
    private final StepLoops steps;

    CheckedKernels(Backend backend, int threads, LoopSet alone) {
        this(backend, threads == 1 ? null : new Team(threads), alone);
    }

    private CheckedKernels(Backend backend, Team team, LoopSet alone) {
        this(team, team == null ? alone : SharedLoops.over(team, alone), backend);
    }

    private CheckedKernels(Team team, LoopSet loops, Backend backend) {
        super(team, loops);
        this.backend = backend;
        this.products = loops.products();
        this.steps = loops.steps();
    }

    @Override
    public final Backend backend() {
        return backend;
    }

    @Override
    public final int threads() {
        return size();
    }

    @Override
    public final void share(int count, Part work) {
        open("share");
        if (count < 0) {
            throw new IllegalArgumentException("share: %d items; wanted 0 or more".formatted(count));
        }
        if (team() != null) {
            team().run(count, team().most(), work);
        } else if (count > 0) {
            work.run(0, count);
        }
    }

    @Override
    public final void warmUp(int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException(
                    "warmUp: %d rows, %d columns; wanted both 1 or more".formatted(height, width));
        }
        WarmUp.run(this, height, width);
    }

    @Override
    public final void close() {
        shut();
        if (team() != null) {
            team().close();
        }
        products.close();
    }

    @Override
    public final String toString() {
        return backend + " kernels, " + threads() + (threads() == 1 ? " thread" : " threads");
    }

    @Override
    public final PackedMatrix pack(Arena arena, Matrix w) {
        in("pack", "w", w);
        return pack(arena, w, Orientation.PLAIN, 1);
    }

    @Override
    public final PackedMatrix packTransposed(Arena arena, Matrix w) {
        return packTransposed(arena, w, 1);
    }

    @Override
    public final PackedMatrix packTransposed(Arena arena, Matrix w, int groups) {
        in("packTransposed", "w", w);
        if (groups < 1 || w.rows() % groups != 0) {
            throw new IllegalArgumentException(
                    "packTransposed: w is %s in %d groups; wanted 1 or more, a divisor of its rows".formatted(w.shape(),
                            groups));
        }
        return pack(arena, w, Orientation.TRANSPOSED, groups);
    }

    private PackedMatrix pack(Arena arena, Matrix w, Orientation orientation, int groups) {
        PackedMatrix packed = products.pack(this, arena, w, orientation, groups);
        products.repack(0, packed.units(), packed);
        return packed;
    }

    @Override
    public final void repack(PackedMatrix packed) {
        Checks.owned("repack", packed, this);
        in("repack", "source", packed.source());
        packing("repack", packed);
        products.repack(0, packed.units(), packed);
    }

    @Override
    public final void multiply(Matrix a, PackedMatrix b, Matrix out) {
        checkProduct("multiply", a, b, out);
        products.multiply(0, out.rows(), 0, b.units(), 0, b.groups(), a, b, out);
    }

    @Override
    public final void addMultiply(Matrix a, PackedMatrix b, Matrix out) {
        checkProduct("addMultiply", a, b, out);
        products.addMultiply(0, out.rows(), 0, b.units(), 0, b.groups(), a, b, out);
    }

    @Override
    public final void rnnStep(Activation g, Matrix a, PackedMatrix wa, Matrix z, Matrix aNext) {
        checkStep("rnnStep", a, wa, z, aNext, a.cols(), 1);
        steps.rnn(0, a.rows(), 0, a.cols(), g, null, null, a, wa, z, aNext);
    }

    @Override
    public final void rnnStep(Activation g, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa, Matrix z,
            Matrix aNext) {
        checkStep("rnnStep", a, wa, z, aNext, a.cols(), 1);
        checkStepInput("rnnStep", x, wx, wa, z, aNext);
        steps.rnn(0, a.rows(), 0, a.cols(), g, x, wx, a, wa, z, aNext);
    }

    @Override
    public final void lstmStep(LstmForm form, Matrix a, PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix aNext) {
        checkLstmStep(form, a, wa, z, c, cNext, tanhC, aNext);
        steps.lstm(0, c.rows(), 0, c.cols(), form, null, null, a, wa, z, c, cNext, tanhC, aNext);
    }

    @Override
    public final void lstmStep(LstmForm form, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa, Matrix z, Matrix c,
            Matrix cNext, Matrix tanhC, Matrix aNext) {
        checkLstmStep(form, a, wa, z, c, cNext, tanhC, aNext);
        checkStepInput("lstmStep", x, wx, wa, z, aNext);
        checkApart("lstmStep", "x", x, cNext);
        checkApart("lstmStep", "x", x, tanhC);
        checkApart("lstmStep", "the source of wx", wx.source(), cNext);
        checkApart("lstmStep", "the source of wx", wx.source(), tanhC);
        steps.lstm(0, c.rows(), 0, c.cols(), form, x, wx, a, wa, z, c, cNext, tanhC, aNext);
    }

    private void checkLstmStep(LstmForm form, Matrix a, PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix aNext) {
        checkStep("lstmStep", a, wa, z, aNext, c.cols(), wa.groups() == 3 ? 3 : 4);
        in("lstmStep", "c", c, a.rows(), c.cols(), "a's rows");
        checkLstm("lstmStep", form, z, c, cNext, tanhC, aNext);
        checkApart("lstmStep", "a", a, cNext);
        checkApart("lstmStep", "a", a, tanhC);
        checkApart("lstmStep", "the source of wa", wa.source(), cNext);
        checkApart("lstmStep", "the source of wa", wa.source(), tanhC);
    }

    @Override
    public final void gruSimplifiedStep(Matrix p, PackedMatrix wa, Matrix z, Matrix a, Matrix aNext) {
        checkGruStep("gruSimplifiedStep", p, wa, z, a, aNext, 2);
        steps.gruSimplified(0, a.rows(), 0, a.cols(), null, null, p, wa, z, a, aNext);
    }

    @Override
    public final void gruSimplifiedStep(Matrix x, PackedMatrix wx, Matrix p, PackedMatrix wa, Matrix z, Matrix a,
            Matrix aNext) {
        checkGruStep("gruSimplifiedStep", p, wa, z, a, aNext, 2);
        checkStepInput("gruSimplifiedStep", x, wx, wa, z, aNext);
        steps.gruSimplified(0, a.rows(), 0, a.cols(), x, wx, p, wa, z, a, aNext);
    }

    @Override
    public final void gruResetAfterStep(Matrix p, PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix a,
            Matrix aNext) {
        checkGruStep("gruResetAfterStep", p, wa, z, a, aNext, 3);
        checkGruResetAfter("gruResetAfterStep", z, q, b, a, aNext);
        checkApart("gruResetAfterStep", "p", p, q);
        checkApart("gruResetAfterStep", "the source of wa", wa.source(), q);
        steps.gruResetAfter(0, a.rows(), 0, a.cols(), null, null, p, wa, z, q, b, a, aNext);
    }

    @Override
    public final void gruResetAfterStep(Matrix x, PackedMatrix wx, Matrix p, PackedMatrix wa, Matrix z, Matrix q,
            Matrix b, Matrix a, Matrix aNext) {
        checkGruStep("gruResetAfterStep", p, wa, z, a, aNext, 3);
        checkGruResetAfter("gruResetAfterStep", z, q, b, a, aNext);
        checkStepInput("gruResetAfterStep", x, wx, wa, z, aNext);
        checkApart("gruResetAfterStep", "x", x, q);
        checkApart("gruResetAfterStep", "the source of wx", wx.source(), q);
        checkApart("gruResetAfterStep", "p", p, q);
        checkApart("gruResetAfterStep", "the source of wa", wa.source(), q);
        steps.gruResetAfter(0, a.rows(), 0, a.cols(), x, wx, p, wa, z, q, b, a, aNext);
    }

    /** What a step has whose a' leaks from a, while its products read p. */
    private void checkGruStep(String operation, Matrix p, PackedMatrix wa, Matrix z, Matrix a, Matrix aNext,
            int groups) {
        in(operation, "a", a);
        in(operation, "p", p, a.rows(), a.cols(), "as a");
        checkStep(operation, a, wa, z, aNext, a.cols(), groups);
        checkApart(operation, "p", p, z);
        checkApart(operation, "p", p, aNext);
    }

    /** What a step has whatever its gates; a' may not be a, which is still read when parts of a' are written. */
    private void checkStep(String operation, Matrix a, PackedMatrix wa, Matrix z, Matrix aNext, int units,
            int groups) {
        in(operation, "a", a);
        checkWeights(operation, "wa", wa, a.cols(), units, groups);
        out(operation, "z", z, a.rows(), wa.cols(), "a's rows by w's columns");
        out(operation, "aNext", aNext, a.rows(), units, "a's rows by the units of w");
        checkApart(operation, "a", a, aNext);
        checkApart(operation, "a", a, z);
        checkApart(operation, "z", z, aNext);
        checkApart(operation, "the source of wa", wa.source(), z);
        checkApart(operation, "the source of wa", wa.source(), aNext);
    }

    private void checkStepInput(String operation, Matrix x, PackedMatrix wx, PackedMatrix wa, Matrix z,
            Matrix aNext) {
        in(operation, "x", x, z.rows(), x.cols(), "z's rows");
        checkWeights(operation, "wx", wx, x.cols(), wa.units(), wa.groups());
        checkApart(operation, "x", x, z);
        checkApart(operation, "x", x, aNext);
        checkApart(operation, "the source of wx", wx.source(), z);
        checkApart(operation, "the source of wx", wx.source(), aNext);
    }

    private void checkWeights(String operation, String name, PackedMatrix w, int rows, int units, int groups) {
        Checks.owned(operation, w, this);
        in(operation, "the source of w", w.source());
        packing(operation, w);
        if (w.rows() != rows || w.groups() != groups || w.units() != units) {
            throw new IllegalArgumentException("%s: %s is %s in %d groups; wanted %dx%d in %d groups"
                    .formatted(operation, name, w.shape(), w.groups(), rows, (long) groups * units, groups));
        }
    }

    /** What is written may not overlap what is read. */
    private static void checkApart(String operation, String name, Matrix read, Matrix written) {
        Checks.apart(operation, name, read, "what is written", written);
    }

    private void checkProduct(String operation, Matrix a, PackedMatrix b, Matrix out) {
        Checks.owned(operation, b, this);
        in(operation, "a", a);
        in(operation, "the source of b", b.source());
        packing(operation, b);
        if (a.cols() != b.rows()) {
            throw new IllegalArgumentException("%s: a is %s, b is %s; a's columns and b's rows must agree"
                    .formatted(operation, a.shape(), b.shape()));
        }
        out(operation, "out", out, a.rows(), b.cols(), "a's rows by b's columns");
        Checks.apart(operation, "out", out, "a", a);
        Checks.apart(operation, "out", out, "the source of b", b.source());
    }

    @Override
    public final void addMultiplyTransA(Matrix a, Matrix b, Matrix out) {
        String operation = "addMultiplyTransA";
        in(operation, "a", a);
        in(operation, "b", b);
        if (a.rows() != b.rows()) {
            throw new IllegalArgumentException(
                    "%s: a is %s, b is %s; rows must agree".formatted(operation, a.shape(), b.shape()));
        }
        out(operation, "out", out, a.cols(), b.cols(), "a's columns by b's columns");
        Checks.apart(operation, "out", out, "a", a);
        Checks.apart(operation, "out", out, "b", b);
        products.addMultiplyTransA(0, out.rows(), 0, out.cols(), a, b, out);
    }
}
