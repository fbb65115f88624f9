package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions and the threads that use them, or close what they stand on. */
class SessionThreadsTest extends OnBackendUnderTest {
    private static final int TOKENS = 11;

    private static <T> List<T> inParallel(int threads, Callable<T> work) throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                futures.add(executor.submit(work));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }

    private static void assertSameOnEightThreads(IntFunction<float[]> work) throws Exception {
        List<float[]> serial = IntStream.range(0, 8).mapToObj(work).toList();
        AtomicInteger seeds = new AtomicInteger();
        float[][] parallel = new float[8][];
        inParallel(8, () -> {
            int seed = seeds.getAndIncrement();
            parallel[seed] = work.apply(seed);
            return seed;
        });
        for (int seed = 0; seed < 8; seed++) {
            assertArrayEquals(serial.get(seed), parallel[seed], "seed " + seed);
        }
    }

    private static float[] stream(Network network, long seed, int steps) {
        Random random = new Random(seed);
        Session session = network.newSession();
        float[] p = new float[TOKENS];
        for (int t = 0; t < steps; t++) {
            session.step(random.nextInt(TOKENS), p);
        }
        return p;
    }

    @ParameterizedTest
    @EnumSource
    void sessionsOnEightThreadsGiveTheBitsOfOne(CellKind kind) throws Exception {
        try (Kernels two = Backend.auto(2);
                Network network = Network.builder(TOKENS).layer(kind, 33).layer(kind, 40).softmax(TOKENS).build(1,
                        two)) {
            assertSameOnEightThreads(seed -> stream(network, seed, 200));
        }
    }

    /** Two threads push one session until they have met in it a few times. */
    @Test
    void theSecondThreadInASessionIsRefusedAndTheStateStaysWhole() throws Exception {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 200)) {
            Session session = network.newSession();
            AtomicInteger steps = new AtomicInteger();
            AtomicInteger refusals = new AtomicInteger();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            inParallel(2, () -> {
                float[] p = new float[TOKENS];
                while (refusals.get() < 20 && System.nanoTime() < deadline) {
                    try {
                        session.step(3, p);
                        steps.incrementAndGet();
                    } catch (IllegalStateException e) {
                        assertEquals("session: another thread is in it; wanted one at a time", e.getMessage());
                        refusals.incrementAndGet();
                    }
                }
                return null;
            });
            assertTrue(refusals.get() > 0, "none refused in %d steps".formatted(steps.get()));
            Session serial = network.newSession();
            float[] wanted = new float[TOKENS];
            for (int t = 0; t < steps.get() + 1; t++) {
                serial.step(3, wanted);
            }
            float[] p = new float[TOKENS];
            session.step(3, p);
            assertArrayEquals(wanted, p, "after %d steps and %d refusals".formatted(steps.get(), refusals.get()));
        }
    }

    private static Network decoder(Kernels own) {
        return Network.builder(new Input.Embedding(TOKENS, 9)).lstm(20).bidirectional()
                .decoder(new Input.OneHot(TOKENS), Encoder.Attention.DOT).lstm(40).softmax(TOKENS).build(1, own);
    }

    private static float[] decode(Network network, long seed, int sources) {
        Random random = new Random(seed);
        Session session = network.newSession();
        float[] p = new float[TOKENS];
        for (int i = 0; i < sources; i++) {
            session.begin(random.ints(1 + random.nextInt(30), 0, TOKENS).toArray());
            for (int t = 0; t < 5; t++) {
                session.step(random.nextInt(TOKENS), p);
            }
        }
        return p;
    }

    @Test
    void sourcesReadOnEightThreadsGiveTheBitsOfOne() throws Exception {
        try (Kernels two = Backend.auto(2); Network network = decoder(two)) {
            assertSameOnEightThreads(seed -> decode(network, seed, 40));
        }
    }

    /** One reads a source again and again, the other steps: each does what it does alone, or is refused. */
    @Test
    void aStepWhileASourceIsReadIsRefused() throws Exception {
        try (Network network = decoder(kernels)) {
            Session session = network.newSession();
            int[] source = new Random(1).ints(300, 0, TOKENS).toArray();
            session.begin(source);
            AtomicInteger refusals = new AtomicInteger();
            AtomicInteger threads = new AtomicInteger();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            inParallel(2, () -> {
                boolean reads = threads.getAndIncrement() == 0;
                float[] p = new float[TOKENS];
                while (refusals.get() < 20 && System.nanoTime() < deadline) {
                    try {
                        if (reads) {
                            session.begin(source);
                        } else {
                            session.step(3, p);
                            session.attention();
                        }
                    } catch (IllegalStateException e) {
                        assertEquals("session: another thread is in it; wanted one at a time", e.getMessage());
                        refusals.incrementAndGet();
                    }
                }
                return null;
            });
            assertTrue(refusals.get() > 0, "none refused");
            Session fresh = network.newSession();
            fresh.begin(source);
            session.begin(source);
            float[] wanted = new float[TOKENS];
            float[] p = new float[TOKENS];
            fresh.step(3, wanted);
            session.step(3, p);
            assertArrayEquals(wanted, p);
        }
    }

    /** As below, where a source is being read. */
    @Test
    void closingWhileOthersReadSourcesEndsThemWithAnException() throws Exception {
        for (int round = 0; round < 10; round++) {
            try (Kernels own = Backend.auto(2)) {
                Network network = decoder(own);
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
                Runnable stream = () -> {
                    while (System.nanoTime() < deadline) {
                        decode(network, 1, 1);
                    }
                };
                try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
                    List<Future<?>> streams = List.of(executor.submit(stream), executor.submit(stream));
                    TimeUnit.MILLISECONDS.sleep(10);
                    network.close();
                    for (Future<?> ended : streams) {
                        assertInstanceOf(IllegalStateException.class,
                                assertThrows(ExecutionException.class, ended::get).getCause());
                    }
                } finally {
                    network.close();
                }
            }
        }
    }

    @Test
    void aSessionMayMoveFromThreadToThread() throws Exception {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.GRU, TOKENS, 20)) {
            float[] wanted = stream(network, 5, 3);
            Random random = new Random(5);
            Session session = network.newSession();
            float[] p = new float[TOKENS];
            for (int t = 0; t < 3; t++) {
                int token = random.nextInt(TOKENS);
                inParallel(1, () -> {
                    session.step(token, p);
                    return null;
                });
            }
            assertArrayEquals(wanted, p);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStepOfAClosedNetworkIsAnError(CellKind kind) {
        for (Input input : List.of(new Input.OneHot(TOKENS), new Input.Embedding(TOKENS, 3))) {
            Network network = network(input, kind, TOKENS, 13);
            Session session = network.newSession();
            float[] p = new float[TOKENS];
            session.step(0, p);
            network.close();
            assertThrows(IllegalStateException.class, () -> session.step(0, p), input.toString());
        }
    }

    @Test
    void aStepOfClosedKernelsIsAnError() {
        Kernels own = Backend.auto(1);
        try (Network network = Network.builder(TOKENS).lstm(13).softmax(TOKENS).build(1, own)) {
            Session session = network.newSession();
            own.close();
            assertThrows(IllegalStateException.class, () -> session.step(0, new float[TOKENS]));
        }
    }

    @Test
    void aClosedNetworkMakesNoSession() {
        Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 13);
        network.close();
        assertThrows(IllegalStateException.class, network::newSession);
    }

    @Test
    void closingTwiceIsClosingOnce() {
        Network network = Network.builder(TOKENS).lstm(13).softmax(TOKENS).build(1);
        Session session = network.newSession();
        network.close();
        network.close();
        assertThrows(IllegalStateException.class, () -> session.step(0, new float[TOKENS]));
    }

    /** A service that is shut down under load: each stream ends with an exception, not the JVM with a crash. */
    @Test
    void closingWhileOthersStepEndsTheirStreamsWithAnException() throws Exception {
        for (int round = 0; round < 10; round++) {
            Network network = Network.builder(TOKENS).lstm(64).softmax(TOKENS).build(1);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            Runnable stream = () -> {
                Session session = network.newSession();
                while (System.nanoTime() < deadline) {
                    session.step(3, new float[TOKENS]);
                }
            };
            try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
                List<Future<?>> streams = List.of(executor.submit(stream), executor.submit(stream));
                TimeUnit.MILLISECONDS.sleep(10);
                network.close();
                for (Future<?> ended : streams) {
                    assertInstanceOf(IllegalStateException.class,
                            assertThrows(ExecutionException.class, ended::get).getCause());
                }
            } finally {
                network.close();
            }
        }
    }

    private static void stepBelow(int frames, Session session, float[] y) {
        if (frames > 0) {
            stepBelow(frames - 1, session, y);
        } else {
            session.step(1, y);
        }
    }

    /** However deep in a step the stack ends. */
    @Test
    void anErrorInAStepLeavesTheSessionFree() throws Exception {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 9)) {
            float[] y = new float[TOKENS];
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread thread = new Thread(null, () -> {
                int errors = 0;
                for (int frames = 0; errors < 100; frames += errors > 0 ? 1 : 20) {
                    Session session = network.newSession();
                    try {
                        stepBelow(frames, session, y);
                    } catch (StackOverflowError e) {
                        errors++;
                        session.step(1, y);
                    }
                }
            }, "deep", 1 << 18);
            thread.setUncaughtExceptionHandler((_, e) -> failure.set(e));
            thread.start();
            thread.join();
            assertNull(failure.get());
        }
    }
}
