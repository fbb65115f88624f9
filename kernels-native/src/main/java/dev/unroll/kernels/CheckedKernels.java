package dev.unroll.kernels;

import dev.unroll.kernels.Loops.GateLoops;
import dev.unroll.kernels.Loops.ProductLoops;
import dev.unroll.kernels.Loops.RowLoops;
import dev.unroll.kernels.Loops.StepLoops;
import dev.unroll.kernels.PackedMatrix.Orientation;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The public door: checks each call once and passes it to the backend's loops, which trust it. */
abstract sealed class CheckedKernels implements Kernels permits ScalarKernels, VectorKernels, OpenBlasKernels {
    private final Backend backend;
    private final Team team;
    private final ProductLoops products;
    private final StepLoops steps;
    private final GateLoops gates;
    private final RowLoops rows;
    private volatile boolean closed;

    CheckedKernels(Backend backend, int threads, LoopSet alone) {
        this.backend = backend;
        this.team = threads == 1 ? null : new Team(threads);
        LoopSet loops = team == null ? alone : SharedLoops.over(team, alone);
        this.products = loops.products();
        this.steps = loops.steps();
        this.gates = loops.gates();
        this.rows = loops.rows();
    }

    @Override
    public final Backend backend() {
        return backend;
    }

    @Override
    public final int threads() {
        return team == null ? 1 : team.size();
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
        closed = true;
        if (team != null) {
            team.close();
        }
        products.close();
    }

    @Override
    public final String toString() {
        return backend + " kernels, " + threads() + (threads() == 1 ? " thread" : " threads");
    }

    private void in(String operation, String name, Matrix a) {
        if (closed) {
            throw new IllegalStateException(operation + ": the kernels are closed");
        }
        memory(operation, name, a.segment());
    }

    private void packing(String operation, PackedMatrix b) {
        memory(operation, "the packed matrix", b.panels());
    }

    private void memory(String operation, String name, MemorySegment segment) {
        Checks.readable(operation, name, segment);
        if (team != null && !segment.isAccessibleBy(team.helper())) {
            throw new WrongThreadException("%s: the memory of %s belongs to one thread, and these kernels have %d;"
                    .formatted(operation, name, threads()) + " wanted memory of a shared or automatic arena");
        }
    }

    private void in(String operation, String name, Matrix a, int m, int n, String wanted) {
        in(operation, name, a);
        Checks.shape(operation, name, a, m, n, wanted);
    }

    private void out(String operation, String name, Matrix a) {
        in(operation, name, a);
        Checks.writable(operation, name, a);
    }

    private void out(String operation, String name, Matrix a, int m, int n, String wanted) {
        out(operation, name, a);
        Checks.shape(operation, name, a, m, n, wanted);
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
        b.turn();
        products.multiply(0, out.rows(), 0, b.units(), 0, b.groups(), a, b, out);
    }

    @Override
    public final void addMultiply(Matrix a, PackedMatrix b, Matrix out) {
        checkProduct("addMultiply", a, b, out);
        b.turn();
        products.addMultiply(0, out.rows(), 0, b.units(), 0, b.groups(), a, b, out);
    }

    @Override
    public final void tanhStep(Matrix a, PackedMatrix wa, Matrix z, Matrix aNext) {
        checkStep("tanhStep", a, wa, z, aNext, 1);
        steps.tanh(0, a.rows(), 0, a.cols(), null, null, a, wa, z, aNext);
    }

    @Override
    public final void tanhStep(Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa, Matrix z, Matrix aNext) {
        checkStep("tanhStep", a, wa, z, aNext, 1);
        checkStepInput("tanhStep", x, wx, wa, z);
        checkApart("tanhStep", "x", x, aNext);
        steps.tanh(0, a.rows(), 0, a.cols(), x, wx, a, wa, z, aNext);
    }

    @Override
    public final void lstmStep(Matrix a, PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix aNext) {
        checkLstmStep(a, wa, z, c, cNext, tanhC, aNext);
        steps.lstm(0, a.rows(), 0, a.cols(), null, null, a, wa, z, c, cNext, tanhC, aNext);
    }

    @Override
    public final void lstmStep(Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa, Matrix z, Matrix c, Matrix cNext,
            Matrix tanhC, Matrix aNext) {
        checkLstmStep(a, wa, z, c, cNext, tanhC, aNext);
        checkStepInput("lstmStep", x, wx, wa, z);
        checkApart("lstmStep", "x", x, aNext);
        checkApart("lstmStep", "x", x, cNext);
        checkApart("lstmStep", "x", x, tanhC);
        steps.lstm(0, a.rows(), 0, a.cols(), x, wx, a, wa, z, c, cNext, tanhC, aNext);
    }

    private void checkLstmStep(Matrix a, PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC,
            Matrix aNext) {
        checkStep("lstmStep", a, wa, z, aNext, 4);
        in("lstmStep", "c", c, a.rows(), a.cols(), "as a");
        checkLstm("lstmStep", z, c, cNext, tanhC, aNext);
        checkApart("lstmStep", "a", a, cNext);
        checkApart("lstmStep", "a", a, tanhC);
    }

    @Override
    public final void gruResetAfterStep(Matrix a, PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix aNext) {
        checkStep("gruResetAfterStep", a, wa, z, aNext, 3);
        checkGruResetAfter("gruResetAfterStep", z, q, b, a, aNext);
        steps.gruResetAfter(0, a.rows(), 0, a.cols(), null, null, a, wa, z, q, b, aNext);
    }

    @Override
    public final void gruResetAfterStep(Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa, Matrix z, Matrix q,
            Matrix b,
            Matrix aNext) {
        checkStep("gruResetAfterStep", a, wa, z, aNext, 3);
        checkGruResetAfter("gruResetAfterStep", z, q, b, a, aNext);
        checkStepInput("gruResetAfterStep", x, wx, wa, z);
        checkApart("gruResetAfterStep", "x", x, aNext);
        checkApart("gruResetAfterStep", "x", x, q);
        steps.gruResetAfter(0, a.rows(), 0, a.cols(), x, wx, a, wa, z, q, b, aNext);
    }

    /** What a step has whatever its gates; a' may not be a, which is still read when parts of a' are written. */
    private void checkStep(String operation, Matrix a, PackedMatrix wa, Matrix z, Matrix aNext, int groups) {
        in(operation, "a", a);
        checkWeights(operation, "wa", wa, a.cols(), a.cols(), groups);
        out(operation, "z", z, a.rows(), wa.cols(), "a's rows by w's columns");
        out(operation, "aNext", aNext, a.rows(), a.cols(), "as a");
        checkApart(operation, "a", a, aNext);
        checkApart(operation, "a", a, z);
        checkApart(operation, "z", z, aNext);
        checkApart(operation, "the source of wa", wa.source(), z);
        checkApart(operation, "the source of wa", wa.source(), aNext);
        wa.turn();
    }

    private void checkStepInput(String operation, Matrix x, PackedMatrix wx, PackedMatrix wa, Matrix z) {
        in(operation, "x", x, z.rows(), x.cols(), "z's rows");
        checkWeights(operation, "wx", wx, x.cols(), wa.units(), wa.groups());
        checkApart(operation, "x", x, z);
        checkApart(operation, "the source of wx", wx.source(), z);
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

    @Override
    public final void tanh(Matrix z, Matrix aNext) {
        in("tanh", "z", z);
        out("tanh", "aNext", aNext, z.rows(), z.cols(), "as z");
        Checks.sameOrApart("tanh", "aNext", aNext, "z", z);
        gates.tanh(0, z.rows(), 0, z.cols(), z, aNext);
    }

    @Override
    public final void tanhBackward(Matrix aNext, Matrix daNext, Matrix dz) {
        String operation = "tanhBackward";
        in(operation, "aNext", aNext);
        in(operation, "daNext", daNext, aNext.rows(), aNext.cols(), "as aNext");
        out(operation, "dz", dz, aNext.rows(), aNext.cols(), "as aNext");
        Checks.sameOrApart(operation, "dz", dz, "aNext", aNext);
        Checks.sameOrApart(operation, "dz", dz, "daNext", daNext);
        gates.tanhBackward(0, dz.rows(), aNext, daNext, dz);
    }

    @Override
    public final void lstm(Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
        checkLstm("lstm", z, c, cNext, tanhC, aNext);
        gates.lstm(0, c.rows(), 0, c.cols(), z, c, cNext, tanhC, aNext);
    }

    private void checkLstm(String operation, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
        int m = c.rows();
        int h = c.cols();
        in(operation, "c", c);
        checkGates(operation, "z", z, m, h, 4);
        out(operation, "cNext", cNext, m, h, "as c");
        out(operation, "tanhC", tanhC, m, h, "as c");
        out(operation, "aNext", aNext, m, h, "as c");
        Checks.sameOrApart(operation, "cNext", cNext, "c", c);
        Checks.apart(operation, "tanhC", tanhC, "c", c);
        Checks.apart(operation, "tanhC", tanhC, "cNext", cNext);
        Checks.apart(operation, "aNext", aNext, "c", c);
        Checks.apart(operation, "aNext", aNext, "cNext", cNext);
        Checks.apart(operation, "aNext", aNext, "tanhC", tanhC);
        Checks.apart(operation, "z", z, "c", c);
        Checks.apart(operation, "z", z, "cNext", cNext);
        Checks.apart(operation, "z", z, "tanhC", tanhC);
        Checks.apart(operation, "z", z, "aNext", aNext);
    }

    private void checkGates(String operation, String name, Matrix z, int m, int h, int count) {
        if (h > Integer.MAX_VALUE / count) {
            throw new IllegalArgumentException("%s: %s for a hidden state of %dx%d; wanted at most %d columns"
                    .formatted(operation, name, m, h, Integer.MAX_VALUE / count));
        }
        out(operation, name, z, m, count * h, "as many columns as the gates have");
    }

    @Override
    public final void lstmBackward(Matrix g, Matrix c, Matrix tanhC, Matrix daNext, Matrix dc) {
        String operation = "lstmBackward";
        int m = c.rows();
        int h = c.cols();
        in(operation, "c", c);
        checkGates(operation, "gates", g, m, h, 4);
        in(operation, "tanhC", tanhC, m, h, "as c");
        in(operation, "daNext", daNext, m, h, "as c");
        out(operation, "dc", dc, m, h, "as c");
        checkApartFromGates(operation, g, c, tanhC, daNext, dc);
        Checks.apart(operation, "dc", dc, "c", c);
        Checks.apart(operation, "dc", dc, "tanhC", tanhC);
        Checks.apart(operation, "dc", dc, "daNext", daNext);
        gates.lstmBackward(0, m, g, c, tanhC, daNext, dc);
    }

    private static void checkApartFromGates(String operation, Matrix g, Matrix first, Matrix second, Matrix third,
            Matrix fourth) {
        Checks.apart(operation, "gates", g, "an operand", first);
        Checks.apart(operation, "gates", g, "an operand", second);
        Checks.apart(operation, "gates", g, "an operand", third);
        Checks.apart(operation, "gates", g, "an operand", fourth);
    }

    @Override
    public final void gruResetAfter(Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext) {
        checkGruResetAfter("gruResetAfter", z, q, b, a, aNext);
        gates.gruResetAfter(0, a.rows(), 0, a.cols(), z, q, b, a, aNext);
    }

    private void checkGruResetAfter(String operation, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext) {
        int m = a.rows();
        int h = a.cols();
        in(operation, "a", a);
        checkGates(operation, "z", z, m, h, 3);
        out(operation, "q", q, m, h, "as a");
        in(operation, "b", b, 1, h, "a row of a's columns");
        out(operation, "aNext", aNext, m, h, "as a");
        checkApartFromGates(operation, z, q, b, a, aNext);
        Checks.sameOrApart(operation, "aNext", aNext, "a", a);
        Checks.apart(operation, "q", q, "a", a);
        Checks.apart(operation, "q", q, "b", b);
        Checks.apart(operation, "q", q, "aNext", aNext);
        Checks.apart(operation, "aNext", aNext, "b", b);
    }

    @Override
    public final void gruResetAfterBackward(Matrix g, Matrix q, Matrix a, Matrix daNext, Matrix da) {
        String operation = "gruResetAfterBackward";
        int m = a.rows();
        int h = a.cols();
        in(operation, "a", a);
        checkGates(operation, "gates", g, m, h, 3);
        out(operation, "q", q, m, h, "as a");
        in(operation, "daNext", daNext, m, h, "as a");
        out(operation, "da", da, m, h, "as a");
        checkApartFromGates(operation, g, q, a, daNext, da);
        Checks.sameOrApart(operation, "da", da, "daNext", daNext);
        Checks.apart(operation, "da", da, "a", a);
        Checks.apart(operation, "q", q, "a", a);
        Checks.apart(operation, "q", q, "daNext", daNext);
        Checks.apart(operation, "q", q, "da", da);
        gates.gruResetAfterBackward(0, m, g, q, a, daNext, da);
    }

    @Override
    public final void gruReset(Matrix z, Matrix a, Matrix p) {
        in("gruReset", "a", a);
        checkGates("gruReset", "z", z, a.rows(), a.cols(), 3);
        out("gruReset", "p", p, a.rows(), a.cols(), "as a");
        checkApartFromGates("gruReset", z, a, p, a, p);
        Checks.apart("gruReset", "p", p, "a", a);
        gates.gruReset(0, a.rows(), z, a, p);
    }

    @Override
    public final void gruResetBackward(Matrix g, Matrix a, Matrix dp, Matrix da) {
        String operation = "gruResetBackward";
        in(operation, "a", a);
        checkGates(operation, "gates", g, a.rows(), a.cols(), 3);
        in(operation, "dp", dp, a.rows(), a.cols(), "as a");
        out(operation, "da", da, a.rows(), a.cols(), "as a");
        checkApartFromGates(operation, g, a, dp, da, a);
        Checks.apart(operation, "da", da, "a", a);
        Checks.apart(operation, "da", da, "dp", dp);
        gates.gruResetBackward(0, a.rows(), g, a, dp, da);
    }

    @Override
    public final void gruUpdate(Matrix z, Matrix a, Matrix aNext) {
        in("gruUpdate", "a", a);
        checkGates("gruUpdate", "z", z, a.rows(), a.cols(), 3);
        out("gruUpdate", "aNext", aNext, a.rows(), a.cols(), "as a");
        checkApartFromGates("gruUpdate", z, a, aNext, a, aNext);
        Checks.sameOrApart("gruUpdate", "aNext", aNext, "a", a);
        gates.gruUpdate(0, a.rows(), z, a, aNext);
    }

    @Override
    public final void gruUpdateBackward(Matrix g, Matrix a, Matrix daNext, Matrix da) {
        String operation = "gruUpdateBackward";
        in(operation, "a", a);
        checkGates(operation, "gates", g, a.rows(), a.cols(), 3);
        in(operation, "daNext", daNext, a.rows(), a.cols(), "as a");
        out(operation, "da", da, a.rows(), a.cols(), "as a");
        checkApartFromGates(operation, g, a, daNext, da, a);
        Checks.sameOrApart(operation, "da", da, "daNext", daNext);
        Checks.apart(operation, "da", da, "a", a);
        gates.gruUpdateBackward(0, a.rows(), g, a, daNext, da);
    }

    @Override
    public final void fillRows(Matrix row, Matrix out) {
        out("fillRows", "out", out);
        in("fillRows", "row", row, 1, out.cols(), "a row of out's columns");
        Checks.apart("fillRows", "out", out, "row", row);
        rows.fillRows(0, out.rows(), row, out);
    }

    @Override
    public final void addRow(Matrix row, Matrix out) {
        out("addRow", "out", out);
        in("addRow", "row", row, 1, out.cols(), "a row of out's columns");
        Checks.apart("addRow", "out", out, "row", row);
        rows.addRow(0, out.rows(), row, out);
    }

    @Override
    public final void addSumOfRows(Matrix a, Matrix out) {
        in("addSumOfRows", "a", a);
        out("addSumOfRows", "out", out, 1, a.cols(), "a row of a's columns");
        Checks.apart("addSumOfRows", "out", out, "a", a);
        rows.addSumOfRows(0, a.cols(), a, out);
    }

    @Override
    public final void gatherRows(Matrix table, int[] ids, int from, Matrix out) {
        in("gatherRows", "table", table);
        out("gatherRows", "out", out, out.rows(), table.cols(), "the table's columns");
        Checks.apart("gatherRows", "out", out, "table", table);
        Checks.indices("gatherRows", ids, from, out.rows(), table.rows());
        rows.gatherRows(0, out.rows(), table, ids, from, out);
    }

    @Override
    public final void scatterAddRows(Matrix a, int[] ids, int from, Matrix table) {
        in("scatterAddRows", "a", a);
        out("scatterAddRows", "table", table, table.rows(), a.cols(), "a's columns");
        Checks.apart("scatterAddRows", "table", table, "a", a);
        Checks.indices("scatterAddRows", ids, from, a.rows(), table.rows());
        rows.scatterAddRows(0, a.cols(), a, ids, from, table);
    }

    @Override
    public final void transpose(Matrix a, Matrix out) {
        in("transpose", "a", a);
        out("transpose", "out", out, a.cols(), a.rows(), "a's columns by a's rows");
        Checks.apart("transpose", "out", out, "a", a);
        rows.transpose(0, out.rows(), a, out);
    }

    @Override
    public final void addTransposed(Matrix a, Matrix out) {
        in("addTransposed", "a", a);
        out("addTransposed", "out", out, a.cols(), a.rows(), "a's columns by a's rows");
        Checks.apart("addTransposed", "out", out, "a", a);
        rows.addTransposed(0, out.rows(), a, out);
    }

    @Override
    public final void softmax(Matrix z, Matrix p) {
        in("softmax", "z", z);
        checkClasses("softmax", z);
        out("softmax", "p", p, z.rows(), z.cols(), "as z");
        Checks.sameOrApart("softmax", "p", p, "z", z);
        rows.softmax(0, z.rows(), z, p);
    }

    private static void checkClasses(String operation, Matrix z) {
        if (z.cols() == 0) {
            throw new IllegalArgumentException(operation + ": z is " + z.shape() + "; wanted at least one column");
        }
    }

    @Override
    public final void softmaxCrossEntropy(Matrix z, int[] targets, int from, float scale, Matrix losses) {
        String operation = "softmaxCrossEntropy";
        out(operation, "z", z);
        checkClasses(operation, z);
        out(operation, "losses", losses, z.rows(), 1, "a column of z's rows");
        Checks.apart(operation, "losses", losses, "z", z);
        Checks.indices(operation, targets, from, z.rows(), z.cols());
        rows.softmaxCrossEntropy(0, z.rows(), z, targets, from, scale, losses);
    }

    @Override
    public final double sumOfSquares(Matrix a) {
        in("sumOfSquares", "a", a);
        return rows.sumOfSquares(a);
    }

    @Override
    public final void scale(float factor, Matrix out) {
        out("scale", "out", out);
        rows.scale(0, out.rows(), factor, out);
    }

    @Override
    public final void addScaled(float factor, Matrix a, Matrix out) {
        in("addScaled", "a", a);
        out("addScaled", "out", out, a.rows(), a.cols(), "as a");
        Checks.sameOrApart("addScaled", "out", out, "a", a);
        rows.addScaled(0, out.rows(), factor, a, out);
    }

    @Override
    public final void adam(AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w) {
        in("adam", "g", g);
        out("adam", "m", m, g.rows(), g.cols(), "as g");
        out("adam", "v", v, g.rows(), g.cols(), "as g");
        out("adam", "w", w, g.rows(), g.cols(), "as g");
        Checks.apart("adam", "m", m, "g", g);
        Checks.apart("adam", "v", v, "g", g);
        Checks.apart("adam", "w", w, "g", g);
        Checks.apart("adam", "m", m, "v", v);
        Checks.apart("adam", "w", w, "m", m);
        Checks.apart("adam", "w", w, "v", v);
        rows.adam(0, w.rows(), step, g, m, v, w);
    }
}
