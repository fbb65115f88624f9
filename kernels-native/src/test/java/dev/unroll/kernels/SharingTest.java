package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.kernels.Operation.Sizes;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies that results repeat to the bit, and what threads, within an operation and calling one, may change of them. */
class SharingTest {
    private static final long SEED = 20260108;
    /** Large enough for a team; the second is deep enough for a weight gradient to go along depth in parts. */
    private static final List<Sizes> SIZES = List.of(new Sizes(65, 67, 33), new Sizes(33, 35, 300));
    /** Large enough for a team also where an element is only added or moved. */
    private static final Sizes LARGE = new Sizes(129, 131, 33);
    private static final Set<String> PRODUCTS = Set.of("multiply", "addMultiply", "addMultiplyTransA",
            "rnnStep", "lstmStep", "gruResetAfterStep", "gruSimplifiedStep");

    private static Stream<Arguments> backendsAndOperations() {
        return Stream.of(Backend.values())
                .flatMap(backend -> Operation.ALL.stream().map(operation -> Arguments.of(backend, operation)));
    }

    /** The bits of all operands after a call on operands that are the same each time. */
    private static List<int[]> run(Kernels kernels, Operation operation, Sizes sizes) {
        try (Views views = new Views(SEED)) {
            List<Matrix> matrices = operation.draw(views, sizes);
            operation.call(kernels, views.arena(), matrices).run();
            return matrices.stream().map(Oracle::bits).toList();
        }
    }

    private static void assertSameBits(String context, List<int[]> expected, List<int[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), context + ", operand " + i);
        }
    }

    /** The products of OpenBLAS alone may depend on how the rows are split. */
    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void theNumberOfThreadsDoesNotChangeABit(Backend backend, Operation operation) {
        if (backend == Backend.OPENBLAS && PRODUCTS.contains(operation.name())) {
            return;
        }
        try (Kernels alone = backend.open(1); Kernels two = backend.open(2); Kernels three = backend.open(3)) {
            for (Sizes sizes : Stream.concat(SIZES.stream(), Stream.of(LARGE)).toList()) {
                List<int[]> expected = run(alone, operation, sizes);
                assertSameBits("2 threads, %s, seed %d".formatted(sizes, SEED), expected, run(two, operation, sizes));
                assertSameBits("3 threads, %s, seed %d".formatted(sizes, SEED), expected,
                        run(three, operation, sizes));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backendsAndOperations")
    void theSameCallGivesTheSameBits(Backend backend, Operation operation) {
        try (Kernels kernels = backend.open(2); Kernels others = backend.open(2)) {
            for (Sizes sizes : SIZES) {
                List<int[]> expected = run(kernels, operation, sizes);
                for (int again = 0; again < 3; again++) {
                    assertSameBits(sizes + " again", expected, run(kernels, operation, sizes));
                    assertSameBits(sizes + " on others of its kind", expected, run(others, operation, sizes));
                }
            }
        }
    }

    /** A caller that finds the team busy does all rows itself, which on OpenBLAS may change the bits of a product. */
    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void eightCallersAtOnceEachGetTheirOwnRightResult(Opening opening) throws Exception {
        List<Operation> operations = Operation.ALL.stream()
                .filter(o -> opening.backend() != Backend.OPENBLAS || !PRODUCTS.contains(o.name())).toList();
        try (Kernels kernels = opening.open(); ExecutorService callers = Executors.newFixedThreadPool(8)) {
            List<Future<?>> futures = new ArrayList<>();
            List<List<int[]>> expected = operations.stream().map(o -> run(kernels, o, SIZES.getFirst())).toList();
            for (int caller = 0; caller < 8; caller++) {
                int first = caller * operations.size() / 8;
                futures.add(callers.submit(() -> {
                    for (int i = 0; i < operations.size(); i++) {
                        int number = (first + i) % operations.size();
                        assertSameBits(operations.get(number).name(), expected.get(number),
                                run(kernels, operations.get(number), SIZES.getFirst()));
                    }
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
    }

    /**
     * Weights beyond the caches nearby are read to and fro, each caller in its own direction. A team of OpenBLAS that is busy
     * at times may change bits.
     */
    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void twoCallersOfTheSameLargeWeightsEachGetTheirOwnRightResult(Opening opening) throws Exception {
        if (opening.backend() == Backend.OPENBLAS && opening.threads() > 1) {
            return;
        }
        int hidden = 400;
        try (Kernels kernels = opening.open();
                Views views = new Views(SEED);
                ExecutorService callers = Executors.newFixedThreadPool(2)) {
            Matrix a = views.random(1, hidden);
            Matrix c = views.random(1, hidden);
            PackedMatrix w = kernels.packTransposed(views.arena(), views.random(4 * hidden, hidden), 4);
            List<Future<?>> futures = new ArrayList<>();
            for (int caller = 0; caller < 2; caller++) {
                futures.add(callers.submit(() -> {
                    Matrix z = Matrix.allocate(views.arena(), 1, 4 * hidden);
                    Matrix[] state = Stream.generate(() -> Matrix.allocate(views.arena(), 1, hidden)).limit(3)
                            .toArray(Matrix[]::new);
                    int[] product = null;
                    int[] step = null;
                    for (int round = 0; round < 300; round++) {
                        kernels.multiply(a, w, z);
                        product = product == null ? Oracle.bits(z) : product;
                        assertArrayEquals(product, Oracle.bits(z), "product " + round);
                        z.fill(0);
                        kernels.lstmStep(LstmForm.PLAIN, a, w, z, c, state[0], state[1], state[2]);
                        step = step == null ? Oracle.bits(state[2]) : step;
                        assertArrayEquals(step, Oracle.bits(state[2]), "step " + round);
                    }
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
    }
}
