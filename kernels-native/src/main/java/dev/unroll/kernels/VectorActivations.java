package dev.unroll.kernels;

import static dev.unroll.kernels.Floats.at;
import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.bound;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Activation} in vectors, forward and backward; what is left of a row backward is {@link ScalarGates}'. */
final class VectorActivations {
    private VectorActivations() {}

    /** a' = g(z) over columns {@code left} to {@code right}. */
    static void forward(Scratch.Pool pool, int from, int to, int left, int right, Activation g, Matrix z,
            Matrix aNext) {
        switch (g) {
            case TANH -> VectorPasses.tanh(pool, from, to, z, left, aNext, left, right - left);
            case RELU -> relu(from, to, left, right, z, aNext);
            case IDENTITY -> copy(from, to, left, right, z, aNext);
            case SIGMOID -> VectorPasses.sigmoid(pool, from, to, z, left, aNext, left, right - left);
        }
    }

    private static void relu(int from, int to, int left, int right, Matrix x, Matrix y) {
        for (int i = from; i < to; i++) {
            long source = at(x, i, 0);
            long target = at(y, i, 0);
            int j = left;
            for (; j + LENGTH <= right; j += LENGTH) {
                FloatVector v = FloatVector.fromMemorySegment(SPECIES, x.segment(), (source + j) * Float.BYTES, ORDER);
                FloatVector zero = FloatVector.zero(SPECIES);
                v.blend(zero, v.compare(VectorOperators.LE, zero)) // a comparison lets NaN through
                        .intoMemorySegment(y.segment(), (target + j) * Float.BYTES, ORDER);
            }
            for (; j < right; j++) {
                float v = Floats.get(x.segment(), source + j);
                Floats.set(y.segment(), target + j, v <= 0 ? 0 : v);
            }
        }
    }

    private static void copy(int from, int to, int left, int right, Matrix x, Matrix y) {
        for (int i = from; i < to && left < right; i++) {
            MemorySegment.copy(x.segment(), at(x, i, left) * Float.BYTES, y.segment(), at(y, i, left) * Float.BYTES,
                    (long) (right - left) * Float.BYTES);
        }
    }

    /** dz = da'*g'(z), where g'(z) comes from a'. */
    static void backward(int from, int to, Activation g, Matrix aNext, Matrix daNext, Matrix dz) {
        int whole = bound(dz.cols());
        switch (g) {
            case TANH -> tanhBackward(from, to, whole, aNext, daNext, dz);
            case RELU -> reluBackward(from, to, whole, aNext, daNext, dz);
            case IDENTITY -> copy(from, to, 0, whole, daNext, dz);
            case SIGMOID -> sigmoidBackward(from, to, whole, aNext, daNext, dz);
        }
        ScalarGates.activateBackward(from, to, whole, g, aNext, daNext, dz);
    }

    private static void tanhBackward(int from, int to, int whole, Matrix aNext, Matrix daNext, Matrix dz) {
        for (int i = from; i < to; i++) {
            long a = at(aNext, i, 0);
            long da = at(daNext, i, 0);
            long out = at(dz, i, 0);
            for (int j = 0; j < whole; j += LENGTH) {
                FloatVector x = FloatVector.fromMemorySegment(SPECIES, aNext.segment(), (a + j) * Float.BYTES, ORDER);
                FloatVector.fromMemorySegment(SPECIES, daNext.segment(), (da + j) * Float.BYTES, ORDER)
                        .mul(FloatVector.broadcast(SPECIES, 1).sub(x.mul(x)))
                        .intoMemorySegment(dz.segment(), (out + j) * Float.BYTES, ORDER);
            }
        }
    }

    private static void reluBackward(int from, int to, int whole, Matrix aNext, Matrix daNext, Matrix dz) {
        for (int i = from; i < to; i++) {
            long a = at(aNext, i, 0);
            long da = at(daNext, i, 0);
            long out = at(dz, i, 0);
            for (int j = 0; j < whole; j += LENGTH) {
                FloatVector zero = FloatVector.zero(SPECIES);
                FloatVector x = FloatVector.fromMemorySegment(SPECIES, aNext.segment(), (a + j) * Float.BYTES, ORDER);
                FloatVector.fromMemorySegment(SPECIES, daNext.segment(), (da + j) * Float.BYTES, ORDER)
                        .blend(zero, x.compare(VectorOperators.LE, zero))
                        .intoMemorySegment(dz.segment(), (out + j) * Float.BYTES, ORDER);
            }
        }
    }

    private static void sigmoidBackward(int from, int to, int whole, Matrix aNext, Matrix daNext, Matrix dz) {
        for (int i = from; i < to; i++) {
            long a = at(aNext, i, 0);
            long da = at(daNext, i, 0);
            long out = at(dz, i, 0);
            for (int j = 0; j < whole; j += LENGTH) {
                FloatVector x = FloatVector.fromMemorySegment(SPECIES, aNext.segment(), (a + j) * Float.BYTES, ORDER);
                FloatVector.fromMemorySegment(SPECIES, daNext.segment(), (da + j) * Float.BYTES, ORDER).mul(x)
                        .mul(FloatVector.broadcast(SPECIES, 1).sub(x))
                        .intoMemorySegment(dz.segment(), (out + j) * Float.BYTES, ORDER);
            }
        }
    }
}
