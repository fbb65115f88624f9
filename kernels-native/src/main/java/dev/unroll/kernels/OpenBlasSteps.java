package dev.unroll.kernels;

import dev.unroll.kernels.PackedMatrix.Orientation;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;

/**
 * Steps whose products are by OpenBLAS. Where W_aa and W_ax lie side by side in one matrix, as those of a cell
 * do, z += W·[a, x] is one product: the rows of a and x are copied side by side, the weights are not.
 */
final class OpenBlasSteps extends PlainSteps {
    private final Scratch.Pool pool;

    OpenBlasSteps(Scratch.Pool pool, OpenBlasProducts products, Loops.GateLoops gates) {
        super(products, gates);
        this.pool = pool;
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

    @Override
    void add(int from, int to, int left, int right, int groups, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa,
            Matrix z) {
        if (x == null || from == to || !areSideBySide(wa, wx)) {
            super.add(from, to, left, right, groups, x, wx, a, wa, z);
            return;
        }
        addStacked(from, to, left, right, groups, x, a, wa, z);
        int rest = wx.groups() - groups;
        if (rest > 0) {
            OpenBlasProducts.product(from, to, left, right, groups, rest, x, x.cols(), wx, 1, z, groups * wx.units());
        }
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
            OpenBlasProducts.product(from, to, left, right, 0, groups, stacked, depth, wa, 1, z, 0);
        } finally {
            pool.giveBack(scratch);
        }
    }

    /** Without an object a row, which views of it would be. */
    private static void copyRow(Matrix a, int i, Matrix out, int col) {
        MemorySegment.copy(a.segment(), (a.offset() + i * a.rowStride()) * Float.BYTES, out.segment(),
                (out.offset() + i * out.rowStride() + col) * Float.BYTES, (long) a.cols() * Float.BYTES);
    }
}
