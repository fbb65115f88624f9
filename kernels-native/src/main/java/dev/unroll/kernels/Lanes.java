package dev.unroll.kernels;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of the machine's preferred width. */
final class Lanes {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LENGTH = SPECIES.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Lanes() {}

    /** The first column that no whole vector of a row of {@code n} reaches. */
    static int bound(int n) {
        return n - n % LENGTH;
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
