package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Steps of many streams as one: what waits at a moment, from any number of threads, is gathered into a batch, whose streams read
 * each its own and have each its own state, and runs through the network in products of as many rows. A stream may join with any
 * step and leave after it; nobody waits for another's end. Source of the idea: Gao, Yu, Wu and Li, "Low latency RNN inference
 * with cellular batching", EuroSys 2018.
 *
 * <pre>{@code
 * try (StreamBatcher batcher = new StreamBatcher(network, StreamBatcher.Limits.DEFAULT)) {
 *     Session session = network.newSession();               // one a stream, on whatever thread
 *     batcher.step(session, token, probabilities);          // comes back when its batch is done
 * }
 * }</pre>
 *
 * <p>Steps wait in the order in which they came, and are taken in it. A session is in one step at a time, so a stream's own steps
 * keep their order. On the Java backends a stream's results have the bits that {@link Session#step(int, float[])} gives,
 * whatever batch they rode in; OpenBLAS may add in another order where it has other rows at a time.
 */
public final class StreamBatcher implements AutoCloseable {
    static final String THREAD = "unroll-batcher";
    /** A word to the thread that waits for steps: this is closed. */
    private static final BatchedStep WAKE = new BatchedStep(null, new int[0], new float[0], new float[0]);

    private final Network network;
    private final Limits limits;
    private final BlockingQueue<BatchedStep> waiting;
    private final Thread thread;
    /** Steps that have come in and not come out. */
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean closed;
    private final BatcherCounters counters = new BatcherCounters();

    /**
     * What a batcher may do.
     *
     * @param batch most streams in one batch
     * @param pause how long a step may wait for others to join it, while nothing else is computed; zero to begin at once with
     *        whatever is there
     * @param queue most steps that wait to be taken; more wait outside, or are refused
     */
    public record Limits(int batch, Duration pause, int queue) {
        /** Up to 64 streams a batch, no waiting, up to 1024 steps in the queue. */
        public static final Limits DEFAULT = new Limits(64, Duration.ZERO, 1024);

        /**
         * Checks the limits.
         *
         * @throws IllegalArgumentException where batch or queue is below 1, or the pause negative or above a second
         */
        public Limits {
            Sizes.check("batcher", "batch", batch);
            Sizes.check("batcher", "queue", queue);
            if (pause.isNegative() || pause.compareTo(Duration.ofSeconds(1)) > 0) {
                throw new IllegalArgumentException("batcher: pause is %s; wanted 0 to 1 s".formatted(pause));
            }
        }
    }

    /**
     * Starts the thread that runs the batches.
     *
     * @param network whose sessions will step; it outlives this
     * @param limits of batches and queue
     * @throws IllegalStateException where the network is closed
     * @throws UnsupportedOperationException where a layer goes backward
     */
    public StreamBatcher(Network network, Limits limits) {
        network.newSession(); // Throws what a session would.
        this.network = network;
        this.limits = limits;
        this.waiting = new ArrayBlockingQueue<>(limits.queue());
        this.thread = Thread.ofPlatform().daemon().name(THREAD).start(this::runBatches);
    }

    /**
     * One step with a token, as {@link Session#step(int, float[])}. Waits for room in the queue and for the batch.
     *
     * @param session of this network
     * @param id index of the token
     * @param output y, length outputSize, written
     * @throws IndexOutOfBoundsException for a token that is none of the network's
     * @throws IllegalArgumentException where the array has another length, the network reads something else, or the session is
     *     another network's
     * @throws IllegalStateException where another thread is in the session, or batcher or network is closed; the state is as it
     *     was then
     * @throws InterruptedException where the thread is interrupted while it waits for room; the state is as it was then
     */
    public void step(Session session, int id, float[] output) throws InterruptedException {
        step(session, new int[]{id}, new float[0], output);
    }

    /**
     * One step with features, as {@link Session#step(float[], float[])}. Waits for room in the queue and for the batch.
     *
     * @param session of this network
     * @param features length inputSize
     * @param output y, length outputSize, written
     * @throws IllegalArgumentException where an array has another length, the network reads something else, or the session is
     *     another network's
     * @throws IllegalStateException as {@link #step(Session, int, float[])}
     * @throws InterruptedException as {@link #step(Session, int, float[])}
     */
    public void step(Session session, float[] features, float[] output) throws InterruptedException {
        step(session, new int[0], features, output);
    }

    /**
     * One step with tokens and features side by side, as {@link Session#step(int[], float[], float[])}. Waits for room in the
     * queue and for the batch.
     *
     * @param session of this network
     * @param tokens index of a token for each part that reads one, in their order
     * @param features those of all parts, in their order
     * @param output y, length outputSize, written
     * @throws IndexOutOfBoundsException as {@link #step(Session, int, float[])}
     * @throws IllegalArgumentException as {@link #step(Session, int, float[])}
     * @throws IllegalStateException as {@link #step(Session, int, float[])}
     * @throws InterruptedException as {@link #step(Session, int, float[])}
     */
    public void step(Session session, int[] tokens, float[] features, float[] output) throws InterruptedException {
        BatchedStep step = enter(session, tokens, features, output);
        try {
            waiting.put(step);
            step.await();
        } finally {
            leave(session);
        }
    }

    /**
     * One step with tokens and features side by side, unless the queue is full.
     *
     * @param session of this network
     * @param tokens index of a token for each part that reads one, in their order
     * @param features those of all parts, in their order
     * @param output y, length outputSize, written
     * @return whether there was room; if not, nothing has been done
     * @throws IndexOutOfBoundsException as {@link #step(Session, int, float[])}
     * @throws IllegalArgumentException as {@link #step(Session, int, float[])}
     * @throws IllegalStateException as {@link #step(Session, int, float[])}
     */
    public boolean tryStep(Session session, int[] tokens, float[] features, float[] output) {
        BatchedStep step = enter(session, tokens, features, output);
        try {
            if (!waiting.offer(step)) {
                counters.countRefused();
                return false;
            }
            step.await();
            return true;
        } finally {
            leave(session);
        }
    }

    private BatchedStep enter(Session session, int[] tokens, float[] features, float[] output) {
        if (!session.isOf(network)) {
            throw new IllegalArgumentException("batcher: a session of another network; wanted one of this");
        }
        session.enter();
        inside.incrementAndGet();
        try {
            session.check(tokens, features, output);
            if (closed) {
                throw new IllegalStateException("batcher: it is closed");
            }
        } catch (RuntimeException e) {
            leave(session);
            throw e;
        }
        return new BatchedStep(session, tokens, features, output);
    }

    private void leave(Session session) {
        session.leave();
        inside.decrementAndGet();
    }

    private void runBatches() {
        StackStep whole = new StackStep(network.weights(), Arena.ofAuto(), limits.batch());
        StackStep[] ofSize = new StackStep[limits.batch() + 1];
        BatchedStep[] batch = new BatchedStep[limits.batch()];
        while (!closed || inside.get() > 0) {
            int size = 0;
            try {
                size = gather(batch);
                if (closed) {
                    fail(batch, size, new IllegalStateException("batcher: it was closed while the step waited"));
                } else if (size > 0) {
                    if (ofSize[size] == null) {
                        ofSize[size] = whole.rows(size);
                    }
                    run(ofSize[size], batch, size);
                }
            } catch (InterruptedException e) {
                // Nobody has a reason to; closing does without.
            } catch (RuntimeException | Error e) {
                fail(batch, size, new IllegalStateException("batcher: the batch failed: " + e.getMessage(), e));
            }
            Arrays.fill(batch, 0, size, null);
        }
    }

    private void fail(BatchedStep[] batch, int size, IllegalStateException e) {
        counters.countFailed(size);
        for (int i = 0; i < size; i++) {
            batch[i].fail(e);
        }
    }

    /** Takes what waits, in the order in which it came; 0 where there is only the word to look whether this is closed. */
    private int gather(BatchedStep[] batch) throws InterruptedException {
        BatchedStep first = closed ? waiting.poll(1, TimeUnit.MILLISECONDS) : waiting.take();
        if (first == null || first == WAKE) {
            return 0;
        }
        batch[0] = first;
        int size = 1;
        long wait = limits.pause().toNanos();
        long end = System.nanoTime() + wait;
        while (size < batch.length) {
            BatchedStep next = waiting.poll();
            if (next == null && wait > 0) {
                next = waiting.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
            if (next == null || next == WAKE) {
                break;
            }
            batch[size++] = next;
        }
        return size;
    }

    private void run(StackStep step, BatchedStep[] batch, int size) {
        for (int i = 0; i < size; i++) {
            batch[i].session().load(step, i, batch[i].tokens(), batch[i].features());
        }
        Matrix top = step.run();
        for (int i = 0; i < size; i++) {
            if (batch[i].session().lookBack().isPresent()) {
                step.look(batch[i].session().lookBack().get(), top, i);
            }
        }
        Matrix y = step.head(step.attended().orElse(top), network.architecture().head().kind());
        long now = System.nanoTime();
        counters.countBatch(size);
        for (int i = 0; i < size; i++) {
            batch[i].session().store(step, i, y, batch[i].output());
            counters.countLatency(now - batch[i].begun());
            batch[i].done();
        }
    }

    /**
     * What has been done so far.
     *
     * @return counts that go on
     */
    public BatcherCounters counters() {
        return counters;
    }

    /**
     * Steps that wait to be taken.
     *
     * @return how many, at most the limit
     */
    public int waiting() {
        return waiting.size();
    }

    /**
     * Ends it: the batch that is being computed ends well, what waits gets an {@link IllegalStateException}, and the thread is
     * gone when this returns. Sessions stay as they are.
     */
    @Override
    public void close() {
        closed = true;
        // Where there is no room, the thread is about to take something anyway.
        waiting.offer(WAKE);
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        waiting.clear(); // The word, where the thread needed none.
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
