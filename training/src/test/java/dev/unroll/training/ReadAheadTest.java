package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ReadAheadTest {
    private static final long SEED = Long.getLong("unroll.seed", 20260303);
    private static final int STEPS = 4;

    private static ReadAhead ahead(Batches batches) {
        return new ReadAhead(batches, () -> Windows.ofTokens(Loss.Target.CLASS, STEPS, batches.batch()), STEPS);
    }

    private static Batches streams() {
        return new TextStreams(Tokens.of(new Random(SEED).ints(71, 0, 100).toArray()), 3);
    }

    private static Batches buckets() {
        Random random = new Random(SEED);
        int[][] tokens = IntStream.range(0, 30).mapToObj(i -> random.ints(1 + random.nextInt(10), 0, 100).toArray())
                .toArray(int[][]::new);
        return BucketedBatches.shuffled(Sequences.ofTokens(tokens).withClasses(tokens), 4, SEED);
    }

    static Stream<Batches> batches() {
        return Stream.of(streams(), buckets());
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals(ReadAhead.THREAD)));
    }

    @ParameterizedTest
    @MethodSource("batches")
    void theWindowsAreThoseOfReadingDirectly(Batches batches) {
        try (ReadAhead ahead = ahead(batches)) {
            for (long number = 0; number < 20; number++) {
                long time = Long.MAX_VALUE;
                for (long from = 0; from < time; from += STEPS) {
                    Window window = ahead.take(number, from);
                    time = ahead.time();
                    assertEquals(batchOf(batches, number, from), Windows.text(window),
                            "-Dunroll.seed=%d, batch %d, step %d".formatted(SEED, number, from));
                }
            }
        }
    }

    /** Read from batches of their own, as those at hand are another thread's. */
    private static String batchOf(Batches batches, long number, long from) {
        Batches own = batches instanceof TextStreams ? streams() : buckets();
        return Windows.text(Windows.read(own, number, from, STEPS));
    }

    @ParameterizedTest
    @MethodSource("batches")
    void aTrainingMayGoOnAnywhere(Batches batches) {
        Random random = new Random(SEED);
        try (ReadAhead ahead = ahead(batches)) {
            for (int round = 0; round < 100; round++) {
                long number = random.nextInt(20);
                assertEquals(batchOf(batches, number, 0), Windows.text(ahead.take(number, 0)),
                        "-Dunroll.seed=" + SEED);
            }
        }
    }

    @Test
    void theTimeIsThatOfTheBatchOfTheWindow() {
        try (ReadAhead ahead = ahead(streams())) {
            ahead.take(5, 0);
            assertEquals(23, ahead.time());
        }
    }

    /** Batches of one sequence whose tokens say the batch, written down as they are read; something may be done first. */
    private static final class Recorded implements Batches {
        private final ConcurrentLinkedQueue<String> read = new ConcurrentLinkedQueue<>();
        private final Semaphore begun = new Semaphore(0);
        private final Consumer<WindowPlace> before;

        Recorded(Consumer<WindowPlace> before) {
            this.before = before;
        }

        @Override
        public int batch() {
            return 1;
        }

        @Override
        public long epoch() {
            return 1;
        }

        @Override
        public long time(long number) {
            return 6;
        }

        @Override
        public long longest() {
            return 6;
        }

        @Override
        public void read(long number, long from, Window window) {
            begun.release();
            before.accept(new WindowPlace(number, from));
            window.tokens()[0] = (int) number;
            read.add(number + ":" + from + "+" + window.count());
        }

        void awaitBegun(int windows) throws InterruptedException {
            assertTrue(begun.tryAcquire(windows, 30, TimeUnit.SECONDS));
        }
    }

    @Test
    void theNextWindowIsReadWhileThisOneIsTheCallers() throws InterruptedException {
        Recorded batches = new Recorded(place -> {
        });
        try (ReadAhead ahead = ahead(batches)) {
            Window first = ahead.take(3, 0);
            batches.awaitBegun(2);
            assertEquals(3, first.tokens()[0]);
            assertEquals(4, first.count());
            Window second = ahead.take(3, 4);
            batches.awaitBegun(1);
            assertNotSame(first, second);
            assertEquals(2, second.count());
            assertSame(first, ahead.take(4, 0));
        }
        assertEquals(List.of("3:0+4", "3:4+2", "4:0+4"), batches.read.stream().limit(3).toList());
    }

    @Test
    void atRestNothingIsBeingRead() {
        Recorded batches = new Recorded(_ -> LockSupport.parkNanos(20_000_000));
        try (ReadAhead ahead = ahead(batches)) {
            ahead.rest();
            ahead.take(0, 0);
            ahead.rest();
            assertEquals(List.of("0:0+4", "0:4+2"), List.copyOf(batches.read));
            assertEquals(2, ahead.take(0, 4).count());
        }
    }

    @Test
    void whatWasForeseenIsNotReadTwice() throws InterruptedException {
        Recorded batches = new Recorded(place -> {
        });
        try (ReadAhead ahead = ahead(batches)) {
            ahead.take(0, 0);
            ahead.take(0, 4);
            ahead.take(1, 0);
            batches.awaitBegun(4);
        }
        assertEquals(4, batches.read.size() + batches.begun.availablePermits());
    }

    @Test
    void whatTheBatchesThrowComesOutItself() {
        RuntimeException thrown = new IllegalArgumentException("the disk is on fire");
        try (ReadAhead ahead = ahead(new Recorded(place -> {
            throw thrown;
        }))) {
            assertSame(thrown, assertThrows(RuntimeException.class, () -> ahead.take(0, 0)));
            assertSame(thrown, assertThrows(RuntimeException.class, () -> ahead.take(0, 0)));
        }
    }

    @Test
    void anErrorComesOutItselfToo() {
        Error thrown = new InternalError("the file was cut");
        try (ReadAhead ahead = ahead(new Recorded(place -> {
            throw thrown;
        }))) {
            assertSame(thrown, assertThrows(Error.class, () -> ahead.take(0, 0)));
        }
    }

    /** Batches of which one window fails at its first reading. */
    private static Recorded failingOnce(long number, long from) {
        AtomicBoolean failed = new AtomicBoolean();
        return new Recorded(place -> {
            if (place.equals(new WindowPlace(number, from)) && failed.compareAndSet(false, true)) {
                throw new IllegalStateException("once");
            }
        });
    }

    @Test
    void aFailureComesWhereItsWindowIsTaken() throws InterruptedException {
        Recorded batches = failingOnce(0, 4);
        try (ReadAhead ahead = ahead(batches)) {
            Window good = ahead.take(0, 0);
            batches.awaitBegun(2);
            assertEquals(4, good.count());
            assertThrows(IllegalStateException.class, () -> ahead.take(0, 4));
            assertEquals(4, good.count());
            assertEquals(2, ahead.take(0, 4).count());
        }
    }

    @Test
    void aFailureOfAWindowThatNobodyTakesIsNone() throws InterruptedException {
        Recorded batches = failingOnce(0, 4);
        try (ReadAhead ahead = ahead(batches)) {
            ahead.take(0, 0);
            batches.awaitBegun(2);
            assertEquals(7, ahead.take(7, 0).tokens()[0]);
        }
    }

    @Test
    void aStepThatTheBatchHasNotIsRefused() {
        try (ReadAhead ahead = ahead(streams())) {
            assertThrows(IndexOutOfBoundsException.class, () -> ahead.take(0, 23));
        }
    }

    @Test
    void nothingIsTakenWhenItIsClosed() {
        ReadAhead ahead = ahead(streams());
        ahead.close();
        ahead.close();
        assertEquals("take: the read-ahead is closed",
                assertThrows(IllegalStateException.class, () -> ahead.take(0, 0)).getMessage());
    }

    @Test
    void theThreadIsADaemonOfThatName() {
        try (ReadAhead ahead = ahead(streams())) {
            ahead.take(0, 0);
            Thread thread = Thread.getAllStackTraces().keySet().stream()
                    .filter(t -> t.getName().equals(ReadAhead.THREAD)).findFirst().orElseThrow();
            assertTrue(thread.isDaemon());
            assertFalse(thread.isVirtual());
        }
    }

    @Test
    void closingInterruptsAReadingThatHangs() throws InterruptedException {
        Semaphore reads = new Semaphore(1);
        Recorded batches = new Recorded(place -> {
            try {
                reads.acquire();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        });
        try (ReadAhead ahead = ahead(batches)) {
            ahead.take(0, 0);
            batches.awaitBegun(2);
        }
        assertEquals(1, batches.read.size());
    }

    @Test
    void closingWaitsForAReadingThatDoesNotHear() throws InterruptedException {
        CountDownLatch slow = new CountDownLatch(1);
        Semaphore reads = new Semaphore(1);
        Recorded batches = new Recorded(place -> {
            if (!reads.tryAcquire()) {
                slow.countDown();
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
                while (System.nanoTime() < end) {
                    Thread.interrupted();
                    LockSupport.parkNanos(1_000_000);
                }
            }
        });
        try (ReadAhead ahead = ahead(batches)) {
            ahead.take(0, 0);
            slow.await();
        }
        assertEquals(2, batches.read.size());
    }

    @Test
    void anInterruptStaysAndEndsNothing() {
        try (ReadAhead ahead = ahead(streams())) {
            Thread.currentThread().interrupt();
            assertEquals(batchOf(streams(), 0, 0), Windows.text(ahead.take(0, 0)));
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void anInterruptedThreadCanClose() {
        ReadAhead ahead = ahead(streams());
        Thread.currentThread().interrupt();
        ahead.close();
        assertTrue(Thread.interrupted());
    }

    @Test
    void anInterruptThatTheBatchesLeaveBehindHarmsNobody() {
        try (ReadAhead ahead = ahead(new Recorded(place -> Thread.currentThread().interrupt()))) {
            for (int number = 0; number < 100; number++) {
                assertEquals(number, ahead.take(number, 0).tokens()[0]);
            }
        }
    }

    @Test
    void windowsThatAreTooShortAreRefused() {
        assertEquals("read ahead: steps of a window is 4; wanted 5 or more",
                assertThrows(IllegalArgumentException.class, () -> new ReadAhead(streams(),
                        () -> Windows.ofTokens(Loss.Target.CLASS, 4, 3), 5)).getMessage());
    }
}
