package dev.unroll.kernels;

import dev.unroll.kernels.PackedMatrix.Orientation;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;

/**
 * Steps as products by OpenBLAS and then the gates. Where W_aa and W_ax lie side by side in one matrix, as those of a cell
 * do, z += W·[a, x] is one product: the rows of a and x are copied side by side, the weights are not.
 */
final class OpenBlasSteps implements Loops.StepLoops {
    private final Scratch.Pool pool;
    private final Loops.ProductLoops products;
    private final Loops.GateLoops gates;

    OpenBlasSteps(Scratch.Pool pool, OpenBlasProducts products, Loops.GateLoops gates) {
        this.pool = pool;
        this.products = products;
        this.gates = gates;
    }

    /** Whether every row of W_ax begins where that of W_aa ends. */
    private static boolean areSideBySide(PackedMatrix wa, PackedMatrix wx) {
        Matrix a = wa.source();
        Matrix x = wx.source();
        return wa.orientation() == Orientation.TRANSPOSED && wx.orientation() == Orientation.TRANSPOSED
                && a.rows() > 1 && a.rows() == x.rows() && a.rowStride() == x.rowStride()
                && (long) a.cols() + x.cols() <= a.rowStride() && a.offset() + a.cols() == x.offset()
                && a.segment().equals(x.segment());
    }

    /** z += x·wx + a·wa over the first {@code groups} groups; x and wx may be null. */
    private void add(int from, int to, int left, int right, int groups, Matrix x, PackedMatrix wx, Matrix a,
            PackedMatrix wa, Matrix z) {
        if (x != null && from < to && areSideBySide(wa, wx)) {
            addStacked(from, to, left, right, groups, x, a, wa, z);
            return;
        }
        if (x != null) {
            products.addMultiply(from, to, left, right, 0, groups, x, wx, z);
        }
        products.addMultiply(from, to, left, right, 0, groups, a, wa, z);
    }

    private void addStacked(int from, int to, int left, int right, int groups, Matrix x, Matrix a, PackedMatrix wa,
            Matrix z) {
        int depth = a.cols() + x.cols();
        Scratch scratch = pool.take();
        try {
            Matrix stacked = scratch.matrix(to, depth);
            for (int i = from; i < to; i++) {
                copyRow(a, i, stacked, 0);
                copyRow(x, i, stacked, a.cols());
            }
            OpenBlasProducts.product(from, to, left, right, 0, groups, stacked, depth, wa, 1, z);
        } finally {
            pool.giveBack(scratch);
        }
    }

    /** Without an object a row, which views of it would be. */
    private static void copyRow(Matrix a, int i, Matrix out, int col) {
        MemorySegment.copy(a.segment(), (a.offset() + i * a.rowStride()) * Float.BYTES, out.segment(),
                (out.offset() + i * out.rowStride() + col) * Float.BYTES, (long) a.cols() * Float.BYTES);
    }

    @Override
    public void tanh(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa,
            Matrix z, Matrix aNext) {
        add(from, to, left, right, 1, x, wx, a, wa, z);
        gates.tanh(from, to, left, right, z, aNext);
    }

    @Override
    public void lstm(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa,
            Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
        add(from, to, left, right, 4, x, wx, a, wa, z);
        gates.lstm(from, to, left, right, z, c, cNext, tanhC, aNext);
    }

    @Override
    public void gruResetAfter(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix a,
            PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix aNext) {
        add(from, to, left, right, 2, x, wx, a, wa, z);
        if (x != null) {
            products.addMultiply(from, to, left, right, 2, 1, x, wx, z.cols(2 * a.cols(), a.cols()));
        }
        products.multiply(from, to, left, right, 2, 1, a, wa, q);
        gates.gruResetAfter(from, to, left, right, z, q, b, a, aNext);
    }
}
