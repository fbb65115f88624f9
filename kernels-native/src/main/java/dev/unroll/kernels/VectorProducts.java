package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Parts.begin;
import static dev.unroll.kernels.Parts.parts;
import static dev.unroll.kernels.VectorTiles.DEPTH;
import static dev.unroll.kernels.VectorTiles.MOST_ROWS;
import static dev.unroll.kernels.VectorTiles.PACKED;

import dev.unroll.kernels.PackedMatrix.Orientation;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Products over panels. B lies in panels of one vector's columns, step by step of depth, each group of columns beginning
 * with a panel of its own and the last of a group padded with zeros. Rows of a are copied so that a tile reads them in L1;
 * then panels go by, as many at a time as the tile has, each past all rows before the next comes: B is read from memory
 * once.
 *
 * <p>An element of a product is a sum along depth, in the order of depth, whatever rows and columns it shares a tile with:
 * so neither a team's parts nor the batch that a row is in change its bits.
 */
final class VectorProducts implements Loops.ProductLoops {
    /** So that a block's floats fit an array. */
    private static final int MOST_DEPTH = 1 << 23;
    /** Rows that are copied at a time: enough to make the reading of B cheap, few enough for L2. */
    private static final int BLOCK = 128;

    private final Scratch.Pool pool = new Scratch.Pool();

    Scratch.Pool pool() {
        return pool;
    }

    private static int panelCount(int cols) {
        return parts(cols, LENGTH);
    }

    /** Bytes of a panel. */
    private static long panelBytes(int depth) {
        return (long) depth * LENGTH * Float.BYTES;
    }

    @Override
    public PackedMatrix pack(Kernels owner, Arena arena, Matrix source, Orientation orientation, int groups) {
        PackedMatrix packed = new PackedMatrix(owner, source, orientation, groups, MemorySegment.NULL);
        if (packed.rows() > MOST_DEPTH) {
            throw new IllegalArgumentException(
                    "pack: a depth of %d; wanted at most %d".formatted(packed.rows(), MOST_DEPTH));
        }
        long panels = (long) groups * panelCount(packed.units());
        MemorySegment memory = arena.allocate(Math.multiplyExact(panels, panelBytes(packed.rows())),
                Matrix.ALIGNMENT);
        return new PackedMatrix(owner, source, orientation, groups, memory);
    }

    @Override
    public void repack(int left, int right, PackedMatrix packed) {
        Scratch scratch = pool.take();
        try {
            for (int group = 0; group < packed.groups(); group++) {
                for (int unit = left; unit < right; unit += LENGTH) {
                    int lanes = Math.min(LENGTH, right - unit);
                    int col = group * packed.units() + unit;
                    long to = panel(packed, group, unit);
                    if (packed.orientation() == Orientation.PLAIN) {
                        VectorPacking.cols(packed.source(), 0, packed.rows(), col, lanes, packed.panels(), to);
                    } else {
                        VectorPacking.rows(scratch, packed.source(), col, lanes, packed.panels(), to);
                    }
                }
            }
        } finally {
            pool.giveBack(scratch);
        }
    }

    /** Byte where the panel of a unit begins. */
    private static long panel(PackedMatrix b, int group, int unit) {
        return ((long) group * panelCount(b.units()) + unit / LENGTH) * panelBytes(b.rows());
    }

    @Override
    public void multiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
            Matrix out) {
        for (int i = 0; i < groups; i++) {
            clear(from, to, i * b.units() + left, i * b.units() + right, out);
        }
        addMultiply(from, to, left, right, group, groups, a, b, out);
    }

    /** Columns {@code left} to {@code right} of rows {@code from} to {@code to} become 0, without an object a row. */
    static void clear(int from, int to, int left, int right, Matrix out) {
        for (int i = from; i < to; i++) {
            long row = out.offset() + i * out.rowStride();
            int j = left;
            for (; j + LENGTH <= right; j += LENGTH) {
                FloatVector.zero(Lanes.SPECIES).intoMemorySegment(out.segment(), (row + j) * Float.BYTES, Lanes.ORDER);
            }
            for (; j < right; j++) {
                Floats.set(out.segment(), row + j, 0);
            }
        }
    }

    @Override
    public void addMultiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
            Matrix out) {
        Scratch scratch = pool.take();
        try {
            int blocks = parts(to - from, BLOCK);
            for (int block = 0; block < blocks; block++) {
                boolean backward = b.turn();
                int first = from + begin(to - from, blocks, block);
                int count = from + begin(to - from, blocks, block + 1) - first;
                VectorPacking.tiles(scratch, a, first, count);
                for (int n = 0; n < groups; n++) {
                    int i = backward ? groups - 1 - n : n;
                    addMultiply(scratch, first, count, left, right, b, group + i, backward, out, i * b.units());
                }
            }
        } finally {
            pool.giveBack(scratch);
        }
    }

    /**
     * Adds the product of packed rows with units {@code left} to {@code right} of one group to rows {@code first} to {@code
     * first + count} of out, whose column {@code col} stands for the group's unit 0; from the last panel to the first where
     * it goes backward.
     */
    static void addMultiply(Scratch scratch, int first, int count, int left, int right, PackedMatrix b, int group,
            boolean backward, Matrix out, int col) {
        int depth = b.rows();
        int vectors = VectorTiles.vectors(parts(count, parts(count, MOST_ROWS)));
        int panels = panelCount(right - left);
        int tiles = parts(panels, vectors);
        int packed = parts(count, MOST_ROWS) * PACKED;
        for (int n = 0; n < tiles; n++) {
            int tile = backward ? tiles - 1 - n : n;
            int unit = left + begin(panels, tiles, tile) * LENGTH;
            int width = Math.min(right, left + begin(panels, tiles, tile + 1) * LENGTH) - unit;
            long panel = panel(b, group, unit);
            for (int k = 0; k < depth; k += DEPTH) {
                int length = Math.min(DEPTH, depth - k);
                rowTiles(scratch, k / DEPTH * packed, count, b.panels(), panel + panelBytes(k), panelBytes(depth),
                        length, out, first, col + unit, width);
            }
        }
    }

    /** All rows times a few panels: column {@code col} to {@code col + width} of out. */
    private static void rowTiles(Scratch scratch, int packed, int count, MemorySegment b, long panel, long nextPanel,
            int depth, Matrix out, int first, int col, int width) {
        int tiles = parts(count, MOST_ROWS);
        for (int tile = 0; tile < tiles; tile++) {
            int row = begin(count, tiles, tile);
            int rows = begin(count, tiles, tile + 1) - row;
            VectorTiles.run(VectorTiles.tile(rows, panelCount(width)), rows, scratch, packed + tile * PACKED, b,
                    panel, nextPanel, depth, out, first + row, col, width);
        }
    }

    @Override
    public void addMultiplyTransA(int from, int to, int left, int right, Matrix a, Matrix b, Matrix out) {
        VectorWeightGradient.add(pool, from, to, left, right, a, b, out);
    }

    @Override
    public void close() {
        pool.close();
    }
}
