package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of the machine's preferred width, read from and written to matrices. */
final class Lanes {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LENGTH = SPECIES.length();
    /** Made once, for a mask that is passed to a method is an object. */
    private static final List<VectorMask<Float>> FIRST = IntStream.rangeClosed(0, LENGTH)
            .mapToObj(count -> SPECIES.indexInRange(0, count)).toList();

    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Lanes() {}

    /** The first {@code count} lanes, 0 to all. */
    static VectorMask<Float> first(int count) {
        return FIRST.get(count);
    }

    /** The lanes of a row's last vector, where the row has {@code n} elements and that is no multiple of the length. */
    static VectorMask<Float> tail(int n) {
        return first(n % LENGTH);
    }

    /** The first column that no whole vector of a row of {@code n} reaches. */
    static int bound(int n) {
        return n - n % LENGTH;
    }

    static FloatVector load(MemorySegment segment, long index) {
        return FloatVector.fromMemorySegment(SPECIES, segment, index * Float.BYTES, ORDER);
    }

    static FloatVector load(MemorySegment segment, long index, VectorMask<Float> lanes) {
        return FloatVector.fromMemorySegment(SPECIES, segment, index * Float.BYTES, ORDER, lanes);
    }

    static void store(FloatVector v, MemorySegment segment, long index) {
        v.intoMemorySegment(segment, index * Float.BYTES, ORDER);
    }

    static void store(FloatVector v, MemorySegment segment, long index, VectorMask<Float> lanes) {
        v.intoMemorySegment(segment, index * Float.BYTES, ORDER, lanes);
    }

    /** Elements (i, j), (i, j + 1) and so on. */
    static FloatVector load(Matrix a, int i, int j, VectorMask<Float> lanes) {
        return load(a.segment(), a.offset() + i * a.rowStride() + j, lanes);
    }

    static void store(FloatVector v, Matrix a, int i, int j, VectorMask<Float> lanes) {
        store(v, a.segment(), a.offset() + i * a.rowStride() + j, lanes);
    }

    /** The sum of all lanes, halves added to halves: unlike {@code reduceLanes}, in an order that is set. */
    static float sum(FloatVector v) {
        FloatVector halves = v;
        for (int distance = LENGTH / 2; distance > 0; distance /= 2) {
            halves = halves.add(halves.rearrange(VectorShuffle.iota(SPECIES, distance, 1, true)));
        }
        return halves.lane(0);
    }
}
