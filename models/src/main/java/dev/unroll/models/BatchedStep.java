package dev.unroll.models;

import java.util.concurrent.locks.LockSupport;

/** A step of one stream that waits for a batch, and the thread that waits for it. */
final class BatchedStep {
    private final Session session;
    private final int[] tokens;
    private final float[] features;
    private final float[] output;
    private final Thread caller = Thread.currentThread();
    private final long begun = System.nanoTime();
    private RuntimeException failure;
    /** Written last and read first: who sees it sees output and state. */
    private volatile boolean isDone;

    BatchedStep(Session session, int[] tokens, float[] features, float[] output) {
        this.session = session;
        this.tokens = tokens;
        this.features = features;
        this.output = output;
    }

    Session session() {
        return session;
    }

    int[] tokens() {
        return tokens;
    }

    float[] features() {
        return features;
    }

    float[] output() {
        return output;
    }

    /** When it came in, of {@link System#nanoTime}. */
    long begun() {
        return begun;
    }

    /** Lets the caller go on. */
    void done() {
        isDone = true;
        LockSupport.unpark(caller);
    }

    /** Lets the caller go on, to an exception. */
    void fail(RuntimeException e) {
        failure = e;
        done();
    }

    /** Waits for the end; an interrupt is kept, and ends nothing: the output is being written. */
    void await() {
        boolean isInterrupted = false;
        while (!isDone) {
            LockSupport.park(this);
            isInterrupted |= Thread.interrupted();
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }
}
