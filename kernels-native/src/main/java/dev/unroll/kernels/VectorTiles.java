package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
import jdk.incubator.vector.FloatVector;

/**
 * Which {@link Tile} for which rows, how rows are packed for it, and the tiles themselves, made when first asked for: a
 * cache of code.
 *
 * <p>The shapes are those that measured best (docs/benchmarks.md). Few rows want many panels, to have sums enough under way
 * at once: a sum of products waits four cycles for the one before. Many rows want few panels, since each vector of b then
 * serves more of them. Of 32 registers 24 may be sums if the rows lie step by step, so that one register and a short
 * displacement address them all; of 16 registers 8 may, and there rows are read as they are.
 */
final class VectorTiles {
    /** Depth that a block of rows is packed for at a time. */
    static final int DEPTH = 512;
    /** Floats from one row of such a block to the next: no power of two, or all rows would share a few lines of L1. */
    static final int ROW = DEPTH + 16;
    /** Whether there are 32 registers of 16 floats. */
    private static final boolean WIDE = LENGTH == 16;
    /** Whether there are 32 vector registers, not 16. */
    private static final boolean MANY = WIDE || System.getProperty("os.arch").equals("aarch64");
    /** Rows of the largest tile. */
    static final int MOST_ROWS = MANY ? 8 : 4;
    /** Floats from the packed rows of a tile to those of the next. */
    static final int PACKED = MOST_ROWS * ROW;
    private static final int MOST_VECTORS = 4;
    /** Bytes of a row of sums of the widest tile. */
    static final int EDGE_BYTES = MOST_VECTORS * LENGTH * Float.BYTES;

    private static final AtomicReferenceArray<Tile> PACKED_ROWS = cache();
    private static final AtomicReferenceArray<Tile> STRIPS = cache();

    private VectorTiles() {}

    private static AtomicReferenceArray<Tile> cache() {
        return new AtomicReferenceArray<>(at(MOST_ROWS, MOST_VECTORS) + 1);
    }

    private static int at(int rows, int vectors) {
        return rows * (MOST_VECTORS + 1) + vectors;
    }

    /** Panels of the best tile of so many rows. */
    static int vectors(int rows) {
        if (WIDE) {
            return rows <= 4 ? 4 : 3;
        }
        if (MANY) {
            return rows <= 4 ? 4 : rows <= 6 ? 3 : 2;
        }
        return rows <= 2 ? 4 : 2;
    }

    /** Floats from a step of packed rows to the next; 1 where they are packed row after row, {@link #ROW} apart. */
    static int step(int rows) {
        return WIDE && rows > 4 ? 8 : 1;
    }

    /** The tile for rows that are packed as {@link #step} says. */
    static Tile tile(int rows, int vectors) {
        int step = step(rows);
        return tile(PACKED_ROWS, rows, vectors, step == 1 ? ROW : 1, step);
    }

    /** The tile for rows that are the columns of a strip, a vector's length to a step: element (i, k) at k*LENGTH + i. */
    static Tile strip(int rows, int vectors) {
        return tile(STRIPS, rows, vectors, 1, LENGTH);
    }

    private static Tile tile(AtomicReferenceArray<Tile> cache, int rows, int vectors, int aRow, int aStep) {
        int at = at(rows, vectors);
        Tile tile = cache.get(at);
        if (tile == null) {
            cache.compareAndSet(at, null, new TileCode(rows, vectors, aRow, aStep).load());
            tile = cache.get(at);
        }
        return tile;
    }

    /**
     * Runs a tile on rows {@code row} to {@code row + rows} and columns {@code col} to {@code col + width} of out. Where
     * that is no whole number of vectors, the sums go by way of memory that has room for them.
     */
    static void run(Tile tile, int rows, Scratch scratch, int aFrom, MemorySegment b, long bFrom, long bPanel,
            int depth, Matrix out, int row, int col, int width) {
        long outFrom = (out.offset() + row * out.rowStride() + col) * Float.BYTES;
        long outRow = out.rowStride() * Float.BYTES;
        if (width % LENGTH == 0) {
            tile.run(scratch.block(), aFrom, b, bFrom, bPanel, depth, out.segment(), outFrom, outRow);
            return;
        }
        MemorySegment edge = scratch.edge();
        long bytes = (long) width * Float.BYTES;
        for (int i = 0; i < rows; i++) {
            MemorySegment.copy(out.segment(), outFrom + i * outRow, edge, (long) i * EDGE_BYTES, bytes);
        }
        tile.run(scratch.block(), aFrom, b, bFrom, bPanel, depth, edge, 0, EDGE_BYTES);
        for (int i = 0; i < rows; i++) {
            MemorySegment.copy(edge, (long) i * EDGE_BYTES, out.segment(), outFrom + i * outRow, bytes);
        }
    }

    /**
     * Vector j of row i of out, for tiles of more sums than C1 has virtual registers to load: a method of its own, and not a
     * short one, so that C1 leaves it out. C2 takes it in, since it comes first. Small tiles must do without it: they are
     * inlined into their caller, and in there C2 finds this call too rare to be worth it.
     */
    static FloatVector load(MemorySegment out, long outFrom, long outRow, int i, int j) {
        long at = outFrom + i * outRow + (long) j * LENGTH * Float.BYTES;
        return FloatVector.fromMemorySegment(Lanes.SPECIES, out, at, Lanes.ORDER);
    }
}
