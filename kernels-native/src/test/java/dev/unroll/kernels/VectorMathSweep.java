package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleUnaryOperator;

/**
 * {@link VectorMath} and the plain gates against {@link StrictMath} in double, over all floats or every so-manieth of them.
 *
 * <p>{@code main} takes all 2^32 and prints, for each function, the worst error, where it is, and how many errors are
 * past 1 ulp. Its argument is the number of threads, 1 without one; it takes some minutes.
 */
final class VectorMathSweep {
    private static final int BLOCK = 4096;
    private static final long FLOATS = 1L << 32;

    static final Function TANH = new Function("tanh in vectors",
            (x, y) -> VectorMath.tanh(0, 1, x, 0, y, 0, BLOCK), StrictMath::tanh);
    static final Function SIGMOID = new Function("sigmoid in vectors",
            (x, y) -> VectorMath.sigmoid(0, 1, x, 0, y, 0, BLOCK), VectorMathSweep::exactSigmoid);
    static final Function EXP = new Function("exp in vectors",
            (x, y) -> VectorMath.exp(0, x, 0, 0, y, 0, BLOCK), StrictMath::exp);
    static final Function PLAIN_TANH = new Function("plain tanh",
            (x, y) -> new ScalarGates().activate(0, 1, 0, BLOCK, Activation.TANH, x, y), StrictMath::tanh);
    static final Function PLAIN_SIGMOID = new Function("plain sigmoid", VectorMathSweep::plainSigmoid,
            VectorMathSweep::exactSigmoid);

    private VectorMathSweep() {}

    /** A function over rows of {@link #BLOCK} elements. */
    interface Loop {
        void apply(Matrix x, Matrix y);
    }

    /** What is measured, and against what. */
    record Function(String name, Loop loop, DoubleUnaryOperator exact) {
        float at(float x) {
            try (Arena arena = Arena.ofConfined()) {
                Matrix row = Matrix.allocate(arena, 1, BLOCK);
                row.set(0, 0, x);
                loop.apply(row, row);
                return row.get(0, 0);
            }
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

    private static double exactSigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    private static void plainSigmoid(Matrix x, Matrix y) {
        for (int i = 0; i < BLOCK; i++) {
            y.set(0, i, ScalarGates.sigmoid(x.get(0, i)));
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
        Arena arena = Arena.ofAuto();
        Matrix xs = Matrix.allocate(arena, 1, BLOCK);
        Matrix ys = Matrix.allocate(arena, 1, BLOCK);
        for (long bits = first; bits < last; bits += BLOCK * step) {
            int n = (int) Math.min(BLOCK, (last - bits + step - 1) / step);
            for (int i = 0; i < n; i++) {
                x[i] = Float.intBitsToFloat((int) (bits + i * step));
            }
            xs.copyFrom(x);
            function.loop().apply(xs, ys);
            ys.copyTo(y);
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

    /** Measures all functions over all floats. */
    static void main(String[] args) throws ExecutionException, InterruptedException {
        int threads = args.length == 0 ? 1 : Integer.parseInt(args[0]);
        long part = FLOATS / 64;
        System.out.println(Lanes.SPECIES);
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (Function function : List.of(TANH, SIGMOID, EXP, PLAIN_TANH, PLAIN_SIGMOID)) {
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
