package dev.unroll.kernels;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that share an operation: the caller and {@code size - 1} long-lived helpers, which spin for a moment between
 * operations and then park.
 *
 * <p>Each member has its own parts of an operation, so that what it read last time is still in its cache. A part that
 * nobody has begun when a member is done with its own is that member's: nobody waits for a thread that sleeps or whose core
 * something else has. A caller that finds the team busy does everything itself, so callers never wait for one another.
 * Nothing is allocated.
 */
final class Team implements AutoCloseable {
    /** How long who waits spins before it offers its core to others at every look. */
    private static final long SPIN_NANOS = 50_000;
    /** Between two looks at the clock. */
    private static final int SPINS = 64;
    /** How long a helper stays awake for the next operation at least and at most; to wake one takes a tenth of a millisecond. */
    private static final long LEAST_LINGER = 200_000;
    private static final long MOST_LINGER = 5_000_000;
    /** Parts of an operation for each member at most. */
    private static final int SHARE = 4;
    /** Ints from one member's slot to the next, so that none shares a cache line, nor a pair of them. */
    private static final int SLOT = 32;

    private final AtomicBoolean busy = new AtomicBoolean();
    private final AtomicInteger pending = new AtomicInteger();
    /** By part, 1 where it waits for someone to begin it. */
    private final AtomicIntegerArray offered;
    /** By member, 1 where its thread is parked or about to be. */
    private final AtomicIntegerArray parked;
    private final Thread[] helpers;
    private volatile boolean closed;
    private volatile boolean broken;
    private volatile RuntimeException failure;
    /** What the last operation took. A helper that woke too late for one must not sleep again before the next. */
    private volatile long nanos;
    private Part part;
    private int items;
    private int parts;

    Team(int size) {
        helpers = new Thread[size - 1];
        offered = new AtomicIntegerArray(size * SHARE * SLOT);
        parked = new AtomicIntegerArray(size * SLOT);
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

    /** How many parts an operation is cut into at most. */
    int most() {
        return size() * SHARE;
    }

    /** Takes the team for one {@link #share}, which gives it back; false where it is busy or of no use. */
    boolean enter() {
        return !broken && !busy.get() && busy.compareAndSet(false, true);
    }

    /** Runs {@code work} over items 0 to {@code count}, once each, a part a member, and returns when all are done. */
    void share(int count, Part work) {
        share(count, size(), work);
    }

    /** As {@link #share(int, Part)}, in {@code most} parts where there are so many items. After {@link #enter}. */
    void share(int count, int most, Part work) {
        try {
            long begin = System.nanoTime();
            part = work;
            items = count;
            parts = Math.clamp(count, 1, most);
            failure = null;
            pending.set(parts - 1);
            for (int i = parts - 1; i > 0; i--) {
                offered.set(i * SLOT, 1);
                if (i < size() && parked.get(i * SLOT) == 1) {
                    LockSupport.unpark(helpers[i - 1]);
                }
            }
            try {
                run(0);
                work(0);
            } finally {
                withdraw();
                await();
                nanos = System.nanoTime() - begin;
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

    /** {@link #share(int, int, Part)} where the team is free, else {@code work} over everything. */
    void run(int count, int most, Part work) {
        if (count > 1 && enter()) {
            share(count, most, work);
        } else if (count > 0) {
            work.run(0, count);
        }
    }

    /** After a failure of the caller's: what nobody has begun, nobody need begin. */
    private void withdraw() {
        for (int i = 1; i < parts; i++) {
            if (claim(i)) {
                pending.decrementAndGet();
            }
        }
    }

    /** The helpers work on the caller's memory: the caller must not leave before the last is done. */
    private void await() {
        long begin = System.nanoTime();
        for (int spins = 1; pending.get() > 0; spins++) {
            Thread.onSpinWait();
            if (spins % SPINS == 0 && System.nanoTime() - begin > SPIN_NANOS) {
                offerCore();
            }
        }
    }

    private void help(int member) {
        while (!closed) {
            if (claim(member)) {
                complete(member);
                work(member);
            } else {
                awaitOffer(member * SLOT);
            }
        }
    }

    /** Does what nobody has begun: the other parts of this member, then whatever there is. */
    private void work(int member) {
        for (int i = member + size(); i < parts; i += size()) {
            if (claim(i)) {
                complete(i);
            }
        }
        for (int i = parts - 1; i > 0; i--) {
            if (claim(i)) {
                complete(i);
            }
        }
    }

    private boolean claim(int i) {
        return offered.get(i * SLOT) == 1 && offered.compareAndSet(i * SLOT, 1, 0);
    }

    private void awaitOffer(int slot) {
        long begin = System.nanoTime();
        for (int spins = 1; offered.get(slot) == 0 && !closed; spins++) {
            Thread.onSpinWait();
            long waited = spins % SPINS == 0 ? System.nanoTime() - begin : 0;
            if (waited > Math.clamp(2 * nanos, LEAST_LINGER, MOST_LINGER)) {
                park(slot);
            } else if (waited > SPIN_NANOS) {
                offerCore();
            }
        }
    }

    /** Nothing relies on what the scheduler makes of it: where nobody else wants the core, it is one more spin. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static void offerCore() {
        Thread.yield();
    }

    private void park(int slot) {
        parked.set(slot, 1);
        while (offered.get(slot) == 0 && !closed) {
            LockSupport.park(this);
        }
        parked.set(slot, 0);
    }

    /** Runs a part that was claimed and counts it as done, whatever comes of it. */
    private void complete(int i) {
        boolean alive = false;
        try {
            run(i);
            alive = true;
        } catch (RuntimeException e) {
            failure = e;
            alive = true;
        } finally {
            broken |= !alive;
            pending.decrementAndGet();
        }
    }

    /** Parts are dealt out in turns, but a member's own ones are neighbours among the items. */
    private void run(int i) {
        int place = Parts.begin(parts, size(), i % size()) + i / size();
        part.run(Parts.begin(items, parts, place), Parts.begin(items, parts, place + 1));
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
