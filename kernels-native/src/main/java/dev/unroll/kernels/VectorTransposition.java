package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.ORDER;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows into steps: element (i, k) of up to 8 rows goes to {@code k*8 + i}, by vectors of 16 floats.
 *
 * <pre>{@code
 * merge(p, q), blocks of w lanes:  low  = p0 q0 p1 q1 ...   of the lower halves of p and q
 *                                  high = the same          of the upper halves
 * }</pre>
 *
 * <p>Rows merge by blocks of 1 lane, pairs of rows by blocks of 2 and fours by blocks of 4: what comes out holds all rows of
 * one step, then all of the next. A merge is two permutations of two vectors. They are done on bit patterns, since a choice of
 * lanes by a vector of floats is converted to integers each time.
 */
final class VectorTransposition {
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
    private static final int LENGTH = 16;
    private static final int ROWS = 8;
    /** Lanes that a merge of blocks of 1, 2, 4 lanes takes; 16 and more are the second vector's. */
    private static final int[][] LOW = IntStream.of(1, 2, 4).mapToObj(w -> lanes(w, 0)).toArray(int[][]::new);
    private static final int[][] HIGH = IntStream.of(1, 2, 4).mapToObj(w -> lanes(w, LENGTH / 2))
            .toArray(int[][]::new);

    private VectorTransposition() {}

    private static int[] lanes(int width, int first) {
        return IntStream.range(0, LENGTH).map(lane -> {
            int block = lane / width;
            return block % 2 * LENGTH + first + block / 2 * width + lane % width;
        }).toArray();
    }

    /**
     * Up to 8 rows, with 8 floats to a step; what the lanes behind them become is not said.
     *
     * @param a the rows
     * @param from byte of the first
     * @param stride bytes from a row to the next
     * @param rows how many
     * @param depth steps
     * @param out where they go
     * @param to the index of the first
     */
    static void toSteps(MemorySegment a, long from, long stride, int rows, int depth, float[] out, int to) {
        int whole = depth - depth % LENGTH;
        wholeVectors(a, from, stride, rows, whole, out, to);
        for (int k = whole; k < depth; k++) {
            for (int i = 0; i < rows; i++) {
                out[to + k * ROWS + i] = Floats.get(a, (from + i * stride) / Float.BYTES + k);
            }
        }
    }

    private static void wholeVectors(MemorySegment a, long from, long stride, int rows, int depth, float[] out,
            int to) {
        IntVector low1 = IntVector.fromArray(INTS, LOW[0], 0);
        IntVector high1 = IntVector.fromArray(INTS, HIGH[0], 0);
        IntVector low2 = IntVector.fromArray(INTS, LOW[1], 0);
        IntVector high2 = IntVector.fromArray(INTS, HIGH[1], 0);
        IntVector low4 = IntVector.fromArray(INTS, LOW[2], 0);
        IntVector high4 = IntVector.fromArray(INTS, HIGH[2], 0);
        long row1 = Math.min(1, rows - 1) * stride;
        long row2 = Math.min(2, rows - 1) * stride;
        long row3 = Math.min(3, rows - 1) * stride;
        long row4 = Math.min(4, rows - 1) * stride;
        long row5 = Math.min(5, rows - 1) * stride;
        long row6 = Math.min(6, rows - 1) * stride;
        long row7 = Math.min(7, rows - 1) * stride;
        for (int k = 0; k < depth; k += LENGTH) {
            long at = from + (long) k * Float.BYTES;
            IntVector v0 = IntVector.fromMemorySegment(INTS, a, at, ORDER);
            IntVector v1 = IntVector.fromMemorySegment(INTS, a, at + row1, ORDER);
            IntVector v2 = IntVector.fromMemorySegment(INTS, a, at + row2, ORDER);
            IntVector v3 = IntVector.fromMemorySegment(INTS, a, at + row3, ORDER);
            IntVector p0 = low1.selectFrom(v0, v1);
            IntVector p1 = high1.selectFrom(v0, v1);
            IntVector p2 = low1.selectFrom(v2, v3);
            IntVector p3 = high1.selectFrom(v2, v3);
            IntVector v4 = IntVector.fromMemorySegment(INTS, a, at + row4, ORDER);
            IntVector v5 = IntVector.fromMemorySegment(INTS, a, at + row5, ORDER);
            IntVector v6 = IntVector.fromMemorySegment(INTS, a, at + row6, ORDER);
            IntVector v7 = IntVector.fromMemorySegment(INTS, a, at + row7, ORDER);
            IntVector p4 = low1.selectFrom(v4, v5);
            IntVector p5 = high1.selectFrom(v4, v5);
            IntVector p6 = low1.selectFrom(v6, v7);
            IntVector p7 = high1.selectFrom(v6, v7);
            IntVector q0 = low2.selectFrom(p0, p2);
            IntVector q4 = low2.selectFrom(p4, p6);
            int o = to + k * ROWS;
            low4.selectFrom(q0, q4).reinterpretAsFloats().intoArray(out, o);
            high4.selectFrom(q0, q4).reinterpretAsFloats().intoArray(out, o + LENGTH);
            IntVector q1 = high2.selectFrom(p0, p2);
            IntVector q5 = high2.selectFrom(p4, p6);
            low4.selectFrom(q1, q5).reinterpretAsFloats().intoArray(out, o + 2 * LENGTH);
            high4.selectFrom(q1, q5).reinterpretAsFloats().intoArray(out, o + 3 * LENGTH);
            IntVector q2 = low2.selectFrom(p1, p3);
            IntVector q6 = low2.selectFrom(p5, p7);
            low4.selectFrom(q2, q6).reinterpretAsFloats().intoArray(out, o + 4 * LENGTH);
            high4.selectFrom(q2, q6).reinterpretAsFloats().intoArray(out, o + 5 * LENGTH);
            IntVector q3 = high2.selectFrom(p1, p3);
            IntVector q7 = high2.selectFrom(p5, p7);
            low4.selectFrom(q3, q7).reinterpretAsFloats().intoArray(out, o + 6 * LENGTH);
            high4.selectFrom(q3, q7).reinterpretAsFloats().intoArray(out, o + 7 * LENGTH);
        }
    }
}
