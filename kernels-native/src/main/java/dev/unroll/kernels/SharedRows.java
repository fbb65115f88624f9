package dev.unroll.kernels;

import static dev.unroll.kernels.SharedLoops.ELEMENTS;
import static dev.unroll.kernels.SharedLoops.GATES;
import static dev.unroll.kernels.SharedLoops.size;

import dev.unroll.kernels.Loops.RowLoops;
import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.kernels.Updates.RmsPropStep;
import dev.unroll.tensor.Matrix;

/** {@link Rows} and {@link Updates}, shared. A sum over rows is parted by columns, so that its order stays. */
record SharedRows(SharedCall call, RowLoops alone) implements RowLoops {
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
    public void softmaxBackward(int from, int to, Matrix p, Matrix dp, Matrix dz) {
        if (!call.enter(size(p), ELEMENTS)) {
            alone.softmaxBackward(from, to, p, dp, dz);
            return;
        }
        call.operands(p, dp, dz);
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().softmaxBackward(i, j, c.a, c.b, c.c));
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
    public void clamp(int from, int to, float bound, Matrix out) {
        if (!call.enter(size(out), ELEMENTS)) {
            alone.clamp(from, to, bound, out);
            return;
        }
        call.operands(out, out).factor = bound;
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().clamp(i, j, c.factor, c.a));
    }

    @Override
    public void adam(int from, int to, AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w) {
        if (!call.enter(size(w), ELEMENTS)) {
            alone.adam(from, to, step, g, m, v, w);
            return;
        }
        call.operands(g, m, v, w).step = step;
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().adam(i, j, c.step, c.a, c.b, c.c, c.d));
    }

    @Override
    public void rmsProp(int from, int to, RmsPropStep step, Matrix g, Matrix v, Matrix w) {
        if (!call.enter(size(w), ELEMENTS)) {
            alone.rmsProp(from, to, step, g, v, w);
            return;
        }
        call.operands(g, v, w).rmsProp = step;
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.rows().rmsProp(i, j, c.rmsProp, c.a, c.b, c.c));
    }
}
