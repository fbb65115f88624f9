package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies that closing memory or kernels which another thread is computing with ends in an exception, not in a crash. */
class ClosingTest {
    private static final long SEED = 20260109;
    private static final int ROUNDS = 4;
    private static final Operation.Sizes SIZES = new Operation.Sizes(65, 67, 33);

    private static List<Runnable> calls(Kernels kernels, Arena arena, String... names) {
        List<Runnable> calls = new ArrayList<>();
        for (String name : names) {
            Operation operation = Operation.named(name);
            List<Matrix> matrices = operation.operands().stream()
                    .map(operand -> Matrix.allocate(arena, operand.rows(SIZES), operand.cols(SIZES))).toList();
            calls.add(operation.call(kernels, arena, matrices));
        }
        return calls;
    }

    /** Runs the calls round and round until one throws. */
    private static RuntimeException runUntilRefused(List<Runnable> calls) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        try {
            while (System.nanoTime() < deadline) {
                calls.forEach(Runnable::run);
            }
        } catch (RuntimeException e) {
            return e;
        }
        return fail("still running long after the close");
    }

    /** A native call holds its memory open: who closes meanwhile is told so, and tries again. */
    private static void closeWhenFree(Arena arena) {
        while (arena.scope().isAlive()) {
            try {
                arena.close();
            } catch (IllegalStateException e) {
                Thread.onSpinWait();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void anArenaThatIsClosedWhileProductsRunEndsThemInAnException(Opening opening) throws Exception {
        closeArenaUnder(opening, "multiply", "addMultiply", "addMultiplyTransA");
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void anArenaThatIsClosedWhileGatesRunEndsThemInAnException(Opening opening) throws Exception {
        closeArenaUnder(opening, "lstm", "lstmBackward", "lstm coupled peephole clipped",
                "lstmBackward coupled peephole clipped", "gruResetAfter", "softmax", "gatherRows", "adam");
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void anArenaThatIsClosedWhileElementsAreMultipliedEndsThatInAnException(Opening opening) throws Exception {
        closeArenaUnder(opening, "multiplyRow", "interpolate", "addSumOfProducts", "normalizeRows");
    }

    private static void closeArenaUnder(Opening opening, String... names) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Kernels kernels = opening.open(); ExecutorService worker = Executors.newSingleThreadExecutor()) {
            for (int round = 0; round < ROUNDS; round++) {
                Arena arena = Arena.ofShared();
                List<Runnable> calls = calls(kernels, arena, names);
                Future<RuntimeException> end = worker.submit(() -> runUntilRefused(calls));
                Thread.sleep(random.nextInt(5, 25));
                closeWhenFree(arena);
                assertInstanceOf(IllegalStateException.class, end.get(), opening + ", round " + round);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void kernelsThatAreClosedWhileTheyComputeEndInAnException(Opening opening) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        try (ExecutorService workers = Executors.newFixedThreadPool(2); Arena arena = Arena.ofShared()) {
            for (int round = 0; round < ROUNDS; round++) {
                Kernels kernels = opening.open();
                List<Future<RuntimeException>> ends = new ArrayList<>();
                for (int worker = 0; worker < 2; worker++) {
                    List<Runnable> calls = calls(kernels, arena, "multiply", "addMultiplyTransA", "lstm", "addRow");
                    ends.add(workers.submit(() -> runUntilRefused(calls)));
                }
                Thread.sleep(random.nextInt(5, 25));
                kernels.close();
                for (Future<RuntimeException> end : ends) {
                    assertInstanceOf(IllegalStateException.class, end.get(), opening + ", round " + round);
                }
            }
        }
    }
}
