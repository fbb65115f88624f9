package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;

/** What the public door of the kernels asks of its arguments; each message names the operation and what was given. */
final class Checks {
    private Checks() {}

    /** Wants memory that this thread may read. */
    static void readable(String operation, String name, MemorySegment a) {
        if (!a.scope().isAlive()) {
            throw new IllegalStateException(operation + ": the memory of " + name + " is closed");
        }
        if (!a.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException(
                    operation + ": the memory of " + name + " belongs to another thread than "
                            + Thread.currentThread());
        }
    }

    /** Wants memory that this thread may write. */
    static void writable(String operation, String name, Matrix a) {
        readable(operation, name, a.segment());
        if (a.segment().isReadOnly()) {
            throw new IllegalArgumentException(operation + ": the memory of " + name + " is read-only");
        }
    }

    /** Wants a shape, where {@code wanted} says in words what it follows from. */
    static void shape(String operation, String name, Matrix a, int rows, int cols, String wanted) {
        if (a.rows() != rows || a.cols() != cols) {
            throw new IllegalArgumentException("%s: %s is %s; wanted %dx%d, %s".formatted(operation, name, a.shape(),
                    rows, cols, wanted));
        }
    }

    /** Wants two views without an element in common. */
    static void apart(String operation, String name, Matrix a, String otherName, Matrix other) {
        if (a.overlaps(other)) {
            throw new IllegalArgumentException(
                    "%s: %s overlaps %s; wanted memory of its own".formatted(operation, name, otherName));
        }
    }

    /** Wants two views that are the same, or else without an element in common. */
    static void sameOrApart(String operation, String name, Matrix a, String otherName, Matrix other) {
        if (a.address() != other.address() || a.rowStride() != other.rowStride()) {
            apart(operation, name, a, otherName, other);
        }
    }

    /** Wants {@code count} numbers from {@code from} on, each below {@code bound}. */
    static void indices(String operation, int[] ids, int from, int count, int bound) {
        if (from < 0 || count > ids.length - from) {
            throw new IndexOutOfBoundsException("%s: %d indices from %d in an array of %d; wanted all in the array"
                    .formatted(operation, count, from, ids.length));
        }
        for (int i = from; i < from + count; i++) {
            if (ids[i] < 0 || ids[i] >= bound) {
                throw new IndexOutOfBoundsException(
                        "%s: index %d at position %d; wanted 0 to %d".formatted(operation, ids[i], i, bound - 1));
            }
        }
    }

    /** Wants an operand that these kernels packed. */
    static void owned(String operation, PackedMatrix packed, Kernels owner) {
        if (packed.owner() != owner) {
            throw new IllegalArgumentException("%s: the packed matrix %s was packed by other kernels (%s)"
                    .formatted(operation, packed.shape(), packed.owner().backend()));
        }
    }
}
