package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.Matrix;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies work of the caller's that kernels share among their threads. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedWorkTest {
    private static final long SEED = 20261122;

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void everyItemIsDoneOnce(Opening opening) {
        try (Kernels kernels = opening.open()) {
            for (int count = 0; count < 40; count++) {
                AtomicIntegerArray done = new AtomicIntegerArray(count);
                kernels.share(count, (from, to) -> {
                    assertTrue(from < to, from + " to " + to);
                    for (int i = from; i < to; i++) {
                        done.incrementAndGet(i);
                    }
                });
                for (int i = 0; i < count; i++) {
                    assertEquals(1, done.get(i), "item %d of %d".formatted(i, count));
                }
            }
        }
    }

    /** A step of a cell with so many gates, which is given a, W_aa, z, c, room for tanh(c'), and a'. */
    record Step(String name, int gates, Body body) {
        interface Body {
            void run(Kernels kernels, Matrix a, PackedMatrix wa, Matrix z, Matrix c, Matrix tanhC, Matrix aNext);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Step> STEPS = List.of(
            new Step("rnnStep", 1, (k, a, wa, z, c, tanhC, aNext) -> k.rnnStep(Activation.TANH, a, wa, z, aNext)),
            new Step("gruSimplifiedStep", 2, (k, a, wa, z, c, tanhC, aNext) -> k.gruSimplifiedStep(a, wa, z, a, aNext)),
            new Step("lstmStep coupled clipped", 3,
                    (k, a, wa, z, c, tanhC, aNext) -> k.lstmStep(new LstmForm(Optional.empty(), 0.1f), a, wa, z, c, c,
                            tanhC, aNext)),
            new Step("lstmStep", 4,
                    (k, a, wa, z, c, tanhC, aNext) -> k.lstmStep(LstmForm.PLAIN, a, wa, z, c, c, tanhC, aNext)));

    private static Stream<Arguments> openingsAndSteps() {
        return Opening.all().stream().flatMap(opening -> STEPS.stream().map(step -> Arguments.of(opening, step)));
    }

    /** Bands of rows through ten steps, each step as large as what a team shares. */
    @ParameterizedTest
    @MethodSource("openingsAndSteps")
    void whatTheWorkComputesIsWhatTheCallerWouldCompute(Opening opening, Step step) {
        int hidden = 96;
        int bands = 5;
        int rows = 7;
        try (Kernels kernels = opening.open();
                Kernels alone = opening.backend().open(1);
                Views views = new Views(SEED)) {
            Matrix w = views.random(step.gates * hidden, hidden, -0.1, 0.1);
            Matrix first = views.random(bands * rows, hidden);
            Matrix shared = Matrix.allocate(views.arena(), bands * rows, hidden);
            Matrix wanted = Matrix.allocate(views.arena(), bands * rows, hidden);
            PackedMatrix packed = kernels.packTransposed(views.arena(), w, step.gates);
            PackedMatrix packedAlone = alone.packTransposed(views.arena(), w, step.gates);
            kernels.share(bands, (from, to) -> {
                for (int i = from; i < to; i++) {
                    tenSteps(kernels, step, packed, views, first.rows(i * rows, rows), shared.rows(i * rows, rows));
                }
            });
            for (int i = 0; i < bands; i++) {
                tenSteps(alone, step, packedAlone, views, first.rows(i * rows, rows), wanted.rows(i * rows, rows));
            }
            assertArrayEquals(Oracle.bits(wanted), Oracle.bits(shared), "seed " + SEED);
        }
    }

    private static void tenSteps(Kernels kernels, Step step, PackedMatrix w, Views views, Matrix a, Matrix last) {
        Matrix next = Matrix.allocate(views.arena(), a.rows(), a.cols());
        Matrix z = Matrix.allocate(views.arena(), a.rows(), step.gates * a.cols());
        Matrix c = Matrix.allocate(views.arena(), a.rows(), a.cols());
        Matrix tanhC = Matrix.allocate(views.arena(), a.rows(), a.cols());
        last.copyFrom(a);
        for (int t = 0; t < 10; t++) {
            z.fill(0);
            step.body.run(kernels, last, w, z, c, tanhC, next);
            last.copyFrom(next);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void whatTheWorkThrowsReachesTheCallerAndTheKernelsWorkOn(Opening opening) {
        try (Kernels kernels = opening.open()) {
            for (int bad = 0; bad < 9; bad++) {
                int item = bad;
                IllegalStateException thrown = assertThrows(IllegalStateException.class,
                        () -> kernels.share(9, (from, to) -> {
                            if (from <= item && item < to) {
                                throw new IllegalStateException("item " + item);
                            }
                        }));
                assertEquals("item " + bad, thrown.getMessage());
            }
            AtomicIntegerArray done = new AtomicIntegerArray(1);
            kernels.share(9, (from, to) -> done.addAndGet(0, to - from));
            assertEquals(9, done.get(0));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void aNegativeCountIsRefused(Opening opening) {
        try (Kernels kernels = opening.open()) {
            String message = assertThrows(IllegalArgumentException.class, () -> kernels.share(-1, (from, to) -> {
            })).getMessage();
            assertEquals("share: -1 items; wanted 0 or more", message);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void closedKernelsShareNothing(Opening opening) {
        Kernels kernels = opening.open();
        kernels.close();
        String message = assertThrows(IllegalStateException.class, () -> kernels.share(1, (from, to) -> {
        })).getMessage();
        assertEquals("share: the kernels are closed", message);
    }
}
