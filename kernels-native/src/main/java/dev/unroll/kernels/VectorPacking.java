package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Parts.begin;
import static dev.unroll.kernels.Parts.parts;
import static dev.unroll.kernels.VectorTiles.DEPTH;
import static dev.unroll.kernels.VectorTiles.MOST_ROWS;
import static dev.unroll.kernels.VectorTiles.PACKED;
import static dev.unroll.kernels.VectorTiles.ROW;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** Packs what tiles read: panels, a vector for each step of depth, and rows. */
final class VectorPacking {
    private VectorPacking() {}

    /**
     * Rows {@code from} to {@code from + count} of a: part after part of depth, in each part tile after tile, {@link
     * VectorTiles#PACKED} floats from one to the next.
     */
    static void tiles(Scratch scratch, Matrix a, int from, int count) {
        int depth = a.cols();
        int parts = parts(depth, DEPTH);
        int tiles = parts(count, MOST_ROWS);
        float[] packed = scratch.block(Math.multiplyExact(Math.multiplyExact(parts, tiles), PACKED));
        for (int part = 0; part < parts; part++) {
            int first = part * DEPTH;
            int length = Math.min(DEPTH, depth - first);
            for (int tile = 0; tile < tiles; tile++) {
                int row = begin(count, tiles, tile);
                int rows = begin(count, tiles, tile + 1) - row;
                tile(a, from + row, rows, first, length, packed, (part * tiles + tile) * PACKED);
            }
        }
    }

    private static void tile(Matrix a, int row, int rows, int col, int depth, float[] packed, int to) {
        long from = (a.offset() + row * a.rowStride() + col) * Float.BYTES;
        long stride = a.rowStride() * Float.BYTES;
        if (VectorTiles.step(rows) == 1) {
            for (int i = 0; i < rows; i++) {
                MemorySegment.copy(a.segment(), ValueLayout.JAVA_FLOAT, from + i * stride, packed, to + i * ROW, depth);
            }
        } else {
            VectorTransposition.toSteps(a.segment(), from, stride, rows, depth, packed, to);
        }
    }

    /** The panel of columns {@code col} to {@code col + lanes} of b, from row {@code first} on. */
    static void cols(Matrix b, int first, int depth, int col, int lanes, MemorySegment panels, long to) {
        long from = (b.offset() + first * b.rowStride() + col) * Float.BYTES;
        long stride = b.rowStride() * Float.BYTES;
        if (lanes == LENGTH) {
            copyVectors(b.segment(), from, stride, depth, panels, to);
            return;
        }
        for (int k = 0; k < depth; k++) {
            MemorySegment.copy(b.segment(), from + k * stride, panels, to + (long) k * LENGTH * Float.BYTES,
                    (long) lanes * Float.BYTES);
            long end = to + (long) (k + 1) * LENGTH * Float.BYTES;
            long padding = (long) (LENGTH - lanes) * Float.BYTES;
            panels.asSlice(end - padding, padding).fill((byte) 0);
        }
    }

    private static void copyVectors(MemorySegment b, long from, long stride, int depth, MemorySegment panels, long to) {
        for (int k = 0; k < depth; k++) {
            FloatVector.fromMemorySegment(SPECIES, b, from + k * stride, ORDER)
                    .intoMemorySegment(panels, to + (long) k * LENGTH * Float.BYTES, ORDER);
        }
    }

    /** The panel of rows {@code first} to {@code first + lanes} of b, transposed. */
    static void rows(Scratch scratch, Matrix b, int first, int lanes, MemorySegment panels, long to) {
        float[] steps = scratch.block(DEPTH * LENGTH);
        for (int k = 0; k < b.cols(); k += DEPTH) {
            int depth = Math.min(DEPTH, b.cols() - k);
            for (int i = 0; i < LENGTH; i++) {
                row(b, first + i, k, i < lanes ? depth : 0, depth, steps, i);
            }
            MemorySegment.copy(steps, 0, panels, ValueLayout.JAVA_FLOAT, to + (long) k * LENGTH * Float.BYTES,
                    depth * LENGTH);
        }
    }

    /** Elements of row i of b become lane {@code lane} of steps, and zeros behind them. */
    private static void row(Matrix b, int i, int col, int count, int depth, float[] steps, int lane) {
        long from = b.offset() + i * b.rowStride() + col;
        for (int k = 0; k < count; k++) {
            steps[k * LENGTH + lane] = Floats.get(b.segment(), from + k);
        }
        for (int k = count; k < depth; k++) {
            steps[k * LENGTH + lane] = 0;
        }
    }
}
