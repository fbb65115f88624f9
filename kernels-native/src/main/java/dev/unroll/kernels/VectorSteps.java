package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Parts.begin;
import static dev.unroll.kernels.Parts.parts;

import dev.unroll.tensor.Matrix;

/**
 * Steps in vectors: for a block of hidden units the products of all their gates, and at once, while these lie in L1, the
 * gates themselves; then the next block. So the weights of a block, those of x and those of a, are read together, and what
 * the last step read last is still near when the next one turns round ({@link PackedMatrix#turn}).
 *
 * <p>The loop over blocks is written out for each cell. Said once, with the gates to be run as a parameter, it takes twenty
 * operands along through two calls that C2 does not inline: some 2 % of a small step.
 */
final class VectorSteps implements Loops.StepLoops {
    /** Floats of z and of what else the gates want, or of a gate's weights, at a time: half an L2. */
    private static final int BLOCK = 1 << 18;

    private final Scratch.Pool pool;
    private final Loops.GateLoops gates;

    VectorSteps(Scratch.Pool pool, Loops.GateLoops gates) {
        this.pool = pool;
        this.gates = gates;
    }

    /** How many blocks the units are cut into. For each unit there are two floats a gate, one of z and one of all else. */
    private static int blocks(int rows, int left, int right, PackedMatrix wx, PackedMatrix wa) {
        if (rows == 0) {
            return 0;
        }
        long depth = Math.max(1, wa.rows() + (wx == null ? 0L : wx.rows()));
        int panels = (int) Math.min(BLOCK / (2L * rows * wa.groups() * LENGTH), BLOCK / (depth * LENGTH));
        return parts(tiles(rows, left, right), Math.max(1, panels / VectorTiles.vectors(rows)));
    }

    /** How many tiles stand side by side over the units. */
    private static int tiles(int rows, int left, int right) {
        return parts(parts(right - left, LENGTH), VectorTiles.vectors(rows));
    }

    /** Where block {@code i} of the units begins: with a tile. */
    private static int unit(int rows, int left, int right, int blocks, int i) {
        int tiles = tiles(rows, left, right);
        int panel = begin(parts(right - left, LENGTH), tiles, begin(tiles, blocks, i));
        return Math.min(right, left + panel * LENGTH);
    }

    private Scratch packed(Matrix a, int from, int to) {
        if (a == null) {
            return null;
        }
        Scratch scratch = pool.take();
        VectorPacking.tiles(scratch, a, from, to - from);
        return scratch;
    }

    private void giveBack(Scratch scratch) {
        if (scratch != null) {
            pool.giveBack(scratch);
        }
    }

    /** z += x·wx + a·wa over units {@code begin} to {@code end} of all gates; the last gate's recurrent part goes to q. */
    private static void products(Scratch x, PackedMatrix wx, Scratch a, PackedMatrix wa, int from, int to, int begin,
            int end, boolean backward, Matrix z, Matrix q) {
        int count = wa.groups();
        for (int n = 0; n < count; n++) {
            int gate = backward ? count - 1 - n : n;
            int col = gate * wa.units();
            boolean apart = q != z && gate == count - 1;
            if (wx != null) {
                VectorProducts.addMultiply(x, from, to - from, begin, end, wx, gate, backward, z, col);
            }
            VectorProducts.addMultiply(a, from, to - from, begin, end, wa, gate, backward, apart ? q : z,
                    apart ? 0 : col);
        }
    }

    @Override
    public void rnn(int from, int to, int left, int right, Activation g, Matrix x, PackedMatrix wx, Matrix a,
            PackedMatrix wa, Matrix z, Matrix aNext) {
        Scratch xRows = packed(x, from, to);
        Scratch aRows = packed(a, from, to);
        try {
            boolean backward = wa.turn();
            int blocks = blocks(to - from, left, right, wx, wa);
            for (int n = 0; n < blocks; n++) {
                int i = backward ? blocks - 1 - n : n;
                int begin = unit(to - from, left, right, blocks, i);
                int end = unit(to - from, left, right, blocks, i + 1);
                products(xRows, wx, aRows, wa, from, to, begin, end, backward, z, z);
                gates.activate(from, to, begin, end, g, z, aNext);
            }
        } finally {
            giveBack(aRows);
            giveBack(xRows);
        }
    }

    @Override
    public void lstm(int from, int to, int left, int right, LstmForm form, Matrix x, PackedMatrix wx, Matrix a,
            PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
        Scratch xRows = packed(x, from, to);
        Scratch aRows = packed(a, from, to);
        try {
            boolean backward = wa.turn();
            int blocks = blocks(to - from, left, right, wx, wa);
            for (int n = 0; n < blocks; n++) {
                int i = backward ? blocks - 1 - n : n;
                int begin = unit(to - from, left, right, blocks, i);
                int end = unit(to - from, left, right, blocks, i + 1);
                products(xRows, wx, aRows, wa, from, to, begin, end, backward, z, z);
                gates.lstm(from, to, begin, end, form, z, c, cNext, tanhC, aNext);
            }
        } finally {
            giveBack(aRows);
            giveBack(xRows);
        }
    }

    @Override
    public void gruSimplified(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix p,
            PackedMatrix wa, Matrix z, Matrix a, Matrix aNext) {
        Scratch xRows = packed(x, from, to);
        Scratch pRows = packed(p, from, to);
        try {
            boolean backward = wa.turn();
            int blocks = blocks(to - from, left, right, wx, wa);
            for (int n = 0; n < blocks; n++) {
                int i = backward ? blocks - 1 - n : n;
                int begin = unit(to - from, left, right, blocks, i);
                int end = unit(to - from, left, right, blocks, i + 1);
                products(xRows, wx, pRows, wa, from, to, begin, end, backward, z, z);
                gates.gruSimplified(from, to, begin, end, z, a, aNext);
            }
        } finally {
            giveBack(pRows);
            giveBack(xRows);
        }
    }

    @Override
    public void gruResetAfter(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix p,
            PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext) {
        Scratch xRows = packed(x, from, to);
        Scratch pRows = packed(p, from, to);
        try {
            boolean backward = wa.turn();
            int blocks = blocks(to - from, left, right, wx, wa);
            for (int n = 0; n < blocks; n++) {
                int i = backward ? blocks - 1 - n : n;
                int begin = unit(to - from, left, right, blocks, i);
                int end = unit(to - from, left, right, blocks, i + 1);
                VectorProducts.clear(from, to, begin, end, q);
                products(xRows, wx, pRows, wa, from, to, begin, end, backward, z, q);
                gates.gruResetAfter(from, to, begin, end, z, q, b, a, aNext);
            }
        } finally {
            giveBack(pRows);
            giveBack(xRows);
        }
    }
}
