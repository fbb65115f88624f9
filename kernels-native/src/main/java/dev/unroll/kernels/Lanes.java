package dev.unroll.kernels;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of the machine's preferred width. */
final class Lanes {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LENGTH = SPECIES.length();
    /** As wide, so that the floats of a vector make two of doubles. */
    static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SPECIES.vectorShape());
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

    /** The sum of all lanes, in their order. */
    static double sum(DoubleVector v) {
        double sum = 0;
        for (int lane = 0; lane < DOUBLES.length(); lane++) {
            sum += v.lane(lane);
        }
        return sum;
    }

    /** The product of all lanes, in their order. */
    static double product(DoubleVector v) {
        double product = 1;
        for (int lane = 0; lane < DOUBLES.length(); lane++) {
            product *= v.lane(lane);
        }
        return product;
    }
}
