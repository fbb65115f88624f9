package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.unroll.kernels.Tuning.Kind;
import dev.unroll.tensor.Matrix;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies what a table changes: products and steps have the bits of the backend that it sends them to, all else stays. */
class TunedKernelsTest {
    private static final long SEED = 20261122;
    private static final int ROWS = 9;
    private static final int UNITS = 113;
    private static final int INPUTS = 117;

    /** What is computed, and everything that it writes. */
    private interface Work {
        List<Matrix> run(Kernels kernels, Views views);
    }

    /** Weights as a cell has them. */
    private record Weights(PackedMatrix wa, PackedMatrix wx) {
        static Weights random(Kernels kernels, Views views, int gates) {
            Matrix stacked = views.random(gates * UNITS, UNITS + INPUTS, -0.3, 0.3);
            return new Weights(kernels.packTransposed(views.arena(), stacked.cols(0, UNITS), gates),
                    kernels.packTransposed(views.arena(), stacked.cols(UNITS, INPUTS), gates));
        }
    }

    private static List<Matrix> product(Kernels kernels, Views views) {
        Matrix a = views.random(ROWS, UNITS);
        Matrix out = views.nan(ROWS, INPUTS);
        PackedMatrix w = kernels.pack(views.arena(), views.random(UNITS, INPUTS));
        kernels.multiply(a, w, out);
        kernels.addMultiply(a, w, out);
        return List.of(out);
    }

    private static List<Matrix> transposed(Kernels kernels, Views views) {
        Matrix a = views.random(ROWS, UNITS);
        Matrix out = views.nan(ROWS, 4 * INPUTS);
        PackedMatrix w = kernels.packTransposed(views.arena(), views.random(4 * INPUTS, UNITS), 4);
        kernels.multiply(a, w, out);
        kernels.addMultiply(a, w, out);
        return List.of(out);
    }

    private static List<Matrix> gradient(Kernels kernels, Views views) {
        Matrix out = views.random(UNITS, INPUTS);
        kernels.addMultiplyTransA(views.random(300, UNITS), views.random(300, INPUTS), out);
        return List.of(out);
    }

    private static List<Matrix> steps(Kernels kernels, Views views) {
        Matrix x = views.random(ROWS, INPUTS);
        Matrix a = views.random(ROWS, UNITS);
        Matrix c = views.random(ROWS, UNITS);
        Matrix saved = views.nan(ROWS, UNITS);
        Matrix next = views.nan(ROWS, UNITS);
        Matrix gruNext = views.nan(ROWS, UNITS);
        Matrix rnnNext = views.nan(ROWS, UNITS);
        Matrix z4 = views.random(ROWS, 4 * UNITS, -1, 1);
        Matrix z3 = views.random(ROWS, 3 * UNITS, -1, 1);
        Matrix z = views.random(ROWS, UNITS, -1, 1);
        Matrix q = views.nan(ROWS, UNITS);
        Matrix coupled = views.random(ROWS, 3 * UNITS, -1, 1);
        Matrix z2 = views.random(ROWS, 2 * UNITS, -1, 1);
        Matrix simplified = views.nan(ROWS, UNITS);
        Matrix full = views.nan(ROWS, UNITS);
        LstmForm form = LstmVariant.FULL.form(views.random(2, UNITS));
        Weights lstm = Weights.random(kernels, views, 4);
        Weights gru = Weights.random(kernels, views, 3);
        Weights small = Weights.random(kernels, views, 2);
        Weights rnn = Weights.random(kernels, views, 1);
        kernels.lstmStep(LstmForm.PLAIN, x, lstm.wx, a, lstm.wa, z4, c, c, saved, next);
        kernels.lstmStep(LstmForm.PLAIN, next, lstm.wa, z4, c, c, saved, a);
        kernels.gruResetAfterStep(x, gru.wx, a, gru.wa, z3, q, views.random(1, UNITS), a, gruNext);
        kernels.lstmStep(form, x, gru.wx, a, gru.wa, coupled, c, c, saved, full);
        kernels.gruSimplifiedStep(x, small.wx, a, small.wa, z2, a, simplified);
        kernels.rnnStep(Activation.TANH, x, rnn.wx, a, rnn.wa, z, rnnNext);
        return List.of(z4, c, saved, next, a, z3, q, gruNext, coupled, full, z2, simplified, z, rnnNext);
    }

    private static final List<Work> ALL = List.of(TunedKernelsTest::product, TunedKernelsTest::transposed,
            TunedKernelsTest::gradient, TunedKernelsTest::steps);

    private static List<int[]> bits(Kernels kernels, Work work) {
        try (Views views = new Views(SEED)) {
            return work.run(kernels, views).stream().map(Oracle::bits).toList();
        }
    }

    private static void assertSameBits(String context, List<int[]> expected, List<int[]> actual) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "%s, output %d, seed %d".formatted(context, i, SEED));
        }
    }

    private static Stream<Arguments> backendsAndThreads() {
        return Stream.of(Backend.VECTOR, Backend.OPENBLAS)
                .flatMap(backend -> Stream.of(1, 2).map(threads -> Arguments.of(backend, threads)));
    }

    @ParameterizedTest
    @MethodSource("backendsAndThreads")
    void aTableThatSendsEverythingToABackendGivesItsBits(Backend backend, int threads) {
        try (Kernels expected = backend.open(threads);
                Kernels actual = new VectorKernels(threads, Tables.allTo(backend))) {
            for (Work work : ALL) {
                assertSameBits("%s, work %d".formatted(backend, ALL.indexOf(work)), bits(expected, work),
                        bits(actual, work));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachKindIsSentByItself(Kind kind) {
        Tuning tuning = Tables.of(Tables.entry(kind, 8, 64, 256, Backend.OPENBLAS));
        int served = switch (kind) {
            case PRODUCT -> 0;
            case PRODUCT_TRANSPOSED -> 1;
            case GRADIENT -> 2;
            case STEP -> 3;
        };
        try (Kernels vector = Backend.VECTOR.open(1);
                Kernels openblas = Backend.OPENBLAS.open(1);
                Kernels tuned = new VectorKernels(1, tuning)) {
            for (int i = 0; i < ALL.size(); i++) {
                assertSameBits(kind + ", work " + i, bits(i == served ? openblas : vector, ALL.get(i)),
                        bits(tuned, ALL.get(i)));
            }
        }
    }

    @Test
    void repackTakesTheChangedSourceOnBothWays() {
        try (Kernels tuned = new VectorKernels(1, Tables.of(Tables.entry(Kind.PRODUCT, 8, 64, 64, Backend.OPENBLAS),
                Tables.entry(Kind.PRODUCT, 1, 64, 64, Backend.VECTOR))); Views views = new Views(SEED)) {
            Matrix w = views.random(UNITS, INPUTS);
            PackedMatrix packed = tuned.pack(views.arena(), w);
            views.fill(w, -1, 1);
            tuned.repack(packed);
            for (int rows : new int[]{1, 8}) {
                Matrix a = views.random(rows, UNITS);
                Matrix out = views.nan(rows, INPUTS);
                tuned.multiply(a, packed, out);
                double[][] values = Oracle.values(w);
                Oracle.assertClose("rows %d, seed %d".formatted(rows, SEED), out, (i, j) -> {
                    double sum = 0;
                    for (int k = 0; k < UNITS; k++) {
                        sum += a.get(i, k) * values[k][j];
                    }
                    return sum;
                }, (i, j) -> 1e-4);
            }
        }
    }

    @Test
    void theyAreTheKernelsOfVectors() {
        try (Kernels tuned = new VectorKernels(2, Tables.allTo(Backend.OPENBLAS))) {
            assertSame(Backend.VECTOR, tuned.backend());
            assertEquals(2, tuned.threads());
            tuned.warmUp(1, 64);
        }
    }
}
