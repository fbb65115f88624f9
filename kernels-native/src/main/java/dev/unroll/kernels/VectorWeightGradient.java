package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Parts.begin;
import static dev.unroll.kernels.Parts.parts;
import static dev.unroll.kernels.VectorTiles.MOST_ROWS;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * out += aᵀ·b, whose depth is all rows of a window. Depth is cut so that the panels of b stay in L2 while all of a goes by,
 * in strips of a vector's columns; what a tile wants of a strip lies there side by side, so a strip is copied as it is.
 */
final class VectorWeightGradient {
    /** Bytes of panels at a time. */
    private static final long PANELS = 1 << 20;
    private static final int LEAST_DEPTH = 256;
    private static final int MOST_DEPTH = 1024;
    /** Strips copied at a time: neighbours in a row of a come from memory together. */
    private static final int STRIPS = 4;

    private VectorWeightGradient() {}

    static void add(Scratch.Pool pool, int from, int to, int left, int right, Matrix a, Matrix b, Matrix out) {
        if (from == to || left == right) {
            return;
        }
        Scratch scratch = pool.take();
        try {
            int panels = parts(right - left, LENGTH);
            int most = Math.clamp(PANELS / ((long) panels * LENGTH * Float.BYTES), LEAST_DEPTH, MOST_DEPTH);
            int slices = parts(a.rows(), most);
            for (int slice = 0; slice < slices; slice++) {
                int first = begin(a.rows(), slices, slice);
                int depth = begin(a.rows(), slices, slice + 1) - first;
                add(scratch, first, depth, from, to, left, right, a, b, out);
            }
        } finally {
            pool.giveBack(scratch);
        }
    }

    private static void add(Scratch scratch, int first, int depth, int from, int to, int left, int right, Matrix a,
            Matrix b, Matrix out) {
        long panel = (long) depth * LENGTH * Float.BYTES;
        MemorySegment panels = scratch.panels(parts(right - left, LENGTH) * panel);
        for (int col = left; col < right; col += LENGTH) {
            VectorPacking.cols(b, first, depth, col, Math.min(LENGTH, right - col), panels,
                    (col - left) / LENGTH * panel);
        }
        float[] block = scratch.block(STRIPS * depth * LENGTH);
        for (int row = from; row < to; row += STRIPS * LENGTH) {
            int rows = Math.min(STRIPS * LENGTH, to - row);
            copyStrips(a, first, depth, row, rows, block);
            for (int strip = 0; strip < rows; strip += LENGTH) {
                stripTimesPanels(scratch, strip * depth, Math.min(LENGTH, rows - strip), panels, depth, out,
                        row + strip,
                        left, right);
            }
        }
    }

    /** Strip s of columns {@code col} to {@code col + cols} of a: element (k, i) at (s*depth + k)*LENGTH + i. */
    private static void copyStrips(Matrix a, int first, int depth, int col, int cols, float[] block) {
        long from = (a.offset() + first * a.rowStride() + col) * Float.BYTES;
        long stride = a.rowStride() * Float.BYTES;
        if (cols == STRIPS * LENGTH) {
            copyStrips(a.segment(), from, stride, depth, block);
            return;
        }
        for (int k = 0; k < depth; k++) {
            for (int i = 0; i < cols; i += LENGTH) {
                MemorySegment.copy(a.segment(), ValueLayout.JAVA_FLOAT, from + k * stride + (long) i * Float.BYTES,
                        block,
                        i * depth + k * LENGTH, Math.min(LENGTH, cols - i));
            }
        }
    }

    private static void copyStrips(MemorySegment a, long from, long stride, int depth, float[] block) {
        long next = (long) LENGTH * Float.BYTES;
        int strip = depth * LENGTH;
        for (int k = 0; k < depth; k++) {
            long row = from + k * stride;
            int to = k * LENGTH;
            FloatVector.fromMemorySegment(SPECIES, a, row, ORDER).intoArray(block, to);
            FloatVector.fromMemorySegment(SPECIES, a, row + next, ORDER).intoArray(block, to + strip);
            FloatVector.fromMemorySegment(SPECIES, a, row + 2 * next, ORDER).intoArray(block, to + 2 * strip);
            FloatVector.fromMemorySegment(SPECIES, a, row + 3 * next, ORDER).intoArray(block, to + 3 * strip);
        }
    }

    private static void stripTimesPanels(Scratch scratch, int strip, int count, MemorySegment panels, int depth,
            Matrix out, int row, int left, int right) {
        int rowTiles = parts(count, MOST_ROWS);
        int vectors = VectorTiles.vectors(parts(count, rowTiles));
        int panelCount = parts(right - left, LENGTH);
        int colTiles = parts(panelCount, vectors);
        long panel = (long) depth * LENGTH * Float.BYTES;
        for (int n = 0; n < colTiles; n++) {
            int begin = begin(panelCount, colTiles, n);
            int end = begin(panelCount, colTiles, n + 1);
            int col = left + begin * LENGTH;
            int width = Math.min(right, left + end * LENGTH) - col;
            for (int tile = 0; tile < rowTiles; tile++) {
                int i = begin(count, rowTiles, tile);
                int rows = begin(count, rowTiles, tile + 1) - i;
                VectorTiles.run(VectorTiles.strip(rows, end - begin), rows, scratch, strip + i, panels, begin * panel,
                        panel, depth, out, row + i, col, width);
            }
        }
    }
}
