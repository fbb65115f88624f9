package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifies a team of threads: every row once, failures to the caller, nobody waits for a busy team, close ends it. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TeamTest {
    /** Runs and wants every row counted once. */
    private static void assertEachRowOnce(Team team, int rows) {
        AtomicIntegerArray counts = new AtomicIntegerArray(rows);
        team.run(rows, team.size(), (from, to) -> {
            for (int i = from; i < to; i++) {
                counts.incrementAndGet(i);
            }
        });
        for (int i = 0; i < rows; i++) {
            assertEquals(1, counts.get(i), "row %d of %d, team of %d".formatted(i, rows, team.size()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void everyRowRunsExactlyOnce(int size) {
        try (Team team = new Team(size)) {
            for (int rows = 0; rows <= 70; rows++) {
                assertEachRowOnce(team, rows);
            }
            assertEachRowOnce(team, 207);
            assertEachRowOnce(team, 100_003);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void moreThanOnePartAMemberIsDoneOnceToo(int size) {
        try (Team team = new Team(size)) {
            for (int items = 1; items <= 70; items++) {
                AtomicIntegerArray counts = new AtomicIntegerArray(items);
                assertTrue(team.enter());
                team.share(items, team.most(), (from, to) -> {
                    for (int i = from; i < to; i++) {
                        counts.incrementAndGet(i);
                    }
                });
                for (int i = 0; i < items; i++) {
                    assertEquals(1, counts.get(i), "item %d of %d, team of %d".formatted(i, items, size));
                }
            }
        }
    }

    /** The helper sticks in its first part until all others are done. */
    @Test
    void whoIsDoneTakesWhatNobodyHasBegun() {
        try (Team team = new Team(2)) {
            CountDownLatch others = new CountDownLatch(7);
            CountDownLatch begun = new CountDownLatch(1);
            List<Integer> callers = new ArrayList<>();
            Thread caller = Thread.currentThread();
            assertTrue(team.enter());
            team.share(8, team.most(), (from, to) -> {
                if (!Thread.currentThread().equals(caller)) {
                    begun.countDown();
                    awaitQuietly(others);
                    return;
                }
                awaitQuietly(begun);
                callers.add(from);
                others.countDown();
            });
            assertEquals(List.of(0, 1, 2, 3), callers.subList(0, 4), "first the caller's own, which are neighbours");
            assertEquals(7, callers.size());
        }
    }

    @Test
    void aHelperTakesAPart() {
        try (Team team = new Team(2)) {
            AtomicReference<Thread> second = new AtomicReference<>();
            CountDownLatch begun = new CountDownLatch(1);
            team.run(10, team.size(), (from, to) -> {
                if (from == 5) {
                    second.set(Thread.currentThread());
                    begun.countDown();
                } else {
                    awaitQuietly(begun);
                }
            });
            assertSame(team.helper(), second.get());
            assertEquals("unroll-kernels-1", second.get().getName());
            assertTrue(second.get().isDaemon());
        }
    }

    @Test
    void whatHelpersWroteIsThereWhenTheRunReturns() {
        try (Team team = new Team(2)) {
            int[] plain = new int[33];
            for (int round = 1; round <= 1_000; round++) {
                int value = round;
                team.run(plain.length, team.size(), (from, to) -> {
                    for (int i = from; i < to; i++) {
                        plain[i] = value;
                    }
                });
                for (int written : plain) {
                    assertEquals(value, written);
                }
            }
        }
    }

    @Test
    void helpersThatHaveGoneToSleepWakeUp() throws InterruptedException {
        try (Team team = new Team(2)) {
            for (int round = 0; round < 3; round++) {
                Thread.sleep(30);
                assertEachRowOnce(team, 33);
            }
        }
    }

    @Test
    void eightCallersAtOnceAllGetEveryRow() throws Exception {
        try (Team team = new Team(2); ExecutorService callers = Executors.newFixedThreadPool(8)) {
            List<Future<?>> futures = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                futures.add(callers.submit(() -> {
                    for (int round = 0; round < 500; round++) {
                        assertEachRowOnce(team, 2 + round % 40);
                    }
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
    }

    @Test
    void aCallerThatFindsTheTeamBusyDoesNotWait() throws Exception {
        try (Team team = new Team(2); ExecutorService other = Executors.newSingleThreadExecutor()) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch finish = new CountDownLatch(1);
            Future<?> busy = other.submit(() -> team.run(2, team.size(), (from, to) -> {
                started.countDown();
                awaitQuietly(finish);
            }));
            started.await();
            List<Thread> threads = new ArrayList<>();
            team.run(100, team.size(), (from, to) -> threads.add(Thread.currentThread()));
            assertEquals(List.of(Thread.currentThread()), threads);
            finish.countDown();
            busy.get();
        }
    }

    @Test
    void aPartThatCallsTheTeamAgainComputesAlone() {
        try (Team team = new Team(2)) {
            team.run(2, team.size(), (from, to) -> assertEachRowOnce(team, 33));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void anExceptionInAnyPartReachesTheCallerAndTheTeamWorksOn(int member) {
        try (Team team = new Team(3)) {
            for (int round = 0; round < 20; round++) {
                IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> team.run(3, team.size(),
                        (from, to) -> {
                            if (from == member) {
                                throw new IllegalStateException("part of " + from);
                            }
                        }));
                assertEquals("part of " + member, thrown.getMessage());
                assertEachRowOnce(team, 33);
            }
        }
    }

    @Test
    void aCallerWhosePartFailsStillWaitsForTheHelpers() {
        try (Team team = new Team(2)) {
            AtomicBoolean helped = new AtomicBoolean();
            CountDownLatch begun = new CountDownLatch(1);
            assertThrows(IllegalArgumentException.class, () -> team.run(2, team.size(), (from, to) -> {
                if (from == 0) {
                    awaitQuietly(begun);
                    throw new IllegalArgumentException("the caller's part");
                }
                begun.countDown();
                sleepQuietly(50);
                helped.set(true);
            }));
            assertTrue(helped.get());
        }
    }

    @Test
    void anErrorEndsTheHelperIsReportedAndTheTeamWorksOnWithoutHelpers() {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        AtomicReference<Throwable> report = new AtomicReference<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> report.set(error));
        try (Team team = new Team(2)) {
            CountDownLatch begun = new CountDownLatch(1);
            IllegalStateException thrown = assertThrows(IllegalStateException.class,
                    () -> team.run(2, team.size(), (from, to) -> {
                        if (from == 1) {
                            begun.countDown();
                            throw new StackOverflowError("the helper's part");
                        }
                        awaitQuietly(begun);
                    }));
            assertTrue(thrown.getMessage().contains("a kernel thread died"), thrown.getMessage());
            for (int rows = 0; rows < 40; rows++) {
                assertEachRowOnce(team, rows);
            }
            assertTrue(await(() -> report.get() instanceof StackOverflowError), "the error was not reported");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void anInterruptedCallerGetsEveryRowAndStaysInterrupted() {
        try (Team team = new Team(2)) {
            Thread.currentThread().interrupt();
            team.run(2, team.size(), (from, to) -> {
                if (from == 1) {
                    sleepQuietly(20);
                }
            });
            assertEachRowOnce(team, 33);
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void closeEndsTheThreads() {
        Team team = new Team(4);
        assertEachRowOnce(team, 33);
        team.close();
        assertTrue(await(() -> helpers().isEmpty()), () -> "left: " + helpers());
    }

    @Test
    void closeEndsThreadsThatNeverWorked() {
        new Team(4).close();
        assertTrue(await(() -> helpers().isEmpty()), () -> "left: " + helpers());
    }

    @Test
    void closeWaitsForTheRunningOperation() throws Exception {
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            Team team = new Team(2);
            CountDownLatch started = new CountDownLatch(1);
            AtomicBoolean done = new AtomicBoolean();
            Future<?> running = other.submit(() -> {
                team.run(2, team.size(), (from, to) -> {
                    started.countDown();
                    sleepQuietly(50);
                    done.set(true);
                });
            });
            started.await();
            team.close();
            assertTrue(done.get());
            running.get();
        }
    }

    @Test
    void afterCloseTheCallerComputesAlone() {
        Team team = new Team(3);
        team.close();
        team.close();
        List<Thread> threads = new ArrayList<>();
        team.run(100, team.size(), (from, to) -> threads.add(Thread.currentThread()));
        assertEquals(List.of(Thread.currentThread()), threads);
        assertEachRowOnce(team, 33);
    }

    private static List<Thread> helpers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("unroll-kernels-")).toList();
    }

    private static boolean await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            sleepQuietly(1);
        }
        return true;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sleeps also where the thread is interrupted, and leaves it so. */
    private static void sleepQuietly(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
