package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/** A main program for {@link BackendLaunchTest}: opens a backend in a JVM of its own, multiplies, and says what it got. */
final class BackendProbe {
    private BackendProbe() {}

    /** Opens what each argument names, or {@link Backend#auto} for {@code auto}; prints a line for each. */
    public static void main(String... names) {
        for (String name : names) {
            try (Kernels kernels = name.equals("auto") ? Backend.auto(1) : Backend.of(name).open(1)) {
                System.out.println(name + ": " + kernels.backend() + " gives " + twoTimesThree(kernels));
            } catch (BackendException e) {
                System.out.println(name + ": BackendException " + e.getMessage());
            }
        }
    }

    /** 2*3 by a product and, so that the gates run as well, tanh of a large number for the sign. */
    private static float twoTimesThree(Kernels kernels) {
        try (Arena arena = Arena.ofConfined()) {
            Matrix out = Matrix.allocate(arena, 1, 1);
            kernels.multiply(Matrix.rowOf(arena, 2), kernels.pack(arena, Matrix.rowOf(arena, 3)), out);
            Matrix one = Matrix.rowOf(arena, 100);
            kernels.activate(Activation.TANH, one, one);
            return out.get(0, 0) * one.get(0, 0);
        }
    }
}
