package dev.unroll.kernels;

import dev.unroll.kernels.Loops.ElementLoops;
import dev.unroll.tensor.Matrix;

/** The public door of {@link Elementwise}. */
abstract sealed class CheckedElements extends CheckedLosses permits CheckedGates {
    private final ElementLoops elementLoops;

    CheckedElements(Team team, LoopSet loops) {
        super(team, loops);
        this.elementLoops = loops.elements();
    }

    public final void multiplyElementwise(Matrix a, Matrix b, Matrix out) {
        checkFactors("multiplyElementwise", a, b, out);
        Checks.sameOrApart("multiplyElementwise", "out", out, "a", a);
        Checks.sameOrApart("multiplyElementwise", "out", out, "b", b);
        elementLoops.multiplyElementwise(0, out.rows(), a, b, out);
    }

    private void checkFactors(String operation, Matrix a, Matrix b, Matrix out) {
        in(operation, "a", a);
        in(operation, "b", b, a.rows(), a.cols(), "as a");
        out(operation, "out", out, a.rows(), a.cols(), "as a");
    }

    public final void addMultiplyElementwise(Matrix a, Matrix b, Matrix out) {
        checkFactors("addMultiplyElementwise", a, b, out);
        Checks.apart("addMultiplyElementwise", "out", out, "a", a);
        Checks.apart("addMultiplyElementwise", "out", out, "b", b);
        elementLoops.addMultiplyElementwise(0, out.rows(), a, b, out);
    }

    public final void interpolate(Matrix m, Matrix a, Matrix b, Matrix out) {
        checkFactors("interpolate", a, b, out);
        in("interpolate", "m", m, a.rows(), a.cols(), "as a");
        Checks.apart("interpolate", "out", out, "m", m);
        Checks.sameOrApart("interpolate", "out", out, "a", a);
        Checks.sameOrApart("interpolate", "out", out, "b", b);
        elementLoops.interpolate(0, out.rows(), m, a, b, out);
    }

    public final void multiplyRow(Matrix row, Matrix a, Matrix out) {
        checkRow("multiplyRow", row, a, out);
        Checks.sameOrApart("multiplyRow", "out", out, "a", a);
        elementLoops.multiplyRow(0, out.rows(), row, a, out);
    }

    private void checkRow(String operation, Matrix row, Matrix a, Matrix out) {
        in(operation, "a", a);
        in(operation, "row", row, 1, a.cols(), "a row of a's columns");
        out(operation, "out", out, a.rows(), a.cols(), "as a");
        Checks.apart(operation, "out", out, "row", row);
    }

    public final void addMultiplyRow(Matrix row, Matrix a, Matrix out) {
        checkRow("addMultiplyRow", row, a, out);
        Checks.apart("addMultiplyRow", "out", out, "a", a);
        elementLoops.addMultiplyRow(0, out.rows(), row, a, out);
    }

    public final void addSumOfProducts(Matrix a, Matrix b, Matrix out) {
        String operation = "addSumOfProducts";
        in(operation, "a", a);
        in(operation, "b", b, a.rows(), a.cols(), "as a");
        out(operation, "out", out, 1, a.cols(), "a row of a's columns");
        Checks.apart(operation, "out", out, "a", a);
        Checks.apart(operation, "out", out, "b", b);
        elementLoops.addSumOfProducts(0, a.cols(), a, b, out);
    }

    public final void normalizeRows(Matrix x, Matrix scale) {
        String operation = "normalizeRows";
        out(operation, "x", x);
        checkColumns(operation, "x", x);
        out(operation, "scale", scale, x.rows(), 1, "a column of x's rows");
        Checks.apart(operation, "scale", scale, "x", x);
        elementLoops.normalizeRows(0, x.rows(), x, scale);
    }

    public final void normalizeRowsBackward(Matrix normalized, Matrix scale, Matrix d) {
        String operation = "normalizeRowsBackward";
        in(operation, "normalized", normalized);
        checkColumns(operation, "normalized", normalized);
        in(operation, "scale", scale, normalized.rows(), 1, "a column of the normalized rows");
        out(operation, "d", d, normalized.rows(), normalized.cols(), "as normalized");
        Checks.apart(operation, "d", d, "normalized", normalized);
        Checks.apart(operation, "d", d, "scale", scale);
        elementLoops.normalizeRowsBackward(0, d.rows(), normalized, scale, d);
    }
}
