package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;

/**
 * The right-hand operand B of a product, as a backend likes it: B is a source matrix or its transpose, and may hold a
 * rearranged copy of it. Its columns come in groups of equal width, one where nothing else is said: those of a cell's
 * weights are its gates. Made by {@link Products#pack} and {@link Products#packTransposed}.
 */
public final class PackedMatrix {
    /** How B comes from its source. */
    enum Orientation {
        /** B = source. */
        PLAIN,
        /** B = sourceᵀ. */
        TRANSPOSED
    }

    /** A smaller copy stays in the caches nearby whichever way it is read. */
    private static final long TURNING = 1 << 19;
    /** Threads that turn each for itself; a power of two. */
    private static final int TURNS = 64;

    private final Kernels owner;
    private final Matrix source;
    private final Orientation orientation;
    private final int groups;
    private final MemorySegment panels;
    private final boolean[] turns = new boolean[TURNS];

    PackedMatrix(Kernels owner, Matrix source, Orientation orientation, int groups, MemorySegment panels) {
        this.owner = owner;
        this.source = source;
        this.orientation = orientation;
        this.groups = groups;
        this.panels = panels;
    }

    /**
     * Number of rows of B, the depth of the product.
     *
     * @return rows
     */
    public int rows() {
        return orientation == Orientation.PLAIN ? source.rows() : source.cols();
    }

    /**
     * Number of columns of B.
     *
     * @return columns
     */
    public int cols() {
        return orientation == Orientation.PLAIN ? source.cols() : source.rows();
    }

    /**
     * Number of groups of columns.
     *
     * @return 1, or what it was packed with
     */
    public int groups() {
        return groups;
    }

    /** Columns of a group. */
    int units() {
        return cols() / groups;
    }

    Kernels owner() {
        return owner;
    }

    Matrix source() {
        return source;
    }

    Orientation orientation() {
        return orientation;
    }

    /** The backend's rearranged copy; {@link MemorySegment#NULL} where it reads the source itself. */
    MemorySegment panels() {
        return panels;
    }

    /**
     * Which way this thread reads B now: the other way than last time. What is larger than a cache and read again and again
     * in one direction is never found there: the end of one round throws out the beginning of the next. Turning round at each
     * end finds a cache's worth. The results are the same. Each thread has a turn of its own, since it has a cache of its own;
     * where two share one, they lose speed and nothing else, for who has asked sticks to the answer.
     *
     * @return whether from the last panel to the first
     */
    boolean turn() {
        if (panels.byteSize() <= TURNING) {
            return false;
        }
        int thread = (int) Thread.currentThread().threadId() & (TURNS - 1);
        boolean turn = !turns[thread];
        turns[thread] = turn;
        return turn;
    }

    String shape() {
        return rows() + "x" + cols();
    }

    @Override
    public String toString() {
        return "PackedMatrix " + shape() + " for " + owner.backend();
    }
}
