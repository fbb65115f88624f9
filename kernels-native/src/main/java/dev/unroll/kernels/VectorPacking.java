package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.VectorTiles.DEPTH;
import static dev.unroll.kernels.VectorTiles.ROW;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;

/** Fills panels: a vector for each step of depth. */
final class VectorPacking {
    /** Where the lanes of a panel's vector lie in packed rows. */
    private static final int[] LANES = IntStream.range(0, LENGTH).map(lane -> lane * ROW).toArray();

    private VectorPacking() {}

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
        scratch.packRows(b, first, lanes);
        float[] packed = scratch.block();
        for (int k = 0; k < b.cols(); k += DEPTH) {
            int from = k / DEPTH * lanes * ROW;
            int depth = Math.min(DEPTH, b.cols() - k);
            long target = to + (long) k * LENGTH * Float.BYTES;
            if (lanes == LENGTH) {
                gather(packed, from, depth, panels, target);
            } else {
                gather(packed, from, depth, lanes, panels, target);
            }
        }
    }

    private static void gather(float[] packed, int from, int depth, MemorySegment panels, long to) {
        for (int k = 0; k < depth; k++) {
            FloatVector.fromArray(SPECIES, packed, from + k, LANES, 0)
                    .intoMemorySegment(panels, to + (long) k * LENGTH * Float.BYTES, ORDER);
        }
    }

    private static void gather(float[] packed, int from, int depth, int lanes, MemorySegment panels, long to) {
        for (int k = 0; k < depth; k++) {
            for (int lane = 0; lane < LENGTH; lane++) {
                Floats.set(panels, to / Float.BYTES + (long) k * LENGTH + lane,
                        lane < lanes ? packed[from + k + lane * ROW] : 0);
            }
        }
    }
}
