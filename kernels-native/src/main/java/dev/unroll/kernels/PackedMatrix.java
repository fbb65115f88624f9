package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;

/**
 * The right-hand operand B of a product, as a backend likes it: B is a source matrix or its transpose, and may hold a
 * rearranged copy of it. Made by {@link Products#pack} and {@link Products#packTransposed}.
 */
public final class PackedMatrix {
    /** How B comes from its source. */
    enum Orientation {
        /** B = source. */
        PLAIN,
        /** B = sourceᵀ. */
        TRANSPOSED
    }

    private final Kernels owner;
    private final Matrix source;
    private final Orientation orientation;
    private final MemorySegment panels;

    PackedMatrix(Kernels owner, Matrix source, Orientation orientation, MemorySegment panels) {
        this.owner = owner;
        this.source = source;
        this.orientation = orientation;
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

    String shape() {
        return rows() + "x" + cols();
    }

    @Override
    public String toString() {
        return "PackedMatrix " + shape() + " for " + owner.backend();
    }
}
