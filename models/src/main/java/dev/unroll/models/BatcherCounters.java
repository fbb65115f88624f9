package dev.unroll.models;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** What a {@link StreamBatcher} has done, counted by its thread and read by any. */
public final class BatcherCounters {
    /** Latencies up to 2^i microseconds; the last has no bound. */
    private static final int BUCKETS = 22;

    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong steps = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLongArray latencies = new AtomicLongArray(BUCKETS);

    BatcherCounters() {}

    void countBatch() {
        batches.incrementAndGet();
    }

    void countStep(long time) {
        steps.incrementAndGet();
        nanos.addAndGet(time);
        latencies.incrementAndGet(Math.min(BUCKETS - 1, bucket(time)));
    }

    private static int bucket(long time) {
        return 64 - Long.numberOfLeadingZeros(Math.max(0, time - 1) / 1000);
    }

    void countFailed(int size) {
        failed.addAndGet(size);
    }

    void countRefused() {
        refused.incrementAndGet();
    }

    /**
     * Batches that have been begun.
     *
     * @return the count
     */
    public long batches() {
        return batches.get();
    }

    /**
     * Steps that have been made; {@code steps()/batches()} is the mean batch.
     *
     * @return the count
     */
    public long steps() {
        return steps.get();
    }

    /**
     * Steps that ended with an exception.
     *
     * @return the count
     */
    public long failed() {
        return failed.get();
    }

    /**
     * Steps for which there was no room.
     *
     * @return the count
     */
    public long refused() {
        return refused.get();
    }

    /**
     * Time that all steps took together, waiting included: each from the call on, or from the end of the step before it in a
     * sequence.
     *
     * @return nanoseconds
     */
    public long totalNanos() {
        return nanos.get();
    }

    /**
     * How many steps took how long, waiting included: number i are those of more than 2^(i-1) and up to 2^i microseconds, the
     * first those of up to 1, the last all that took longer.
     *
     * @return a copy of the counts
     */
    public long[] latencies() {
        long[] counts = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] = latencies.get(i);
        }
        return counts;
    }
}
