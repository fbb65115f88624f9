package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.LENGTH;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Which {@link Tile} for which rows, and the tiles themselves, made when first asked for: a cache of code.
 *
 * <p>The shapes are those that measured best (docs/benchmarks.md). Few rows want many panels, to have sums enough under way
 * at once: a sum of products waits four cycles for the one before. Many rows want few panels, since each vector of b then
 * serves more of them. C2 loads a whole step's operands before it multiplies, so a tile has to leave that many registers
 * free of sums: past about 22 sums of 32 registers, or 8 of 16, some are written to the stack in every step.
 */
final class VectorTiles {
    /** Depth that a block of rows is packed for at a time. */
    static final int DEPTH = 512;
    /** Floats from one row of such a block to the next: no power of two, or all rows would share a few lines of L1. */
    static final int ROW = DEPTH + 16;
    /** Whether there are 32 vector registers, not 16. */
    private static final boolean MANY = LENGTH == 16 || System.getProperty("os.arch").equals("aarch64");
    /** Rows of the largest tile. */
    static final int MOST_ROWS = MANY ? 8 : 4;
    private static final int MOST_VECTORS = 4;
    /** Bytes of a row of sums of the widest tile. */
    static final int EDGE_BYTES = MOST_VECTORS * LENGTH * Float.BYTES;

    private static final AtomicReferenceArray<Tile> BY_ROWS = cache();
    private static final AtomicReferenceArray<Tile> BY_STEPS = cache();

    private VectorTiles() {}

    private static AtomicReferenceArray<Tile> cache() {
        return new AtomicReferenceArray<>(at(MOST_ROWS, MOST_VECTORS) + 1);
    }

    private static int at(int rows, int vectors) {
        return rows * (MOST_VECTORS + 1) + vectors;
    }

    /** Panels of the best tile of so many rows. */
    static int vectors(int rows) {
        if (MANY) {
            return rows <= 4 ? 4 : rows <= 6 ? 3 : 2;
        }
        return rows <= 2 ? 4 : 2;
    }

    /** The tile that reads a row by row: element (i, k) at i*{@link #ROW} + k. */
    static Tile byRows(int rows, int vectors) {
        Tile tile = BY_ROWS.get(at(rows, vectors));
        return tile != null ? tile : load(BY_ROWS, new TileCode(rows, vectors, ROW, 1));
    }

    /** The tile that reads a step by step, a vector's length of rows to a step: element (i, k) at k*LENGTH + i. */
    static Tile bySteps(int rows, int vectors) {
        Tile tile = BY_STEPS.get(at(rows, vectors));
        return tile != null ? tile : load(BY_STEPS, new TileCode(rows, vectors, 1, LENGTH));
    }

    private static Tile load(AtomicReferenceArray<Tile> cache, TileCode code) {
        int at = at(code.rows(), code.vectors());
        cache.compareAndSet(at, null, code.load());
        return cache.get(at);
    }

    /**
     * Runs a tile on rows {@code row} to {@code row + rows} and columns {@code col} to {@code col + width} of out. Where
     * that is no whole number of vectors, the sums go by way of memory that has room for them.
     */
    static void run(Tile tile, int rows, Scratch scratch, int aFrom, MemorySegment b, long bFrom, long bPanel,
            int depth,
            Matrix out, int row, int col, int width) {
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
}
