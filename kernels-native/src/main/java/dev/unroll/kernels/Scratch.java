package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * Memory that a product needs while it runs: a packed block of the left-hand operand on the heap, and panels of the
 * right-hand one off it. A caller takes one from the pool and gives it back, so that calls allocate nothing once as many
 * exist as run at a time.
 */
final class Scratch {
    private final float[] sums = new float[VectorTiles.ROWS * VectorTiles.COLS];
    private float[] block = {};
    private MemorySegment panels = MemorySegment.NULL;

    private Scratch() {}

    /** What a tile leaves. */
    float[] sums() {
        return sums;
    }

    /** The block as it is. */
    float[] block() {
        return block;
    }

    /** The block, as large as is wanted. */
    float[] block(int floats) {
        if (block.length < floats) {
            block = new float[floats];
        }
        return block;
    }

    MemorySegment panels(Pool pool, long floats) {
        if (panels.byteSize() < floats * Float.BYTES) {
            panels = pool.arena.allocate(floats * Float.BYTES, Matrix.ALIGNMENT);
        }
        return panels;
    }

    /** The scratch memory of one backend instance. */
    static final class Pool implements AutoCloseable {
        private final Arena arena = Arena.ofShared();
        private final ArrayDeque<Scratch> free = new ArrayDeque<>();

        Scratch take() {
            synchronized (free) {
                Scratch scratch = free.pollLast();
                return scratch == null ? new Scratch() : scratch;
            }
        }

        void giveBack(Scratch scratch) {
            synchronized (free) {
                free.addLast(scratch);
            }
        }

        @Override
        public void close() {
            if (arena.scope().isAlive()) {
                arena.close();
            }
        }
    }
}
