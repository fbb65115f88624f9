package dev.unroll.bench;

import dev.unroll.models.Network;
import dev.unroll.models.Session;
import dev.unroll.models.StreamBatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** Streams of a network, each with a session, that step for a time: on few threads one after the other, or all at once in a batcher. */
final class Streams {
    private static final long SEED = 1;

    private final List<Session> sessions = new ArrayList<>();
    private final int outputSize;

    Streams(Network network, int count) {
        this.outputSize = network.outputSize();
        for (int i = 0; i < count; i++) {
            sessions.add(network.newSession());
        }
    }

    /** What one thread does. */
    private interface Work {
        void run(int number) throws InterruptedException;
    }

    private static void together(ExecutorService threads, int count, Work work) throws InterruptedException {
        try (threads) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                ends.add(threads.submit(() -> {
                    work.run(number);
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Single steps: each thread takes its share of the streams by turns. */
    void stepAlone(int threads, long time, Served served) throws InterruptedException {
        served.begin();
        long end = System.nanoTime() + time;
        together(Executors.newFixedThreadPool(threads), threads, first -> {
            float[] y = new float[outputSize];
            long now = System.nanoTime();
            for (int i = first; now < end; i = i + threads < sessions.size() ? i + threads : first) {
                sessions.get(i).step(i % ServiceCase.TOKENS, y);
                long then = now;
                now = System.nanoTime();
                served.step(now - then);
            }
        });
        served.end();
    }

    /** In batches: each stream has a virtual thread, and steps again as soon as it has stepped. */
    void stepTogether(StreamBatcher batcher, long time, Served served) throws InterruptedException {
        served.begin();
        long end = System.nanoTime() + time;
        together(Executors.newVirtualThreadPerTaskExecutor(), sessions.size(), i -> {
            float[] y = new float[outputSize];
            long now = System.nanoTime();
            while (now < end) {
                batcher.step(sessions.get(i), i % ServiceCase.TOKENS, y);
                long then = now;
                now = System.nanoTime();
                served.step(now - then);
            }
        });
        served.end();
    }

    /**
     * In batches: steps come at random, so many a second in all, whether the one before has been made or not; what a step took
     * counts from when it came.
     */
    void stepAtRate(StreamBatcher batcher, double rate, long time, Served served) throws InterruptedException {
        served.begin();
        long begin = System.nanoTime();
        together(Executors.newVirtualThreadPerTaskExecutor(), sessions.size(), i -> {
            SplittableRandom random = new SplittableRandom(SEED + i);
            float[] y = new float[outputSize];
            double mean = sessions.size() / rate * 1e9;
            double due = 0;
            while (true) {
                due -= mean * Math.log(1 - random.nextDouble());
                if (due >= time) {
                    return;
                }
                long begun = begin + (long) due;
                for (long rest = begun - System.nanoTime(); rest > 0; rest = begun - System.nanoTime()) {
                    LockSupport.parkNanos(rest);
                }
                batcher.step(sessions.get(i), i % ServiceCase.TOKENS, y);
                served.step(System.nanoTime() - begun);
            }
        });
        served.end();
    }
}
