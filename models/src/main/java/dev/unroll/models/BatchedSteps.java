package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import java.util.concurrent.locks.LockSupport;

/** Steps of one stream, one after the other, that wait each for a batch; and the thread that waits for the last. */
final class BatchedSteps {
    private static final float[] NO_FEATURES = {};

    private final Session session;
    /** What is read at each step, one a step; or of one step, with the features. No caller's: the check must hold. */
    private final int[] tokens;
    private final float[] features;
    private final int count;
    private final float[] output;
    /** Floats from one step's output to the next one's; 0 where the last alone is said. */
    private final int stride;
    private final int[] token = new int[1];
    private final Thread caller = Thread.currentThread();
    private int made;
    private long begun = System.nanoTime();
    private RuntimeException failure;
    /** Written last and read first: who sees it sees output and state. */
    private volatile boolean isDone;

    private BatchedSteps(Session session, int[] tokens, float[] features, int count, float[] output, int stride) {
        this.session = session;
        this.tokens = tokens;
        this.features = features;
        this.count = count;
        this.output = output;
        this.stride = stride;
    }

    /** One step. */
    static BatchedSteps one(Session session, int[] tokens, float[] features, float[] output) {
        return new BatchedSteps(session, tokens, features, 1, output, 0);
    }

    /** A step a token, of which the last says something. */
    static BatchedSteps read(Session session, int[] tokens, float[] output) {
        return new BatchedSteps(session, tokens, NO_FEATURES, tokens.length, output, 0);
    }

    /** A step a token, each of which says something. */
    static BatchedSteps run(Session session, int[] tokens, float[] outputs, int outputSize) {
        return new BatchedSteps(session, tokens, NO_FEATURES, tokens.length, outputs, outputSize);
    }

    Session session() {
        return session;
    }

    /** Steps in all. */
    int count() {
        return count;
    }

    /** Makes the next step one of a batch. */
    void load(StackStep step, int row) {
        if (count == 1) {
            session.load(step, row, tokens, features);
        } else {
            token[0] = tokens[made];
            session.load(step, row, token, NO_FEATURES);
        }
    }

    /** Whether the next step's output goes anywhere. */
    boolean says() {
        return stride > 0 || made == count - 1;
    }

    /** Takes what the step has made; y is what all of the batch say, where one of them says something. */
    void store(StackStep step, int row, Matrix y) {
        if (says()) {
            StackStep.copyRow(y, row, output, made * stride);
        }
        session.store(step, row);
        made++;
    }

    /** Whether more steps follow. */
    boolean hasNext() {
        return made < count;
    }

    /** Whether its next step has waited longer than another's. */
    boolean isOlderThan(BatchedSteps other) {
        return begun - other.begun < 0;
    }

    /** Nanoseconds from when the step came in, or the one before it was made. */
    long latency(long now) {
        long time = now - begun;
        begun = now;
        return time;
    }

    /** Lets the caller go on. */
    void end() {
        isDone = true;
        LockSupport.unpark(caller);
    }

    /** Lets the caller go on, to an exception; one that has gone on already has its results. */
    void fail(RuntimeException e) {
        if (!isDone) {
            failure = e;
            end();
        }
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
