package dev.unroll.kernels;

import static dev.unroll.kernels.SharedLoops.ELEMENTS;
import static dev.unroll.kernels.SharedLoops.size;

import dev.unroll.kernels.Loops.ElementLoops;
import dev.unroll.tensor.Matrix;

/** {@link Elementwise}, shared. A sum over rows is parted by columns, so that its order stays. */
record SharedElements(SharedCall call, ElementLoops alone) implements ElementLoops {
    @Override
    public void multiplyElementwise(int from, int to, Matrix a, Matrix b, Matrix out) {
        if (!call.enter(size(out), ELEMENTS)) {
            alone.multiplyElementwise(from, to, a, b, out);
            return;
        }
        call.operands(a, b, out);
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.elements().multiplyElementwise(i, j, c.a, c.b, c.c));
    }

    @Override
    public void addMultiplyElementwise(int from, int to, Matrix a, Matrix b, Matrix out) {
        if (!call.enter(size(out), ELEMENTS)) {
            alone.addMultiplyElementwise(from, to, a, b, out);
            return;
        }
        call.operands(a, b, out);
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.elements().addMultiplyElementwise(i, j, c.a, c.b, c.c));
    }

    @Override
    public void interpolate(int from, int to, Matrix m, Matrix a, Matrix b, Matrix out) {
        if (!call.enter(size(out), ELEMENTS)) {
            alone.interpolate(from, to, m, a, b, out);
            return;
        }
        call.operands(m, a, b, out);
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.elements().interpolate(i, j, c.a, c.b, c.c, c.d));
    }

    @Override
    public void multiplyRow(int from, int to, Matrix row, Matrix a, Matrix out) {
        if (!call.enter(size(out), ELEMENTS)) {
            alone.multiplyRow(from, to, row, a, out);
            return;
        }
        call.operands(row, a, out);
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.elements().multiplyRow(i, j, c.a, c.b, c.c));
    }

    @Override
    public void addMultiplyRow(int from, int to, Matrix row, Matrix a, Matrix out) {
        if (!call.enter(size(out), ELEMENTS)) {
            alone.addMultiplyRow(from, to, row, a, out);
            return;
        }
        call.operands(row, a, out);
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.elements().addMultiplyRow(i, j, c.a, c.b, c.c));
    }

    @Override
    public void addSumOfProducts(int left, int right, Matrix a, Matrix b, Matrix out) {
        if (!call.enter(size(a), ELEMENTS)) {
            alone.addSumOfProducts(left, right, a, b, out);
            return;
        }
        call.operands(a, b, out);
        call.byCols(0, right, (c, i, j, k, l) -> c.loops.elements().addSumOfProducts(k, l, c.a, c.b, c.c));
    }

    @Override
    public void normalizeRows(int from, int to, Matrix x, Matrix scale) {
        if (!call.enter(size(x), ELEMENTS)) {
            alone.normalizeRows(from, to, x, scale);
            return;
        }
        call.operands(x, scale);
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.elements().normalizeRows(i, j, c.a, c.b));
    }

    @Override
    public void normalizeRowsBackward(int from, int to, Matrix normalized, Matrix scale, Matrix d) {
        if (!call.enter(size(d), ELEMENTS)) {
            alone.normalizeRowsBackward(from, to, normalized, scale, d);
            return;
        }
        call.operands(normalized, scale, d);
        call.byRows(to, 0, (c, i, j, k, l) -> c.loops.elements().normalizeRowsBackward(i, j, c.a, c.b, c.c));
    }
}
