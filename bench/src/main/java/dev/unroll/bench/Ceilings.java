package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/**
 * What the machine does at best with a number of threads, measured in the same run as everything that is compared with it.
 *
 * @param threads how many compute, each on its own data
 * @param gigaflops of multiply-adds in registers
 * @param nearRead gigabytes a second of {@value #NEAR} bytes a thread, which L2 holds
 * @param farRead gigabytes a second of {@value #FAR} bytes a thread, which it does not
 */
record Ceilings(int threads, double gigaflops, double nearRead, double farRead) {
    static final long NEAR = 1 << 20;
    static final long FAR = 64 << 20;

    private static final int ROUNDS = 9;
    /** These loops are the first that a JVM gets to see, and what it has not compiled by the end looks like a slow machine. */
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    /** Results end up here, so that no compiler takes the work for useless. */
    private static volatile float sink;

    /** Nothing where the Vector API is not there to measure with. */
    static Optional<Ceilings> measure(int threads, Pace pace) throws InterruptedException {
        if (Backend.VECTOR.obstacle().isPresent()) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofShared()) {
            double flops = best(threads, pace, _ -> () -> sink = FmaLoop.run(0.75f)) * FmaLoop.FLOPS;
            double near = best(threads, pace, _ -> reading(arena, NEAR)) * NEAR;
            double far = best(threads, pace, _ -> reading(arena, FAR)) * FAR;
            return Optional.of(new Ceilings(threads, flops / 1e9, near / 1e9, far / 1e9));
        }
    }

    private static Runnable reading(Arena arena, long bytes) {
        ReadLoop loop = new ReadLoop(arena, bytes);
        return () -> sink = loop.run();
    }

    /** Runs a second of all threads together, in the best round. */
    private static double best(int threads, Pace pace, IntFunction<Runnable> work) throws InterruptedException {
        List<Runnable> works = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            works.add(work.apply(i));
        }
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            WarmUp warmUp = new WarmUp(WARM_UP, 1);
            double rate;
            do {
                rate = rate(executor, works, warmUp.pass());
            } while (!warmUp.isOver(1 / rate));
            double best = 0;
            for (int i = 0; i < ROUNDS; i++) {
                best = Math.max(best, rate(executor, works, pace.batch()));
            }
            return best;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All runs over the time from the first begin to the last end: threads that wait for a core count as waiting. */
    private static double rate(ExecutorService executor, List<Runnable> works, Duration round)
            throws InterruptedException, ExecutionException {
        CyclicBarrier start = new CyclicBarrier(works.size());
        List<Callable<Stretch>> tasks = new ArrayList<>();
        works.forEach(work -> tasks.add(() -> stretch(work, round, start)));
        long begin = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        int runs = 0;
        for (Future<Stretch> result : executor.invokeAll(tasks)) {
            begin = Math.min(begin, result.get().begin());
            end = Math.max(end, result.get().end());
            runs += result.get().runs();
        }
        return runs / ((end - begin) / 1e9);
    }

    /** What one thread did. */
    private record Stretch(long begin, long end, int runs) {}

    private static Stretch stretch(Runnable work, Duration round, CyclicBarrier start) throws Exception {
        start.await();
        long begin = System.nanoTime();
        long end;
        int runs = 0;
        do {
            work.run();
            runs++;
            end = System.nanoTime();
        } while (end - begin < round.toNanos());
        return new Stretch(begin, end, runs);
    }

    /** The read bandwidth that counts for weights of so many bytes. */
    double read(double bytes, Machine machine) {
        return bytes <= (double) machine.secondLevelCache() * threads ? nearRead : farRead;
    }

    @Override
    public String toString() {
        return "%d thread%s: %.0f GFLOP/s in registers; reads %.0f GB/s from L2, %.0f GB/s from beyond".formatted(
                threads,
                threads == 1 ? "" : "s", gigaflops, nearRead, farRead);
    }
}
