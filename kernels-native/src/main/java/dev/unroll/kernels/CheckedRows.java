package dev.unroll.kernels;

import dev.unroll.kernels.Loops.RowLoops;
import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.kernels.Updates.RmsPropStep;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;

/** The public door of {@link Rows} and {@link Updates}, and what every part of the door asks of an operand. */
abstract sealed class CheckedRows permits CheckedLosses {
    private final Team team;
    private final RowLoops rowLoops;
    private volatile boolean closed;

    CheckedRows(Team team, LoopSet loops) {
        this.team = team;
        this.rowLoops = loops.rows();
    }

    /** The team, or null for one thread. */
    final Team team() {
        return team;
    }

    final int size() {
        return team == null ? 1 : team.size();
    }

    /** Whatever is called from now on is refused. */
    final void shut() {
        closed = true;
    }

    final void open(String operation) {
        if (closed) {
            throw new IllegalStateException(operation + ": the kernels are closed");
        }
    }

    final void in(String operation, String name, Matrix a) {
        open(operation);
        memory(operation, name, a.segment());
    }

    final void packing(String operation, PackedMatrix b) {
        memory(operation, "the packed matrix", b.panels());
    }

    final void memory(String operation, String name, MemorySegment segment) {
        Checks.readable(operation, name, segment);
        if (team != null && !segment.isAccessibleBy(team.helper())) {
            throw new WrongThreadException("%s: the memory of %s belongs to one thread, and these kernels have %d;"
                    .formatted(operation, name, size()) + " wanted memory of a shared or automatic arena");
        }
    }

    final void in(String operation, String name, Matrix a, int m, int n, String wanted) {
        in(operation, name, a);
        Checks.shape(operation, name, a, m, n, wanted);
    }

    final void out(String operation, String name, Matrix a) {
        in(operation, name, a);
        Checks.writable(operation, name, a);
    }

    final void out(String operation, String name, Matrix a, int m, int n, String wanted) {
        out(operation, name, a);
        Checks.shape(operation, name, a, m, n, wanted);
    }

    /** Wants something to sum over in every row. */
    static void checkColumns(String operation, String name, Matrix a) {
        if (a.cols() == 0) {
            throw new IllegalArgumentException(
                    "%s: %s is %s; wanted at least one column".formatted(operation, name, a.shape()));
        }
    }

    public final void fillRows(Matrix row, Matrix out) {
        out("fillRows", "out", out);
        in("fillRows", "row", row, 1, out.cols(), "a row of out's columns");
        Checks.apart("fillRows", "out", out, "row", row);
        rowLoops.fillRows(0, out.rows(), row, out);
    }

    public final void addRow(Matrix row, Matrix out) {
        out("addRow", "out", out);
        in("addRow", "row", row, 1, out.cols(), "a row of out's columns");
        Checks.apart("addRow", "out", out, "row", row);
        rowLoops.addRow(0, out.rows(), row, out);
    }

    public final void addSumOfRows(Matrix a, Matrix out) {
        in("addSumOfRows", "a", a);
        out("addSumOfRows", "out", out, 1, a.cols(), "a row of a's columns");
        Checks.apart("addSumOfRows", "out", out, "a", a);
        rowLoops.addSumOfRows(0, a.cols(), a, out);
    }

    public final void gatherRows(Matrix table, int[] ids, int from, Matrix out) {
        in("gatherRows", "table", table);
        out("gatherRows", "out", out, out.rows(), table.cols(), "the table's columns");
        Checks.apart("gatherRows", "out", out, "table", table);
        Checks.indices("gatherRows", ids, from, out.rows(), table.rows());
        rowLoops.gatherRows(0, out.rows(), table, ids, from, out);
    }

    public final void scatterAddRows(Matrix a, int[] ids, int from, Matrix table) {
        in("scatterAddRows", "a", a);
        out("scatterAddRows", "table", table, table.rows(), a.cols(), "a's columns");
        Checks.apart("scatterAddRows", "table", table, "a", a);
        Checks.indices("scatterAddRows", ids, from, a.rows(), table.rows());
        rowLoops.scatterAddRows(0, a.cols(), a, ids, from, table);
    }

    public final void transpose(Matrix a, Matrix out) {
        in("transpose", "a", a);
        out("transpose", "out", out, a.cols(), a.rows(), "a's columns by a's rows");
        Checks.apart("transpose", "out", out, "a", a);
        rowLoops.transpose(0, out.rows(), a, out);
    }

    public final void addTransposed(Matrix a, Matrix out) {
        in("addTransposed", "a", a);
        out("addTransposed", "out", out, a.cols(), a.rows(), "a's columns by a's rows");
        Checks.apart("addTransposed", "out", out, "a", a);
        rowLoops.addTransposed(0, out.rows(), a, out);
    }

    public final void softmax(Matrix z, Matrix p) {
        in("softmax", "z", z);
        checkColumns("softmax", "z", z);
        out("softmax", "p", p, z.rows(), z.cols(), "as z");
        Checks.sameOrApart("softmax", "p", p, "z", z);
        rowLoops.softmax(0, z.rows(), z, p);
    }

    public final void softmaxBackward(Matrix p, Matrix dp, Matrix dz) {
        in("softmaxBackward", "p", p);
        in("softmaxBackward", "dp", dp, p.rows(), p.cols(), "as p");
        out("softmaxBackward", "dz", dz, p.rows(), p.cols(), "as p");
        Checks.apart("softmaxBackward", "dz", dz, "p", p);
        Checks.sameOrApart("softmaxBackward", "dz", dz, "dp", dp);
        rowLoops.softmaxBackward(0, p.rows(), p, dp, dz);
    }

    public final double sumOfSquares(Matrix a) {
        in("sumOfSquares", "a", a);
        return rowLoops.sumOfSquares(a);
    }

    public final void scale(float factor, Matrix out) {
        out("scale", "out", out);
        rowLoops.scale(0, out.rows(), factor, out);
    }

    public final void addScaled(float factor, Matrix a, Matrix out) {
        in("addScaled", "a", a);
        out("addScaled", "out", out, a.rows(), a.cols(), "as a");
        Checks.sameOrApart("addScaled", "out", out, "a", a);
        rowLoops.addScaled(0, out.rows(), factor, a, out);
    }

    public final void clamp(float bound, Matrix out) {
        out("clamp", "out", out);
        if (!(bound > 0)) {
            throw new IllegalArgumentException(
                    "clamp: bound %s; wanted more than 0, infinity for none".formatted(bound));
        }
        rowLoops.clamp(0, out.rows(), bound, out);
    }

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
        rowLoops.adam(0, w.rows(), step, g, m, v, w);
    }

    public final void rmsProp(RmsPropStep step, Matrix g, Matrix v, Matrix w) {
        in("rmsProp", "g", g);
        out("rmsProp", "v", v, g.rows(), g.cols(), "as g");
        out("rmsProp", "w", w, g.rows(), g.cols(), "as g");
        Checks.apart("rmsProp", "v", v, "g", g);
        Checks.apart("rmsProp", "w", w, "g", g);
        Checks.apart("rmsProp", "w", w, "v", v);
        rowLoops.rmsProp(0, w.rows(), step, g, v, w);
    }
}
