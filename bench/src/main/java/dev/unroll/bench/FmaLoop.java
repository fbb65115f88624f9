package dev.unroll.bench;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Fused multiply-adds on registers alone: nothing that reads memory can be faster. */
final class FmaLoop {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int ACCUMULATORS = 16;
    private static final int STEPS = 20_000;

    /** Of one run: a multiplication and an addition a lane. */
    static final double FLOPS = 2.0 * STEPS * ACCUMULATORS * SPECIES.length();

    private FmaLoop() {}

    /** Sixteen sums that do not wait for each other; two units of four cycles each need eight. The result wants a use. */
    static float run(float factor) {
        FloatVector x = FloatVector.broadcast(SPECIES, factor);
        FloatVector y = FloatVector.broadcast(SPECIES, 1 - factor);
        FloatVector a0 = x;
        FloatVector a1 = x;
        FloatVector a2 = x;
        FloatVector a3 = x;
        FloatVector a4 = x;
        FloatVector a5 = x;
        FloatVector a6 = x;
        FloatVector a7 = x;
        FloatVector a8 = x;
        FloatVector a9 = x;
        FloatVector a10 = x;
        FloatVector a11 = x;
        FloatVector a12 = x;
        FloatVector a13 = x;
        FloatVector a14 = x;
        FloatVector a15 = x;
        for (int i = 0; i < STEPS; i++) {
            a0 = x.fma(y, a0);
            a1 = x.fma(y, a1);
            a2 = x.fma(y, a2);
            a3 = x.fma(y, a3);
            a4 = x.fma(y, a4);
            a5 = x.fma(y, a5);
            a6 = x.fma(y, a6);
            a7 = x.fma(y, a7);
            a8 = x.fma(y, a8);
            a9 = x.fma(y, a9);
            a10 = x.fma(y, a10);
            a11 = x.fma(y, a11);
            a12 = x.fma(y, a12);
            a13 = x.fma(y, a13);
            a14 = x.fma(y, a14);
            a15 = x.fma(y, a15);
        }
        FloatVector low = a0.add(a1).add(a2).add(a3).add(a4.add(a5).add(a6).add(a7));
        FloatVector high = a8.add(a9).add(a10).add(a11).add(a12.add(a13).add(a14).add(a15));
        return low.add(high).reduceLanes(VectorOperators.ADD);
    }
}
