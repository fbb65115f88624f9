package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.VectorTiles.begin;
import static dev.unroll.kernels.VectorTiles.parts;

import dev.unroll.tensor.Matrix;

/**
 * Steps in vectors: for some hidden units the products of all their gates, and at once, while these lie in L1, the gates
 * themselves; then the next units.
 */
final class VectorSteps implements Loops.StepLoops {
    /** Floats of z at a time: half of an L1. */
    private static final int BLOCK = 4_096;

    private final VectorProducts products;
    private final Loops.GateLoops gates;

    VectorSteps(VectorProducts products, Loops.GateLoops gates) {
        this.products = products;
        this.gates = gates;
    }

    /** How many blocks the units are cut into. */
    private static int blocks(int rows, int left, int right, int floatsOfAUnit) {
        int panels = parts(right - left, LENGTH);
        int most = Math.max(VectorTiles.vectors(rows), BLOCK / (rows * floatsOfAUnit * LENGTH));
        return parts(panels, most);
    }

    /** Where block {@code i} of the units begins. */
    private static int unit(int left, int right, int blocks, int i) {
        return Math.min(right, left + begin(parts(right - left, LENGTH), blocks, i) * LENGTH);
    }

    @Override
    public void tanh(int from, int to, int left, int right, Matrix a, PackedMatrix w, Matrix z, Matrix aNext) {
        Scratch scratch = products.pool().take();
        try {
            int rows = to - from;
            scratch.packRows(a, from, rows);
            int blocks = blocks(rows, left, right, 2);
            for (int i = 0; i < blocks; i++) {
                int begin = unit(left, right, blocks, i);
                int end = unit(left, right, blocks, i + 1);
                VectorProducts.addMultiply(scratch, from, rows, begin, end, w, 0, z, 0);
                gates.tanh(from, to, begin, end, z, aNext);
            }
        } finally {
            products.pool().giveBack(scratch);
        }
    }

    @Override
    public void lstm(int from, int to, int left, int right, Matrix a, PackedMatrix w, Matrix z, Matrix c, Matrix cNext,
            Matrix tanhC, Matrix aNext) {
        Scratch scratch = products.pool().take();
        try {
            int rows = to - from;
            scratch.packRows(a, from, rows);
            int blocks = blocks(rows, left, right, 8);
            for (int i = 0; i < blocks; i++) {
                int begin = unit(left, right, blocks, i);
                int end = unit(left, right, blocks, i + 1);
                for (int gate = 0; gate < w.groups(); gate++) {
                    VectorProducts.addMultiply(scratch, from, rows, begin, end, w, gate, z, gate * w.units());
                }
                gates.lstm(from, to, begin, end, z, c, cNext, tanhC, aNext);
            }
        } finally {
            products.pool().giveBack(scratch);
        }
    }

    @Override
    public void gruResetAfter(int from, int to, int left, int right, Matrix a, PackedMatrix w, Matrix z, Matrix q,
            Matrix b, Matrix aNext) {
        Scratch scratch = products.pool().take();
        try {
            int rows = to - from;
            scratch.packRows(a, from, rows);
            int blocks = blocks(rows, left, right, 6);
            for (int i = 0; i < blocks; i++) {
                int begin = unit(left, right, blocks, i);
                int end = unit(left, right, blocks, i + 1);
                VectorProducts.addMultiply(scratch, from, rows, begin, end, w, 0, z, 0);
                VectorProducts.addMultiply(scratch, from, rows, begin, end, w, 1, z, w.units());
                VectorProducts.clear(from, to, begin, end, q);
                VectorProducts.addMultiply(scratch, from, rows, begin, end, w, 2, q, 0);
                gates.gruResetAfter(from, to, begin, end, z, q, b, a, aNext);
            }
        } finally {
            products.pool().giveBack(scratch);
        }
    }
}
