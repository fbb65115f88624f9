package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.Matrix;

/** How far single precision is from the truth: max|ours - wanted| / max|wanted|. */
final class Deviation {
    private Deviation() {}

    static void check(double bound, String what, double[] wanted, Matrix ours) {
        float[] floats = ours.toArray();
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        check(bound, what, wanted, doubles);
    }

    static void check(double bound, String what, double[] wanted, double... ours) {
        assertEquals(wanted.length, ours.length, what);
        double largest = 0;
        double farthest = 0;
        for (int i = 0; i < wanted.length; i++) {
            assertTrue(Double.isFinite(ours[i]), "%s: element %d is %s".formatted(what, i, ours[i]));
            largest = Math.max(largest, Math.abs(wanted[i]));
            farthest = Math.max(farthest, Math.abs(ours[i] - wanted[i]));
        }
        assertTrue(farthest <= bound * largest,
                "%s: deviation %.3g; wanted at most %s".formatted(what, farthest / largest, bound));
    }
}
