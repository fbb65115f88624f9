package dev.unroll.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;

/**
 * What the door of a conversion asks of the memory beside a sequence; each message names the operation and what was given.
 *
 * @param operation its name and the layout
 * @param sequence whose sizes are wanted
 */
record SequenceChecks(String operation, Sequence sequence) {
    /** Wants time*batch*feature floats. */
    void length(MemorySegment memory) {
        if (memory.byteSize() % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    "%s: %d bytes are no whole number of floats".formatted(operation, memory.byteSize()));
        }
        long wanted = sequence.asMatrix().layout().size();
        if (memory.byteSize() / Float.BYTES != wanted) {
            throw new IllegalArgumentException("%s: %d floats for a sequence of %s; wanted %d".formatted(operation,
                    memory.byteSize() / Float.BYTES, sequence.shape(), wanted));
        }
    }

    /** Wants arrays of these lengths, none missing. */
    void nested(float[][][] array, Triple sizes) {
        if (array.length != sizes.first()) {
            throw misfit("array", array, sizes.first());
        }
        for (int i = 0; i < array.length; i++) {
            if (array[i] == null || array[i].length != sizes.second()) {
                throw misfit("array[" + i + "]", array[i], sizes.second());
            }
            for (int k = 0; k < array[i].length; k++) {
                if (array[i][k] == null || array[i][k].length != sizes.third()) {
                    throw misfit("array[" + i + "][" + k + "]", array[i][k], sizes.third());
                }
            }
        }
    }

    private IllegalArgumentException misfit(String place, Object array, int wanted) {
        String given = array == null ? "is null" : "has length " + Array.getLength(array);
        return new IllegalArgumentException("%s: %s %s for a sequence of %s; wanted length %d".formatted(operation,
                place, given, sequence.shape(), wanted));
    }

    /** Wants memory that this thread may read. */
    void readable(String name, MemorySegment memory) {
        if (!memory.scope().isAlive()) {
            throw new IllegalStateException(operation + ": the memory of " + name + " is closed");
        }
        if (!memory.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException(operation + ": the memory of " + name + " belongs to another thread than "
                    + Thread.currentThread());
        }
    }

    /** Wants memory that this thread may write. */
    void writable(String name, MemorySegment memory) {
        readable(name, memory);
        if (memory.isReadOnly()) {
            throw new IllegalArgumentException(operation + ": the memory of " + name + " is read-only");
        }
    }

    /** Wants memory without an element of the sequence in it. */
    void apart(MemorySegment memory) {
        Layout layout = sequence.asMatrix().layout();
        if (layout.size() == 0) {
            return;
        }
        MemorySegment own = sequence.asMatrix().segment().asSlice(layout.offset() * Float.BYTES,
                (layout.end() - layout.offset()) * Float.BYTES);
        if (memory.asOverlappingSlice(own).isPresent()) {
            throw new IllegalArgumentException(
                    operation + ": the memory overlaps the sequence; wanted memory of its own");
        }
    }
}
