package dev.unroll.kernels;

import dev.unroll.kernels.Tuning.Entry;
import dev.unroll.kernels.Tuning.Kind;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;

/**
 * Takes the times of a {@link Tuning}. The sides take turns call by call within a class, and all classes take turns in
 * rounds: so neither the drift of the machine's speed nor the JVM, which compiles anew when a shape is the first of its
 * sort, falls on one side or on one class. The first rounds only warm up; of the others the median counts.
 */
final class TuningRun {
    private static final int[] ROWS = {1, 2, 4, 8, 16, 32, 64, 128};
    /** Rows of a window: all its steps at once. */
    private static final int[] WINDOW = {1, 2, 4, 8, 16, 32, 64, 128, 1024};
    private static final int[] GRADIENT = {32, 128, 1024};
    /** Where all rows of a window at once would take a second. */
    private static final long MOST_WORK = 2_000_000_000L;
    private static final int GATES = 4;

    /** Nanoseconds of calls that are timed as one. */
    private static final double BATCH = 200_000;
    private static final int MOST_CALLS = 1000;
    private static final long WARM_UP = 5_000_000_000L;
    private static final long MEASURE = 10_000_000_000L;
    private static final int FEWEST_ROUNDS = 7;
    private static final int MOST_ROUNDS = 41;

    /** A class, and a call of each side. */
    private static final class Race {
        private final Kind kind;
        private final int rows;
        private final int depth;
        private final int cols;
        private final Runnable[] sides;
        private final double[] least = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        private final double[][] times = new double[2][MOST_ROUNDS];
        private int rounds;

        Race(Kind kind, int rows, int depth, int cols, Runnable vector, Runnable openblas) {
            this.kind = kind;
            this.rows = rows;
            this.depth = depth;
            this.cols = cols;
            this.sides = new Runnable[]{vector, openblas};
        }

        /** Nanoseconds of a call of one side, after one that brings its operands near. */
        private double time(int side) {
            Runnable call = sides[side];
            call.run();
            int calls = (int) Math.clamp(BATCH / least[side], 1, MOST_CALLS);
            long begin = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                call.run();
            }
            double time = Math.max(1, System.nanoTime() - begin) / (double) calls;
            least[side] = Math.min(least[side], time);
            return time;
        }

        void rehearse() {
            time(0);
            time(1);
        }

        void run() {
            // The side that begins finds the caches as another class left them: each does in turn.
            int first = rounds % 2;
            times[first][rounds] = time(first);
            times[1 - first][rounds] = time(1 - first);
            rounds++;
        }

        Entry entry() {
            return new Entry(kind, rows, depth, cols, median(0) / 1000, median(1) / 1000);
        }

        private double median(int side) {
            double[] sorted = Arrays.copyOf(times[side], rounds);
            Arrays.sort(sorted);
            return sorted[rounds / 2];
        }
    }

    private final Kernels vector;
    private final Kernels openblas;
    private final Arena arena;
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Race> races = new ArrayList<>();

    private TuningRun(Kernels vector, Kernels openblas, Arena arena) {
        this.vector = vector;
        this.openblas = openblas;
        this.arena = arena;
    }

    static List<Entry> measure(Kernels vector, Kernels openblas, Collection<Integer> hiddenSizes,
            DoubleConsumer progress) {
        for (int rows : ROWS) {
            vector.warmUp(rows, 4 * Loops.UNITS);
        }
        openblas.warmUp(1, 4 * Loops.UNITS);
        try (Arena arena = Arena.ofShared()) {
            TuningRun run = new TuningRun(vector, openblas, arena);
            hiddenSizes.stream().sorted().distinct().forEach(run::add);
            run.race(progress);
            return run.races.stream().map(Race::entry).sorted((a, b) -> a.kind().compareTo(b.kind())).toList();
        }
    }

    private void race(DoubleConsumer progress) {
        long begin = System.nanoTime();
        long now = begin;
        while (now - begin < WARM_UP) {
            races.forEach(Race::rehearse);
            now = System.nanoTime();
            progress.accept(Math.min(1, (now - begin) / (double) (WARM_UP + MEASURE)));
        }
        long start = now;
        for (int round = 0; round < MOST_ROUNDS && (round < FEWEST_ROUNDS || now - start < MEASURE); round++) {
            races.forEach(Race::run);
            now = System.nanoTime();
            progress.accept(Math.min(1, (now - begin) / (double) (WARM_UP + MEASURE)));
        }
        progress.accept(1);
    }

    /** Weights and gradients lie as those of a cell do: columns of one stacked matrix, W_aa to the left of W_ax. */
    private void add(int hidden) {
        int gates = GATES * hidden;
        Matrix stacked = drawn(gates, 2 * hidden, 0.05);
        Matrix wa = stacked.cols(0, hidden);
        Matrix wx = stacked.cols(hidden, hidden);
        Weights forward = new Weights(vector.packTransposed(arena, wa, GATES),
                openblas.packTransposed(arena, wa, GATES));
        Weights input = new Weights(vector.packTransposed(arena, wx, GATES),
                openblas.packTransposed(arena, wx, GATES));
        Weights backward = new Weights(vector.pack(arena, wa), openblas.pack(arena, wa));
        // Views of the first rows serve all numbers of rows.
        int most = WINDOW[WINDOW.length - 1];
        Matrix a = drawn(most, hidden, 1);
        Matrix x = drawn(most, hidden, 1);
        Matrix z = drawn(most, gates, 1);
        Matrix c = drawn(most, hidden, 1);
        Matrix tanhC = drawn(most, hidden, 1);
        Matrix aNext = drawn(most, hidden, 1);
        Matrix gradient = drawn(gates, 2 * hidden, 1).cols(0, hidden);
        for (int rows : WINDOW) {
            if (isBearable(rows, hidden)) {
                product(Kind.PRODUCT_TRANSPOSED, a.rows(0, rows), forward, z.rows(0, rows));
                product(Kind.PRODUCT, z.rows(0, rows), backward, aNext.rows(0, rows));
            }
        }
        for (int rows : GRADIENT) {
            if (isBearable(rows, hidden)) {
                Matrix dz = z.rows(0, rows);
                Matrix a0 = a.rows(0, rows);
                races.add(new Race(Kind.GRADIENT, rows, gates, hidden,
                        () -> vector.addMultiplyTransA(dz, a0, gradient),
                        () -> openblas.addMultiplyTransA(dz, a0, gradient)));
            }
        }
        for (int rows : ROWS) {
            step(rows, hidden, forward, a, z, c, tanhC, aNext);
            step(rows, hidden, input, x, forward, a, z, c, tanhC, aNext);
        }
    }

    /** One matrix as each side packs it. */
    private record Weights(PackedMatrix vector, PackedMatrix openblas) {}

    private static boolean isBearable(int rows, int hidden) {
        return 2L * rows * GATES * hidden * hidden < MOST_WORK;
    }

    private void product(Kind kind, Matrix a, Weights w, Matrix out) {
        races.add(new Race(kind, a.rows(), a.cols(), out.cols(), () -> vector.multiply(a, w.vector, out),
                () -> openblas.multiply(a, w.openblas, out)));
    }

    private void step(int rows, int hidden, Weights wa, Matrix a, Matrix z, Matrix c, Matrix tanhC, Matrix aNext) {
        Matrix a0 = a.rows(0, rows);
        Matrix z0 = z.rows(0, rows);
        Matrix c0 = c.rows(0, rows);
        Matrix t0 = tanhC.rows(0, rows);
        Matrix n0 = aNext.rows(0, rows);
        races.add(new Race(Kind.STEP, rows, hidden, GATES * hidden,
                () -> vector.lstmStep(LstmForm.PLAIN, a0, wa.vector, z0, c0, c0, t0, n0),
                () -> openblas.lstmStep(LstmForm.PLAIN, a0, wa.openblas, z0, c0, c0, t0, n0)));
    }

    private void step(int rows, int hidden, Weights wx, Matrix x, Weights wa, Matrix a, Matrix z, Matrix c,
            Matrix tanhC, Matrix aNext) {
        Matrix x0 = x.rows(0, rows);
        Matrix a0 = a.rows(0, rows);
        Matrix z0 = z.rows(0, rows);
        Matrix c0 = c.rows(0, rows);
        Matrix t0 = tanhC.rows(0, rows);
        Matrix n0 = aNext.rows(0, rows);
        races.add(new Race(Kind.STEP, rows, 2 * hidden, GATES * hidden,
                () -> vector.lstmStep(LstmForm.PLAIN, x0, wx.vector, a0, wa.vector, z0, c0, c0, t0, n0),
                () -> openblas.lstmStep(LstmForm.PLAIN, x0, wx.openblas, a0, wa.openblas, z0, c0, c0, t0, n0)));
    }

    private Matrix drawn(int rows, int cols, double most) {
        Matrix matrix = Matrix.allocate(arena, rows, cols);
        float[] values = new float[cols];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                values[j] = (float) random.nextDouble(-most, most);
            }
            matrix.row(i).copyFrom(values);
        }
        return matrix;
    }
}
