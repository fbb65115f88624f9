package dev.unroll.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;

/**
 * {@link VectorMath} against {@link StrictMath} in double, over all floats or every so-manieth of them.
 *
 * <p>{@code main} takes all 2^32 and prints, for each function, the worst error, where it is, and how many errors are
 * past 1 ulp. Its argument is the number of threads, 1 without one; it takes some minutes.
 */
final class VectorMathSweep {
    private static final int BLOCK = 4096;
    private static final long FLOATS = 1L << 32;

    static final Function TANH = new Function("tanh", VectorMathSweep::tanh, StrictMath::tanh);
    static final Function SIGMOID = new Function("sigmoid", VectorMathSweep::sigmoid,
            x -> 1 / (1 + StrictMath.exp(-x)));
    static final Function EXP = new Function("exp", VectorMathSweep::exp, StrictMath::exp);

    private VectorMathSweep() {}

    /** Functions of {@link VectorMath} over arrays of {@link #BLOCK} elements. */
    interface Loop {
        void apply(float[] x, float[] y);
    }

    /** What is measured, and against what. */
    record Function(String name, Loop loop, DoubleUnaryOperator exact) {
        float at(float x) {
            float[] xs = new float[BLOCK];
            xs[0] = x;
            loop.apply(xs, xs);
            return xs[0];
        }
    }

    /** The worst error, the input that has it, and the errors past 1 ulp. */
    record Errors(Function function, double worst, float at, long pastOne) {
        Errors plus(Errors other) {
            Errors worse = other.worst > worst ? other : this;
            return new Errors(function, worse.worst, worse.at, pastOne + other.pastOne);
        }

        @Override
        public String toString() {
            return "%s: worst %.4f ulp at %s (%s), %s for %s; past 1 ulp: %d".formatted(function.name(), worst, at,
                    Float.toHexString(at), function.at(at), function.exact().applyAsDouble(at), pastOne);
        }
    }

    private static void tanh(float[] x, float[] y) {
        for (int i = 0; i < BLOCK; i += VectorMath.SPECIES.length()) {
            VectorMath.tanh(FloatVector.fromArray(VectorMath.SPECIES, x, i)).intoArray(y, i);
        }
    }

    private static void sigmoid(float[] x, float[] y) {
        for (int i = 0; i < BLOCK; i += VectorMath.SPECIES.length()) {
            VectorMath.sigmoid(FloatVector.fromArray(VectorMath.SPECIES, x, i)).intoArray(y, i);
        }
    }

    private static void exp(float[] x, float[] y) {
        for (int i = 0; i < BLOCK; i += VectorMath.SPECIES.length()) {
            VectorMath.exp(FloatVector.fromArray(VectorMath.SPECIES, x, i)).intoArray(y, i);
        }
    }

    /**
     * Errors over the floats whose bits are {@code first}, {@code first + step} and so on, {@code last} and above excluded.
     */
    static Errors errors(Function function, long first, long last, long step) {
        float[] x = new float[BLOCK];
        float[] y = new float[BLOCK];
        double worst = 0;
        float at = 0;
        long pastOne = 0;
        for (long bits = first; bits < last; bits += BLOCK * step) {
            int n = (int) Math.min(BLOCK, (last - bits + step - 1) / step);
            for (int i = 0; i < n; i++) {
                x[i] = Float.intBitsToFloat((int) (bits + i * step));
            }
            function.loop().apply(x, y);
            for (int i = 0; i < n; i++) {
                double error = ulps(y[i], function.exact().applyAsDouble(x[i]));
                if (error > worst) {
                    worst = error;
                    at = x[i];
                }
                if (error > 1) {
                    pastOne++;
                }
            }
        }
        return new Errors(function, worst, at, pastOne);
    }

    /** Every {@code step}th of all floats. */
    static Errors errors(Function function, long step) {
        return errors(function, 0, FLOATS, step);
    }

    /**
     * {@code |y - exact| / ulp(exact)}. NaN where a number is due, and a number where NaN is, are infinitely wrong; where one
     * of the two is past the largest float, infinity is 2^128 and the ulp is that of the largest float.
     */
    static double ulps(float y, double exact) {
        float rounded = (float) exact;
        if (Float.isNaN(y) || Float.isNaN(rounded)) {
            return Float.isNaN(y) && Float.isNaN(rounded) ? 0 : Double.POSITIVE_INFINITY;
        }
        if (Float.isInfinite(y) || Float.isInfinite(rounded)) {
            return y == rounded ? 0 : Math.abs(clamp(y) - clamp(exact)) / Math.ulp(Float.MAX_VALUE);
        }
        return Math.abs(y - exact) / Math.ulp(rounded);
    }

    private static double clamp(double x) {
        return Math.clamp(x, -0x1p128, 0x1p128);
    }

    /** Measures all three functions over all floats. */
    static void main(String[] args) throws ExecutionException, InterruptedException {
        int threads = args.length == 0 ? 1 : Integer.parseInt(args[0]);
        long part = FLOATS / 64;
        System.out.println(VectorMath.SPECIES);
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (Function function : List.of(TANH, SIGMOID, EXP)) {
                List<Future<Errors>> parts = new ArrayList<>();
                for (long first = 0; first < FLOATS; first += part) {
                    long from = first;
                    parts.add(executor.submit(() -> errors(function, from, from + part, 1)));
                }
                Errors errors = new Errors(function, 0, 0, 0);
                for (Future<Errors> each : parts) {
                    errors = errors.plus(each.get());
                }
                System.out.println(errors);
            }
        }
    }
}
