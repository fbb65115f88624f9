package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.unroll.kernels.Operation.Call;
import dev.unroll.kernels.Operation.Operand;
import dev.unroll.kernels.Operation.Sizes;
import dev.unroll.tensor.Layout;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Specifies that no call, however wrong, does worse than throw what is documented, and that a call which throws has
 * written nothing.
 */
class WrongCallsTest {
    private static final long SEED = 20260107;
    private static final int CALLS = 10_000;
    private static final int POOL = 200;

    /** Memory of every kind, and kernels of every state. */
    private static final class World implements AutoCloseable {
        final SplittableRandom random = new SplittableRandom(SEED);
        final OtherThread other = new OtherThread();
        final Arena shared = Arena.ofShared();
        final Arena mine = Arena.ofConfined();
        final MemorySegment pool;
        final List<MemorySegment> oddities;
        final Kernels kernels;
        final Kernels closedKernels;

        World(Opening opening) {
            pool = shared.allocate(POOL * 4L, 64);
            MemorySegment closed;
            try (Arena arena = Arena.ofShared()) {
                closed = arena.allocate(POOL * 4L, 64);
            }
            oddities = List.of(closed, pool.asReadOnly(), mine.allocate(POOL * 4L, 64),
                    other.call(() -> other.arena().allocate(POOL * 4L, 64)));
            kernels = opening.open();
            closedKernels = opening.open();
            closedKernels.close();
        }

        boolean rarely() {
            return random.nextInt(20) == 0;
        }

        /** Mostly the right shape; anywhere in the pool, so that views overlap. */
        Matrix matrix(int rows, int cols) {
            int m = rarely() ? random.nextInt(6) : rows;
            int n = rarely() ? random.nextInt(6) : cols;
            MemorySegment segment = random.nextInt(60) == 0 ? oddities.get(random.nextInt(oddities.size())) : pool;
            int stride = n + (random.nextBoolean() ? 0 : random.nextInt(4));
            int extent = m * stride;
            return Matrix.of(segment, new Layout(random.nextInt(POOL - extent), m, n, stride));
        }

        /** Each operand in memory of its own, so that nothing but the shapes can be wrong. */
        Matrix apart(int rows, int cols) {
            return Matrix.allocate(shared, rarely() ? random.nextInt(6) : rows, rarely() ? random.nextInt(6) : cols);
        }

        Call call(Operation operation) {
            Sizes sizes = new Sizes(random.nextInt(5), random.nextInt(5), random.nextInt(5));
            boolean apart = random.nextInt(4) == 0;
            List<Matrix> matrices = new ArrayList<>();
            for (Operand operand : operation.operands()) {
                int rows = operand.rows(sizes);
                int cols = operand.cols(sizes);
                matrices.add(apart ? apart(rows, cols) : matrix(rows, cols));
            }
            List<Integer> ids = random.ints(random.nextInt(7), -1, 6).map(id -> rarely() ? id : id & 1).boxed()
                    .toList();
            return new Call(rarely() ? closedKernels : kernels, rarely() ? other.arena() : shared, matrices, ids,
                    random.nextInt(-1, 3));
        }

        @Override
        public void close() {
            kernels.close();
            other.close();
            mine.close();
            shared.close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unroll.kernels.Opening#all")
    void throwNothingButWhatIsDocumentedAndWriteNothingThen(Opening opening) {
        try (World world = new World(opening)) {
            int refused = 0;
            for (int number = 0; number < CALLS; number++) {
                Operation operation = Operation.ALL.get(world.random.nextInt(Operation.ALL.size()));
                Call call = world.call(operation);
                String context = "%s, seed %d, call %d, %s%s".formatted(opening, SEED, number, operation,
                        call.matrices());
                int[] before = world.pool.toArray(ValueLayout.JAVA_INT);
                if (isRefused(context, operation, call)) {
                    refused++;
                    assertArrayEquals(before, world.pool.toArray(ValueLayout.JAVA_INT), context);
                }
            }
            int calls = refused;
            assertTrue(calls > CALLS / 4 && calls < CALLS * 3 / 4, () -> calls + " of " + CALLS + " refused");
        }
    }

    private static boolean isRefused(String context, Operation operation, Call call) {
        try {
            operation.preparation().of(call).run();
            return false;
        } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException
                | WrongThreadException e) {
            return true;
        } catch (RuntimeException | Error e) {
            return fail(context, e);
        }
    }
}
