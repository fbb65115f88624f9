package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.Layout;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies a step: what its products and its gates give one after the other, to the bit, whatever is computed at once. */
class StepsTest {
    private static final long SEED = 20261122;
    private static final List<LstmVariant> PLAIN_AND_FULL = List.of(LstmVariant.PLAIN, LstmVariant.FULL);

    /** Rows, hidden units, inputs, and columns between W_aa and W_ax, which a cell has side by side. */
    private record Shape(int m, int h, int n, int gap) {}

    /** Narrower than most hidden sizes of the shapes, and wider than the smallest. */
    private static int projected(int h) {
        return h / 2 + 3;
    }

    private static List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (int gap = 0; gap < 2; gap++) {
            shapes.addAll(List.of(new Shape(2, 17, 5, gap), new Shape(7, 64, 33, gap), new Shape(130, 16, 3, gap),
                    new Shape(5, 96, 530, gap), new Shape(3, 1, 1, gap), new Shape(33, 207, 8, gap),
                    new Shape(0, 5, 5, gap), new Shape(3, 13, 0, gap)));
            for (int m : new int[]{1, 3, 4, 8, 13, 16, 31}) {
                shapes.add(new Shape(m, 48, 20, gap));
            }
        }
        return shapes;
    }

    /** Operands of a step, the same each time they are drawn. */
    private static final class Operands implements AutoCloseable {
        private final Views views = new Views(SEED);
        private final Matrix x;
        private final Matrix a;
        private final Matrix z;
        private final Matrix p;
        private final Matrix c;
        private final Matrix q;
        private final Matrix b;
        private final Matrix cNext;
        private final Matrix tanhC;
        private final Matrix aNext;
        private final PackedMatrix wx;
        private final PackedMatrix wa;
        private final PackedMatrix[] gates;

        /** With so many gates, and so many columns of a. */
        Operands(Kernels kernels, Shape s, int count, int width) {
            x = views.random(s.m, s.n, -1, 1);
            a = views.random(s.m, width, -1, 1);
            z = views.random(s.m, count * s.h, -1, 1);
            c = views.random(s.m, s.h, -1, 1);
            b = views.random(1, s.h, -1, 1);
            p = views.random(count - 1, s.h, -1, 1);
            q = views.nan(s.m, s.h);
            cNext = views.nan(s.m, s.h);
            tanhC = views.nan(s.m, s.h);
            aNext = views.nan(s.m, s.h);
            Matrix stacked = views.random(count * s.h, width + s.gap + s.n, -0.3, 0.3);
            wx = kernels.packTransposed(views.arena(), stacked.cols(width + s.gap, s.n), count);
            Matrix recurrent = stacked.cols(0, width);
            wa = kernels.packTransposed(views.arena(), recurrent, count);
            gates = new PackedMatrix[count];
            for (int gate = 0; gate < count; gate++) {
                gates[gate] = kernels.packTransposed(views.arena(), recurrent.rows(gate * s.h, s.h));
            }
        }

        /** Everything that a step may write. */
        List<int[]> bits() {
            return List.of(Oracle.bits(z), Oracle.bits(q), Oracle.bits(cNext), Oracle.bits(tanhC), Oracle.bits(aNext));
        }

        @Override
        public void close() {
            views.close();
        }
    }

    private static void assertSame(Opening opening, int count, BiConsumer<Kernels, Operands> expected,
            BiConsumer<Kernels, Operands> actual) {
        assertSame(opening, count, IntUnaryOperator.identity(), expected, actual);
    }

    /** Where a has as many columns as {@code width} says for the hidden units. */
    private static void assertSame(Opening opening, int count, IntUnaryOperator width,
            BiConsumer<Kernels, Operands> expected, BiConsumer<Kernels, Operands> actual) {
        try (Kernels kernels = opening.open()) {
            for (Shape s : shapes()) {
                int cols = width.applyAsInt(s.h);
                try (Operands one = new Operands(kernels, s, count, cols);
                        Operands other = new Operands(kernels, s, count, cols)) {
                    expected.accept(kernels, one);
                    other.views.remember();
                    actual.accept(kernels, other);
                    for (int i = 0; i < one.bits().size(); i++) {
                        String context = "%s, %s, output %d, seed %d".formatted(opening, s, i, SEED);
                        if (opening.backend() == Backend.OPENBLAS) {
                            assertClose(context, one.bits().get(i), other.bits().get(i));
                        } else {
                            assertArrayEquals(one.bits().get(i), other.bits().get(i), context);
                        }
                    }
                    other.views.assertOnlyWritten(opening + ", " + s, other.z, other.q, other.cNext, other.tanhC,
                            other.aNext);
                }
            }
        }
    }

    /** OpenBLAS may add up a part of a product in another order than the whole. */
    private static void assertClose(String context, int[] expected, int[] actual) {
        for (int i = 0; i < expected.length; i++) {
            float e = Float.intBitsToFloat(expected[i]);
            float a = Float.intBitsToFloat(actual[i]);
            assertTrue(Math.abs(e - a) <= 1e-5 || (Float.isNaN(e) && Float.isNaN(a)), context);
        }
    }

    private static Stream<Arguments> openingsAndActivations() {
        return Opening.all().stream()
                .flatMap(opening -> Stream.of(Activation.values()).map(g -> Arguments.of(opening, g)));
    }

    private static Stream<Arguments> openingsAndVariants() {
        return Opening.all().stream()
                .flatMap(opening -> LstmVariant.ALL.stream().map(variant -> Arguments.of(opening, variant)));
    }

    @ParameterizedTest
    @MethodSource("openingsAndActivations")
    void anRnnStepIsItsProductAndFunction(Opening opening, Activation g) {
        assertSame(opening, 1, (k, o) -> {
            k.addMultiply(o.a, o.wa, o.z);
            k.activate(g, o.z, o.aNext);
        }, (k, o) -> k.rnnStep(g, o.a, o.wa, o.z, o.aNext));
    }

    @ParameterizedTest
    @MethodSource("openingsAndVariants")
    void anLstmStepIsItsProductAndGates(Opening opening, LstmVariant v) {
        assertSame(opening, v.gates(), (k, o) -> {
            k.addMultiply(o.a, o.wa, o.z);
            k.lstm(v.form(o.p), o.z, o.c, o.cNext, o.tanhC, o.aNext);
        }, (k, o) -> k.lstmStep(v.form(o.p), o.a, o.wa, o.z, o.c, o.cNext, o.tanhC, o.aNext));
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void anLstmStepTakesAProjectedState(Opening opening) {
        for (LstmVariant v : PLAIN_AND_FULL) {
            assertSame(opening, v.gates(), StepsTest::projected, (k, o) -> {
                k.addMultiply(o.a, o.wa, o.z);
                k.lstm(v.form(o.p), o.z, o.c, o.cNext, o.tanhC, o.aNext);
            }, (k, o) -> k.lstmStep(v.form(o.p), o.a, o.wa, o.z, o.c, o.cNext, o.tanhC, o.aNext));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void aSimplifiedGruStepIsItsProductAndGatesWhateverTheProductReads(Opening opening) {
        for (Function<Operands, Matrix> p : List.<Function<Operands, Matrix>>of(o -> o.a, o -> o.c)) {
            assertSame(opening, 2, (k, o) -> {
                k.addMultiply(p.apply(o), o.wa, o.z);
                k.gruSimplified(o.z, o.a, o.aNext);
            }, (k, o) -> k.gruSimplifiedStep(p.apply(o), o.wa, o.z, o.a, o.aNext));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void aGruStepIsItsProductsAndGatesWhateverTheProductsRead(Opening opening) {
        for (Function<Operands, Matrix> p : List.<Function<Operands, Matrix>>of(o -> o.a, o -> o.c)) {
            assertSame(opening, 3, (k, o) -> {
                for (int gate = 0; gate < 2; gate++) {
                    k.addMultiply(p.apply(o), o.gates[gate], o.z.cols(gate * o.a.cols(), o.a.cols()));
                }
                k.multiply(p.apply(o), o.gates[2], o.q);
                k.gruResetAfter(o.z, o.q, o.b, o.a, o.aNext);
            }, (k, o) -> k.gruResetAfterStep(p.apply(o), o.wa, o.z, o.q, o.b, o.a, o.aNext));
        }
    }

    @ParameterizedTest
    @MethodSource("openingsAndActivations")
    void anRnnStepFromXAddsTheInputPartFirst(Opening opening, Activation g) {
        assertSame(opening, 1, (k, o) -> {
            k.addMultiply(o.x, o.wx, o.z);
            k.rnnStep(g, o.a, o.wa, o.z, o.aNext);
        }, (k, o) -> k.rnnStep(g, o.x, o.wx, o.a, o.wa, o.z, o.aNext));
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void anLstmStepFromXAddsTheInputPartFirst(Opening opening) {
        for (LstmVariant v : PLAIN_AND_FULL) {
            for (IntUnaryOperator width : List.of(IntUnaryOperator.identity(), StepsTest::projected)) {
                assertSame(opening, v.gates(), width, (k, o) -> {
                    k.addMultiply(o.x, o.wx, o.z);
                    k.lstmStep(v.form(o.p), o.a, o.wa, o.z, o.c, o.cNext, o.tanhC, o.aNext);
                }, (k, o) -> k.lstmStep(v.form(o.p), o.x, o.wx, o.a, o.wa, o.z, o.c, o.cNext, o.tanhC, o.aNext));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void aSimplifiedGruStepFromXAddsTheInputPartFirst(Opening opening) {
        assertSame(opening, 2, (k, o) -> {
            k.addMultiply(o.x, o.wx, o.z);
            k.gruSimplifiedStep(o.a, o.wa, o.z, o.a, o.aNext);
        }, (k, o) -> k.gruSimplifiedStep(o.x, o.wx, o.a, o.wa, o.z, o.a, o.aNext));
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void aGruStepFromXAddsTheInputPartFirst(Opening opening) {
        assertSame(opening, 3, (k, o) -> {
            k.addMultiply(o.x, o.wx, o.z);
            k.gruResetAfterStep(o.a, o.wa, o.z, o.q, o.b, o.a, o.aNext);
        }, (k, o) -> k.gruResetAfterStep(o.x, o.wx, o.a, o.wa, o.z, o.q, o.b, o.a, o.aNext));
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void everyStepGivesTheSameWhicheverWayItReadsTheWeights(Opening opening) {
        assertSame(opening, 4, (k, o) -> k.lstmStep(LstmForm.PLAIN, o.a, o.wa, o.z, o.c, o.cNext, o.tanhC, o.aNext),
                (k, o) -> {
                    o.wa.turn();
                    k.lstmStep(LstmForm.PLAIN, o.a, o.wa, o.z, o.c, o.cNext, o.tanhC, o.aNext);
                });
    }

    /** A step given what it writes in a list of {@code outputs}: z, a', and what it has besides. */
    private record Writing(String name, int gates, int outputs, List<Function<Operands, PackedMatrix>> weights,
            Body body) {
        interface Body {
            void run(Kernels kernels, Operands o, List<Matrix> written);
        }
    }

    private static List<Writing> writings() {
        List<Function<Operands, PackedMatrix>> recurrent = List.of(o -> o.wa);
        List<Function<Operands, PackedMatrix>> both = List.of(o -> o.wa, o -> o.wx);
        return List.of(
                new Writing("rnnStep", 1, 2, recurrent,
                        (k, o, w) -> k.rnnStep(Activation.TANH, o.a, o.wa, w.get(0), w.get(1))),
                new Writing("rnnStep", 1, 2, both,
                        (k, o, w) -> k.rnnStep(Activation.TANH, o.x, o.wx, o.a, o.wa, w.get(0), w.get(1))),
                new Writing("gruSimplifiedStep", 2, 2, recurrent,
                        (k, o, w) -> k.gruSimplifiedStep(o.a, o.wa, w.get(0), o.a, w.get(1))),
                new Writing("gruSimplifiedStep", 2, 2, both,
                        (k, o, w) -> k.gruSimplifiedStep(o.x, o.wx, o.a, o.wa, w.get(0), o.a, w.get(1))),
                new Writing("gruResetAfterStep", 3, 3, recurrent,
                        (k, o, w) -> k.gruResetAfterStep(o.a, o.wa, w.get(0), w.get(2), o.b, o.a, w.get(1))),
                new Writing("gruResetAfterStep", 3, 3, both,
                        (k, o, w) -> k.gruResetAfterStep(o.x, o.wx, o.a, o.wa, w.get(0), w.get(2), o.b, o.a,
                                w.get(1))),
                new Writing("lstmStep", 4, 4, recurrent,
                        (k, o, w) -> k.lstmStep(LstmForm.PLAIN, o.a, o.wa, w.get(0), o.c, w.get(2), w.get(3),
                                w.get(1))),
                new Writing("lstmStep", 4, 4, both,
                        (k, o, w) -> k.lstmStep(LstmForm.PLAIN, o.x, o.wx, o.a, o.wa, w.get(0), o.c, w.get(2),
                                w.get(3), w.get(1))));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenOverTheSourceOfTheWeightsIsRefused(Backend backend) {
        try (Kernels kernels = backend.open(1)) {
            for (Writing step : writings()) {
                try (Operands o = new Operands(kernels, new Shape(2, 4, 4, 0), step.gates, 4)) {
                    for (Function<Operands, PackedMatrix> weights : step.weights) {
                        Matrix source = weights.apply(o).source();
                        for (int i = 0; i < step.outputs; i++) {
                            List<Matrix> written = new ArrayList<>(List.of(o.z, o.aNext, o.q, o.tanhC));
                            written.set(i, over(source, written.get(i)));
                            o.views.remember();
                            String message = assertThrows(IllegalArgumentException.class,
                                    () -> step.body.run(kernels, o, written), step + ", output " + i).getMessage();
                            assertTrue(message.startsWith(step.name + ": the source of w"), message);
                            o.views.assertOnlyWritten(step.name);
                        }
                    }
                }
            }
        }
    }

    /** A view of another's shape that begins where the source does. */
    private static Matrix over(Matrix source, Matrix shape) {
        return Matrix.of(source.segment(), new Layout(source.offset(), shape.rows(), shape.cols(),
                Math.max(source.rowStride(), shape.cols())));
    }

    @Test
    void weightsOfAnotherNumberOfGatesAreRefused() {
        try (Kernels kernels = Backend.SCALAR.open(1);
                Operands o = new Operands(kernels, new Shape(2, 4, 3, 0), 4, 4)) {
            PackedMatrix wrong = kernels.packTransposed(o.views.arena(), o.views.random(16, 4), 2);
            String message = assertThrows(IllegalArgumentException.class,
                    () -> kernels.lstmStep(LstmForm.PLAIN, o.a, wrong, o.z, o.c, o.cNext, o.tanhC, o.aNext))
                    .getMessage();
            assertTrue(message.startsWith("lstmStep: wa is 4x16 in 2 groups; wanted"), message);
        }
    }

    @Test
    void groupsMustDivideTheRows() {
        try (Kernels kernels = Backend.SCALAR.open(1); Views views = new Views(SEED)) {
            Matrix w = views.random(7, 3);
            String message = assertThrows(IllegalArgumentException.class,
                    () -> kernels.packTransposed(views.arena(), w, 4)).getMessage();
            assertTrue(message.startsWith("packTransposed: w is 7x3 in 4 groups"), message);
        }
    }
}
