package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.models.StreamBatcher.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamBatcherTest extends OnBackendUnderTest {
    private static final int TOKENS = 11;
    private static final int STREAMS = 40;

    private static <T> List<T> together(List<Callable<T>> work) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : executor.invokeAll(work)) {
                results.add(future.get());
            }
            return results;
        }
    }

    private static float[][] alone(Network network, long seed, int steps) {
        Session session = network.newSession();
        Random random = new Random(seed);
        float[][] y = new float[steps][network.outputSize()];
        for (float[] output : y) {
            session.step(random.nextInt(TOKENS), output);
        }
        return y;
    }

    private static float[][] batched(StreamBatcher batcher, Network network, long seed, int steps)
            throws InterruptedException {
        Session session = network.newSession();
        Random random = new Random(seed);
        float[][] y = new float[steps][network.outputSize()];
        for (float[] output : y) {
            batcher.step(session, random.nextInt(TOKENS), output);
        }
        return y;
    }

    /** What a stream says in a batcher where it has no company. */
    private static float[][] batchedAlone(Network network, long seed, int steps) throws InterruptedException {
        try (StreamBatcher batcher = new StreamBatcher(network, new Limits(16, Duration.ZERO, 8))) {
            return batched(batcher, network, seed, steps);
        }
    }

    /**
     * Streams of different lengths join and leave; each says what it says alone, to the bit: in a session, where rows are
     * independent, else in a batcher.
     */
    @ParameterizedTest
    @EnumSource
    void aStreamHasTheBitsItHasAlone(CellKind kind) throws Exception {
        try (Network network = network(new Input.Embedding(TOKENS, 5), kind, TOKENS, 20, 33);
                StreamBatcher batcher = new StreamBatcher(network, new Limits(16, Duration.ofNanos(200_000), 8))) {
            List<Callable<Void>> streams = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                int stream = i;
                int steps = 5 + 3 * (i % 7);
                streams.add(() -> {
                    float[][] wanted = kernels.rowsAreIndependent()
                            ? alone(network, stream, steps)
                            : batchedAlone(network, stream, steps);
                    float[][] y = batched(batcher, network, stream, steps);
                    for (int t = 0; t < steps; t++) {
                        assertArrayEquals(wanted[t], y[t], "stream %d, step %d".formatted(stream, t));
                    }
                    return null;
                });
            }
            together(streams);
            BatcherCounters counters = batcher.counters();
            assertEquals(IntStream.range(0, STREAMS).map(i -> 5 + 3 * (i % 7)).sum(), counters.steps());
            assertTrue(counters.batches() < counters.steps(), "none was joined by another");
            assertEquals(counters.steps(), LongStream.of(counters.latencies()).sum());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"one-hot", "features", "joined", "layers of every option"})
    void whateverANetworkReadsIsReadInBatches(String what) throws Exception {
        NetworkBuilder builder = switch (what) {
            case "one-hot" -> Network.builder(TOKENS).gru(9);
            case "features" -> Network.builder(new Input.Features(3)).lstm(9);
            case "joined" -> Network.builder(new Input.Joined(List.of(new Input.OneHot(4), new Input.Features(2),
                    new Input.Embedding(TOKENS, 3)))).lstm(9);
            default -> Network.builder(TOKENS).lstm(9).dropout(0.2).zoneout(0.1, 0.2).gru(8).recurrentDropout(0.3);
        };
        try (Network network = builder.sigmoid(4).build(3, kernels);
                StreamBatcher batcher = new StreamBatcher(network, new Limits(8, Duration.ofNanos(200_000), 100))) {
            Input input = network.architecture().input();
            List<Callable<Void>> streams = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Random random = new Random(i);
                streams.add(() -> {
                    Session alone = network.newSession();
                    Session together = network.newSession();
                    float[] wanted = new float[4];
                    float[] y = new float[4];
                    for (int t = 0; t < 9; t++) {
                        int[] tokens = random.ints(input.channels(), 0, 4).toArray();
                        float[] features = new float[input.features()];
                        for (int j = 0; j < features.length; j++) {
                            features[j] = (float) random.nextGaussian();
                        }
                        alone.step(tokens, features, wanted);
                        batcher.step(together, tokens, features, y);
                        assertArrayEquals(wanted, y, 1e-6f);
                    }
                    return null;
                });
            }
            together(streams);
        }
    }

    @ParameterizedTest
    @EnumSource
    void decodersLookBackEachAtItsOwnSource(Encoder.Attention attention) throws Exception {
        try (Network network = Network.builder(new Input.Embedding(TOKENS, 4)).lstm(5).bidirectional()
                .decoder(new Input.OneHot(TOKENS), attention).lstm(10).softmax(TOKENS).build(1, kernels);
                StreamBatcher batcher = new StreamBatcher(network, new Limits(8, Duration.ofNanos(200_000), 100))) {
            List<Callable<Void>> streams = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int[] source = new Random(i).ints(3 + i, 0, TOKENS).toArray();
                streams.add(() -> {
                    Session alone = network.newSession();
                    Session together = network.newSession();
                    alone.begin(source);
                    together.begin(source);
                    float[] wanted = new float[TOKENS];
                    float[] y = new float[TOKENS];
                    for (int t = 0; t < 9; t++) {
                        alone.step(t, wanted);
                        batcher.step(together, t, y);
                        assertArrayEquals(wanted, y, 1e-6f);
                    }
                    return null;
                });
            }
            together(streams);
            assertEquals("step: no source has been read; wanted begin(source) first", assertThrows(
                    IllegalStateException.class,
                    () -> batcher.step(network.newSession(), 0, new float[TOKENS])).getMessage());
        }
    }

    /** A session may be stepped alone and in batches by turns. */
    @Test
    void aSessionGoesInAndOutOfBatches() throws InterruptedException {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 20);
                StreamBatcher batcher = new StreamBatcher(network, Limits.DEFAULT)) {
            float[][] wanted = alone(network, 1, 8);
            Session session = network.newSession();
            Random random = new Random(1);
            float[] y = new float[TOKENS];
            for (int t = 0; t < 8; t++) {
                if (t % 2 == 0) {
                    session.step(random.nextInt(TOKENS), y);
                } else {
                    batcher.step(session, random.nextInt(TOKENS), y);
                }
                assertArrayEquals(wanted[t], y, 1e-6f);
            }
        }
    }

    /** Prompts of different lengths are read among streams that step: each as a session alone reads it. */
    @Test
    void aSequenceIsReadAStepABatch() throws Exception {
        try (Network network = network(new Input.Embedding(TOKENS, 5), CellKind.GRU, TOKENS, 20, 33);
                StreamBatcher batcher = new StreamBatcher(network, new Limits(4, Duration.ofNanos(200_000), 8))) {
            List<Callable<Void>> streams = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int[] prompt = new Random(i).ints(1 + 5 * (i % 4), 0, TOKENS).toArray();
                boolean runs = i % 2 == 0;
                streams.add(() -> {
                    Session alone = network.newSession();
                    Session together = network.newSession();
                    float[] wanted = new float[runs ? prompt.length * TOKENS : TOKENS];
                    float[] y = new float[wanted.length];
                    if (runs) {
                        alone.run(prompt, wanted);
                        batcher.run(together, prompt, y);
                    } else {
                        alone.read(prompt, wanted);
                        batcher.read(together, prompt, y);
                    }
                    assertArrayEquals(wanted, y, 1e-6f);
                    float[] next = new float[TOKENS];
                    alone.step(3, next);
                    float[] after = new float[TOKENS];
                    together.step(3, after);
                    assertArrayEquals(next, after, 1e-6f);
                    return null;
                });
            }
            together(streams);
            assertEquals(3 * (1 + 6 + 11 + 16), batcher.counters().steps());
            assertEquals(3 * (1 + 6 + 11 + 16), LongStream.of(batcher.counters().latencies()).sum());
            batcher.run(network.newSession(), new int[0], new float[0]);
            assertThrows(IllegalArgumentException.class,
                    () -> batcher.read(network.newSession(), new int[0], new float[TOKENS]));
        }
    }

    /** One that waits for its next step goes before one that has come later, and behind one that has come before. */
    @Test
    void aLongSequenceKeepsNobodyWaiting() throws Exception {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 64);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            StreamBatcher batcher = new StreamBatcher(network, new Limits(1, Duration.ZERO, 8));
            Future<?> reader = executor.submit(() -> {
                batcher.read(network.newSession(), new int[1_000_000], new float[TOKENS]);
                return null;
            });
            Session session = network.newSession();
            float[] y = new float[TOKENS];
            for (int t = 0; t < 100; t++) {
                batcher.step(session, 3, y);
            }
            assertFalse(reader.isDone(), "the sequence was read before a hundred steps of another stream");
            batcher.close();
            assertInstanceOf(IllegalStateException.class,
                    assertThrows(ExecutionException.class, reader::get).getCause());
        }
    }

    @Test
    void aSequenceThatCannotBeReadToItsEndIsNotRead() throws Exception {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 64);
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Session session = network.newSession();
            session.step(1, new float[TOKENS]);
            byte[] before = session.toBytes();
            StreamBatcher batcher = new StreamBatcher(network, Limits.DEFAULT);
            Future<?> reader = executor.submit(() -> {
                batcher.read(session, new int[1_000_000], new float[TOKENS]);
                return null;
            });
            while (batcher.counters().steps() < 10) {
                Thread.onSpinWait();
            }
            batcher.close();
            assertInstanceOf(IllegalStateException.class,
                    assertThrows(ExecutionException.class, reader::get).getCause());
            assertArrayEquals(before, session.toBytes());
        }
    }

    /** Neither of its own stream nor of others: with rows that stay idle, a wild token once failed every later batch. */
    @Test
    void tokensThatChangeWhileTheyWaitHarmNobody() throws Exception {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 20);
                StreamBatcher batcher = new StreamBatcher(network, new Limits(8, Duration.ofMillis(1), 8))) {
            int[] tokens = new int[500];
            List<Callable<Void>> streams = new ArrayList<>();
            streams.add(() -> {
                batcher.read(network.newSession(), new int[500], new float[TOKENS]);
                return null;
            });
            streams.add(() -> {
                batcher.read(network.newSession(), tokens, new float[TOKENS]);
                return null;
            });
            streams.add(() -> {
                while (batcher.counters().steps() <= 500) { // More than one of them makes.
                    Thread.onSpinWait();
                }
                Arrays.fill(tokens, Integer.MAX_VALUE);
                return null;
            });
            together(streams);
            batcher.step(network.newSession(), 1, new float[TOKENS]);
            assertEquals(0, batcher.counters().failed());
        }
    }

    /** Nobody should; but a thread can be found by its name, and steps must not be lost then. */
    @Test
    void anInterruptOfItsThreadLosesNothing() throws Exception {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 20);
                StreamBatcher batcher = new StreamBatcher(network, new Limits(8, Duration.ofNanos(100_000), 8))) {
            Thread thread = Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t.getName().equals(StreamBatcher.THREAD)).findFirst().orElseThrow();
            float[][] wanted = batchedAlone(network, 1, 300);
            List<Callable<Void>> streams = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                streams.add(() -> {
                    assertArrayEquals(wanted, batched(batcher, network, 1, 300));
                    return null;
                });
            }
            streams.add(() -> {
                for (int i = 0; i < 200; i++) {
                    thread.interrupt();
                    TimeUnit.MICROSECONDS.sleep(100);
                }
                return null;
            });
            together(streams);
        }
    }

    @Test
    void wrongCallsAreRefusedAndLeaveTheSessionAsItWas() throws InterruptedException {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 20);
                Network other = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 20);
                StreamBatcher batcher = new StreamBatcher(network, Limits.DEFAULT)) {
            Session session = network.newSession();
            float[] y = new float[TOKENS];
            assertThrows(IndexOutOfBoundsException.class, () -> batcher.step(session, TOKENS, y));
            assertThrows(IllegalArgumentException.class, () -> batcher.step(session, 1, new float[TOKENS + 1]));
            assertThrows(IllegalArgumentException.class, () -> batcher.step(session, new float[3], y));
            assertEquals("batcher: a session of another network; wanted one of this", assertThrows(
                    IllegalArgumentException.class, () -> batcher.step(other.newSession(), 1, y)).getMessage());
            batcher.step(session, 3, y);
            float[] wanted = new float[TOKENS];
            network.newSession().step(3, wanted);
            assertArrayEquals(wanted, y, 1e-6f);
        }
        assertThrows(IllegalArgumentException.class, () -> new Limits(0, Duration.ZERO, 1));
        assertThrows(IllegalArgumentException.class, () -> new Limits(1, Duration.ZERO, 0));
        assertThrows(IllegalArgumentException.class, () -> new Limits(Integer.MAX_VALUE, Duration.ZERO, 1));
        assertThrows(IllegalArgumentException.class, () -> new Limits(1, Duration.ZERO, Integer.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> new Limits(1, Duration.ofSeconds(2), 1));
        assertThrows(IllegalArgumentException.class, () -> new Limits(1, Duration.ofNanos(-1), 1));
    }

    /** Closing under load: each stream ends with an exception or goes on to its end, none hangs, and no thread is left. */
    @Test
    void closingUnderLoadEndsEveryStream() throws Exception {
        for (int round = 0; round < 20; round++) {
            boolean closesNetwork = round % 2 == 1;
            Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 64);
            StreamBatcher batcher = new StreamBatcher(network, new Limits(8, Duration.ZERO, 2));
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> streams = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    streams.add(executor.submit(() -> {
                        Session session = network.newSession();
                        float[] y = new float[TOKENS];
                        while (true) {
                            batcher.step(session, 3, y);
                        }
                    }));
                }
                TimeUnit.MILLISECONDS.sleep(round);
                if (closesNetwork) {
                    network.close();
                }
                batcher.close();
                for (Future<?> stream : streams) {
                    assertInstanceOf(IllegalStateException.class,
                            assertThrows(ExecutionException.class, stream::get).getCause());
                }
            } finally {
                network.close();
            }
            assertTrue(Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals(StreamBatcher.THREAD)), "a thread is left");
            assertThrows(IllegalStateException.class,
                    () -> batcher.step(network.newSession(), 1, new float[TOKENS]));
        }
    }

    @Test
    void nothingWaitsInAClosedBatcherHoweverOftenItIsClosed() {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 20)) {
            StreamBatcher batcher = new StreamBatcher(network, Limits.DEFAULT);
            batcher.close();
            assertEquals(0, batcher.waiting());
            batcher.close();
            assertEquals(0, batcher.waiting());
        }
    }

    @Test
    void aFullQueueRefusesOrLetsWait() throws Exception {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 200);
                StreamBatcher batcher = new StreamBatcher(network, new Limits(1, Duration.ZERO, 1))) {
            List<Callable<Integer>> streams = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                streams.add(() -> {
                    Session session = network.newSession();
                    float[] y = new float[TOKENS];
                    int refused = 0;
                    for (int t = 0; t < 50; t++) {
                        refused += batcher.tryStep(session, new int[]{3}, new float[0], y) ? 0 : 1;
                    }
                    return refused;
                });
            }
            int refused = together(streams).stream().mapToInt(Integer::intValue).sum();
            assertEquals(refused, batcher.counters().refused());
            assertEquals(20 * 50 - refused, batcher.counters().steps());
            assertTrue(refused > 0, "there was always room");
        }
    }

    @Test
    void anInterruptWhileABatchIsComputedIsKept() throws Exception {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 20);
                StreamBatcher batcher = new StreamBatcher(network, new Limits(2, Duration.ofMillis(300), 4))) {
            Session session = network.newSession();
            float[] y = new float[TOKENS];
            Thread stream = Thread.ofPlatform().start(() -> {
                try {
                    batcher.step(session, 3, y);
                } catch (InterruptedException e) {
                    return;
                }
                y[0] = Thread.currentThread().isInterrupted() ? 2 : 3;
            });
            TimeUnit.MILLISECONDS.sleep(100);
            stream.interrupt();
            stream.join();
            assertEquals(2, y[0]);
            assertFalse(stream.isAlive());
        }
    }
}
