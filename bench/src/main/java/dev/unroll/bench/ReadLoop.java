package dev.unroll.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Reads memory from begin to end, again and again, and does next to nothing with it. */
final class ReadLoop {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final MemorySegment memory;

    ReadLoop(Arena arena, long bytes) {
        this.memory = arena.allocate(bytes, 64);
        // Pages that nobody has written to are all the same one.
        memory.fill((byte) 1);
    }

    /** Reads all of it once. The result wants a use. */
    float run() {
        FloatVector a = FloatVector.zero(SPECIES);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int width = SPECIES.vectorByteSize();
        long end = memory.byteSize();
        for (long at = 0; at < end; at += 4L * width) {
            a = a.add(FloatVector.fromMemorySegment(SPECIES, memory, at, ORDER));
            b = b.add(FloatVector.fromMemorySegment(SPECIES, memory, at + width, ORDER));
            c = c.add(FloatVector.fromMemorySegment(SPECIES, memory, at + 2L * width, ORDER));
            d = d.add(FloatVector.fromMemorySegment(SPECIES, memory, at + 3L * width, ORDER));
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }
}
