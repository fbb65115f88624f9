package dev.unroll.kernels;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that share the rows of one operation: the caller and {@code size - 1} long-lived helpers, which spin for a
 * moment between operations and then park. A caller that finds the team busy does all its rows itself, so callers never
 * wait for one another.
 */
final class Team implements AutoCloseable {
    /** Rows {@code from} to {@code to} of an operation. */
    interface Part {
        void run(int from, int to);
    }

    private static final int SPINS = 20_000;
    /** Nanoseconds between two looks at helpers that are late, because something else has their core. */
    private static final long PATIENCE = 20_000;

    private final AtomicBoolean busy = new AtomicBoolean();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger round = new AtomicInteger();
    private final Thread[] helpers;
    private volatile boolean closed;
    private volatile boolean broken;
    private volatile RuntimeException failure;
    private Part part;
    private int rows;

    Team(int size) {
        helpers = new Thread[size - 1];
        for (int i = 0; i < helpers.length; i++) {
            int member = i + 1;
            helpers[i] = Thread.ofPlatform().daemon().name("unroll-kernels-" + member).unstarted(() -> help(member));
        }
        for (Thread helper : helpers) {
            helper.start();
        }
    }

    int size() {
        return helpers.length + 1;
    }

    /** A thread that will touch what an operation is given, other than its caller. */
    Thread helper() {
        return helpers[0];
    }

    /** Runs {@code work} over rows 0 to {@code count}, once each, and returns when all are done. */
    void run(int count, Part work) {
        if (count < 2 || broken || !busy.compareAndSet(false, true)) {
            work.run(0, count);
            return;
        }
        try {
            part = work;
            rows = count;
            failure = null;
            pending.set(helpers.length);
            round.incrementAndGet();
            for (Thread helper : helpers) {
                LockSupport.unpark(helper);
            }
            try {
                runShare(0);
            } finally {
                await();
            }
            if (failure != null) {
                throw failure;
            }
            if (broken) {
                throw new IllegalStateException("a kernel thread died; its own report says why");
            }
        } finally {
            part = null;
            busy.set(false);
        }
    }

    /** The helpers work on the caller's memory: the caller must not leave before the last is done. */
    private void await() {
        for (int spins = 0; pending.get() > 0; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(this, PATIENCE);
            }
        }
    }

    private void help(int member) {
        for (int next = 1;; next++) {
            for (int spins = 0; round.get() != next; spins++) {
                if (closed) {
                    return;
                }
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            boolean alive = false;
            try {
                runShare(member);
                alive = true;
            } catch (RuntimeException e) {
                failure = e;
                alive = true;
            } finally {
                broken |= !alive;
                pending.decrementAndGet();
            }
        }
    }

    private void runShare(int member) {
        int from = (int) ((long) rows * member / size());
        int to = (int) ((long) rows * (member + 1) / size());
        if (from < to) {
            part.run(from, to);
        }
    }

    /** Ends the helpers once the running operation is done. The team stays busy for good: later callers are alone. */
    @Override
    public void close() {
        while (!closed && !busy.compareAndSet(false, true)) {
            Thread.onSpinWait();
        }
        closed = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
    }
}
