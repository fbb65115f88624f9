package dev.unroll.models;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

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
 * <p>Steps wait in the order in which they came, and are taken in it; of a stream that reads a sequence, each step waits its turn
 * anew. A session is in one call at a time, so a stream's own steps keep their order.
 *
 * <p>A stream's results have the same bits whatever batch they rode in; where rows are independent ({@link
 * dev.unroll.kernels.Kernels#rowsAreIndependent}: the Java backends) those of {@link Session#step(int, float[])}. On other
 * kernels a batch runs in products of eight rows, some of them idle; these should have one thread, or no other user, since who
 * finds their team busy computes alone, in other parts.
 *
 * <p>It has one thread and the network's kernels; its memory goes with {@link #close}.
 */
public final class StreamBatcher implements AutoCloseable {
    static final String THREAD = "unroll-batcher";
    private static final int[] NO_TOKENS = {};
    private static final float[] NO_FEATURES = {};

    /** Nanoseconds to wait for a step: while this is open, and where callers are still to be told that it is closed. */
    private static final long FOREVER = Long.MAX_VALUE;
    private static final long CLOSING = 1_000_000;

    private final Network network;
    private final Limits limits;
    private final Arena arena = Arena.ofShared();
    private final StepBatch batch;
    /** Those of the batch at hand, from the first place on. Of the thread alone. */
    private final BatchedSteps[] streams;
    /** For when there is no memory to say more. */
    private final IllegalStateException broken = new IllegalStateException("batcher: its thread ran out of memory");
    private final StepQueue waiting;
    /** Streams that read a sequence and have made a step of it. Of the thread alone. */
    private final Queue<BatchedSteps> goingOn = new ArrayDeque<>();
    private final Thread thread;
    /** Steps that have come in and not come out. */
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean closed;
    private final BatcherCounters counters = new BatcherCounters();

    /**
     * What a batcher may do.
     *
     * @param batch most streams in one batch, 1 to 65,536
     * @param pause how long a step may wait for others to join it, while nothing else is computed; zero to begin at once with
     *        whatever is there
     * @param queue most steps that wait to be taken, 1 to 16,777,216; more wait outside, or are refused
     */
    public record Limits(int batch, Duration pause, int queue) {
        /** Up to 64 streams a batch, no waiting, up to 1024 steps in the queue. */
        public static final Limits DEFAULT = new Limits(64, Duration.ZERO, 1024);

        /**
         * Checks the limits.
         *
         * @throws IllegalArgumentException where batch or queue is out of its range, or the pause negative or above a second
         */
        public Limits {
            check("batch", batch, 1 << 16);
            check("queue", queue, 1 << 24);
            if (pause.isNegative() || pause.compareTo(Duration.ofSeconds(1)) > 0) {
                throw new IllegalArgumentException("batcher: pause is %s; wanted 0 to 1 s".formatted(pause));
            }
        }

        private static void check(String name, int size, int most) {
            if (size < 1 || size > most) {
                throw new IllegalArgumentException("batcher: %s is %d; wanted 1 to %d".formatted(name, size, most));
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
        this.waiting = new StepQueue(limits.queue());
        boolean done = false;
        try {
            this.streams = new BatchedSteps[limits.batch()];
            this.batch = new StepBatch(network, arena, limits.batch());
            this.thread = Thread.ofPlatform().daemon().name(THREAD).start(this::runBatches);
            done = true;
        } finally {
            if (!done) {
                arena.close();
            }
        }
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
        put(session, new int[]{id}, NO_FEATURES, output);
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
        put(session, NO_TOKENS, features.clone(), output);
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
        put(session, tokens.clone(), features.clone(), output);
    }

    /** A step from arrays that nobody else has. */
    private void put(Session session, int[] tokens, float[] features, float[] output) throws InterruptedException {
        enter(session);
        try {
            BatchedSteps step = checked(session, tokens, features, output);
            waiting.put(step);
            step.await();
        } finally {
            leave(session);
        }
    }

    /**
     * Reads a sequence of tokens, a prompt say, and says what comes behind the last, as {@link Session#read}: as so many steps,
     * each in a batch of its own time, so that a long sequence keeps no other stream from its next step.
     *
     * @param session of this network
     * @param tokens indices, one or more
     * @param output y behind the last; length outputSize, written
     * @throws IndexOutOfBoundsException as {@link #step(Session, int, float[])}
     * @throws IllegalArgumentException where there is no token, the array has another length, the network reads something else,
     *     or the session is another network's
     * @throws IllegalStateException as {@link #step(Session, int, float[])}
     * @throws InterruptedException as {@link #step(Session, int, float[])}
     */
    public void read(Session session, int[] tokens, float[] output) throws InterruptedException {
        Sizes.check("read", "number of tokens", tokens.length);
        enter(session);
        try {
            session.check().checkOutput(output);
            int[] own = tokens.clone();
            session.check().checkTokens("read", own);
            all(session, BatchedSteps.read(session, own, output));
        } finally {
            leave(session);
        }
    }

    /**
     * Steps over a sequence of tokens, as {@link Session#run(int[], float[])}, each step in a batch of its own time.
     *
     * @param session of this network
     * @param tokens indices, one a step
     * @param outputs y_0, y_1, ... one after the other; length tokens*outputSize, written
     * @throws IndexOutOfBoundsException as {@link #step(Session, int, float[])}
     * @throws IllegalArgumentException where the array has another length, the network reads something else, or the session is
     *     another network's
     * @throws IllegalStateException as {@link #step(Session, int, float[])}
     * @throws InterruptedException as {@link #step(Session, int, float[])}
     */
    public void run(Session session, int[] tokens, float[] outputs) throws InterruptedException {
        int size = network.outputSize();
        Sizes.checkLength("run", "outputs", outputs, (long) tokens.length * size);
        enter(session);
        try {
            int[] own = tokens.clone();
            session.check().checkTokens("run", own);
            if (own.length > 0) {
                all(session, BatchedSteps.run(session, own, outputs, size));
            }
        } finally {
            leave(session);
        }
    }

    /** All steps of a sequence, or none. */
    private void all(Session session, BatchedSteps steps) throws InterruptedException {
        session.checkSource();
        // A single step that fails has changed nothing.
        StreamState before = steps.count() > 1 ? session.state().copy() : session.state();
        waiting.put(steps);
        try {
            steps.await();
        } catch (RuntimeException e) {
            session.state().copyFrom(before.values());
            throw e;
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
        enter(session);
        try {
            BatchedSteps step = checked(session, tokens.clone(), features.clone(), output);
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

    /** A step whose arrays nobody else has: what others write to them must not fail a batch of many. */
    private static BatchedSteps checked(Session session, int[] tokens, float[] features, float[] output) {
        session.check().checkOutput(output);
        session.check().check(tokens, features);
        session.checkSource();
        return BatchedSteps.one(session, tokens, features, output);
    }

    private void enter(Session session) {
        if (!session.isOf(network)) {
            throw new IllegalArgumentException("batcher: a session of another network; wanted one of this");
        }
        session.enter();
        inside.incrementAndGet();
        if (closed) {
            leave(session);
            throw new IllegalStateException("batcher: it is closed");
        }
    }

    private void leave(Session session) {
        session.leave();
        inside.decrementAndGet();
    }

    private void runBatches() {
        try (arena) {
            while (!closed || inside.get() > 0) {
                try {
                    runBatch();
                } catch (RuntimeException | Error e) {
                    // There was not even the memory to say what failed; whoever is in the batch must not wait for ever.
                    for (int i = 0; i < streams.length && streams[i] != null; i++) {
                        fail(i, i + 1, broken);
                    }
                }
                Arrays.fill(streams, null);
            }
        }
    }

    private void runBatch() {
        int size = gather();
        if (closed) {
            fail(0, size, new IllegalStateException("batcher: it was closed while the step waited"));
        } else if (size > 0) {
            run(size);
        }
    }

    /** One step of each stream, in as many products as the kernels want. */
    private void run(int size) {
        Optional<BatchEvent> event = FlightRecording.begin(BatchEvent::new);
        counters.countBatch();
        for (int from = 0; from < size; from += batch.most()) {
            int to = Math.min(size, from + batch.most());
            try {
                batch.run(streams, from, to);
                done(from, to);
            } catch (RuntimeException | Error e) {
                fail(from, to, new IllegalStateException("batcher: the batch failed: " + e.getMessage(), e));
            }
        }
        if (event.isPresent()) {
            event.get().end(size, waiting.size() + goingOn.size());
        }
    }

    private void done(int from, int to) {
        long now = System.nanoTime();
        for (int i = from; i < to; i++) {
            counters.countStep(streams[i].latency(now));
            if (streams[i].hasNext()) {
                goingOn.add(streams[i]);
            } else {
                streams[i].end();
            }
        }
    }

    private void fail(int from, int to, IllegalStateException e) {
        counters.countFailed(to - from);
        for (int i = from; i < to; i++) {
            goingOn.remove(streams[i]); // Where it failed after its step was made.
            streams[i].fail(e);
        }
    }

    /** Takes what waits, the oldest first; 0 where there was nothing for a while, or this has been closed. */
    private int gather() {
        long pause = limits.pause().toNanos();
        int size = 0;
        long end = 0;
        while (size < streams.length) {
            BatchedSteps next = oldest();
            if (next == null && size == 0) {
                next = sleep(closed ? CLOSING : FOREVER);
            } else if (next == null && pause > 0) {
                next = sleep(end - System.nanoTime());
            }
            if (next != null) {
                if (size == 0 && pause > 0) {
                    end = System.nanoTime() + pause;
                }
                streams[size++] = next;
            } else if (size == 0 || pause == 0 || closed || end - System.nanoTime() <= 0) {
                break;
            }
        }
        return size;
    }

    /** The oldest of what waits and what goes on, or null. */
    private BatchedSteps oldest() {
        BatchedSteps come = waiting.peek();
        BatchedSteps gone = goingOn.peek();
        if (come == null || (gone != null && gone.isOlderThan(come))) {
            return goingOn.poll();
        }
        return waiting.poll();
    }

    /** The next that comes, or null. */
    private BatchedSteps sleep(long nanos) {
        Thread.interrupted(); // Means nothing to this thread, but would keep it awake.
        return waiting.poll(nanos);
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
        LockSupport.unpark(thread);
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
