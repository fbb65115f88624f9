package dev.unroll.kernels;

import dev.unroll.tensor.Layout;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory that a product needs while it runs: packed rows of the left-hand operand on the heap; panels of the right-hand
 * one, rows of [a, x], and the sums of columns that are no whole vector, off it. A caller takes one from the pool and gives
 * it back, so that calls allocate nothing once as many exist as run at a time.
 */
final class Scratch {
    /** Columns of {@link #strip}, a multiple of {@link Lanes#LENGTH}. */
    static final int STRIP = 512;
    /** Most widths of {@link #matrix} that are kept. */
    private static final int WIDTHS = 16;

    private final MemorySegment edge;
    private final Matrix rest;
    private final Matrix strip;
    private float[] block = {};
    private Arena panelArena;
    private MemorySegment panels = MemorySegment.NULL;
    private MemorySegment memory = MemorySegment.NULL;
    private final List<Matrix> matrices = new ArrayList<>();

    private Scratch(Arena arena) {
        edge = arena.allocate((long) VectorTiles.MOST_ROWS * VectorTiles.EDGE_BYTES, Matrix.ALIGNMENT);
        rest = Matrix.allocate(arena, 1, Lanes.LENGTH);
        strip = Matrix.allocate(arena, 1, STRIP);
    }

    /** Rows of {@link VectorTiles#EDGE_BYTES} for a tile whose columns are not all there. */
    MemorySegment edge() {
        return edge;
    }

    /** Elements (i, j) to (i, j + count) of a, in a row of a whole vector. */
    Matrix rest(Matrix a, int i, int j, int count) {
        MemorySegment.copy(a.segment(), (a.offset() + i * a.rowStride() + j) * Float.BYTES, rest.segment(), 0,
                (long) count * Float.BYTES);
        return rest;
    }

    /** Writes what became of {@link #rest} to elements (i, j) to (i, j + count) of a. */
    void putRest(Matrix a, int i, int j, int count) {
        MemorySegment.copy(rest.segment(), 0, a.segment(), (a.offset() + i * a.rowStride() + j) * Float.BYTES,
                (long) count * Float.BYTES);
    }

    /** A row of {@link #STRIP} elements, for what a part of a row becomes on the way. */
    Matrix strip() {
        return strip;
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

    /** Memory for panels, at least as large as is wanted. */
    MemorySegment panels(long bytes) {
        if (panels.byteSize() < bytes) {
            if (panelArena != null) {
                panelArena.close();
            }
            panelArena = Arena.ofShared();
            panels = panelArena.allocate(bytes, Matrix.ALIGNMENT);
        }
        return panels;
    }

    /**
     * A matrix of so many columns and at least so many rows, the same object as last time for each of the widths of a stack's
     * layers. The collector frees it, for who computes with OpenBLAS has nothing else to close.
     */
    Matrix matrix(int rows, int cols) {
        long bytes = Math.multiplyExact((long) rows * Float.BYTES, cols);
        if (memory.byteSize() < bytes) {
            memory = Arena.ofAuto().allocate(bytes, Matrix.ALIGNMENT);
            matrices.clear();
        }
        for (int i = 0; i < matrices.size(); i++) {
            if (matrices.get(i).cols() == cols) {
                return matrices.get(i);
            }
        }
        if (matrices.size() == WIDTHS) {
            matrices.clear();
        }
        long room = memory.byteSize() / Float.BYTES / Math.max(1, cols);
        matrices.add(Matrix.of(memory, Layout.rowMajor((int) Math.min(Integer.MAX_VALUE, room), cols)));
        return matrices.getLast();
    }

    private void close() {
        if (panelArena != null) {
            panelArena.close();
        }
    }

    /** The scratch memory of one backend instance. */
    static final class Pool implements AutoCloseable {
        private final Arena arena = Arena.ofAuto();
        private final ArrayDeque<Scratch> free = new ArrayDeque<>();
        private boolean closed;

        Scratch take() {
            synchronized (free) {
                Scratch scratch = free.pollLast();
                return scratch == null ? new Scratch(arena) : scratch;
            }
        }

        void giveBack(Scratch scratch) {
            synchronized (free) {
                if (closed) {
                    scratch.close();
                } else {
                    free.addLast(scratch);
                }
            }
        }

        /** What is in use is freed when it is given back. */
        @Override
        public void close() {
            synchronized (free) {
                closed = true;
                free.forEach(Scratch::close);
                free.clear();
            }
        }
    }
}
