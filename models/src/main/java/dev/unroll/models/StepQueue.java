package dev.unroll.models;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Steps that wait, in the order in which they came: any number of threads bring them, one takes them. Nobody holds a lock: among
 * hundreds of threads that are woken at once, one would be handed round for longer than a batch takes.
 */
final class StepQueue {
    private final int limit;
    /** What is left of the limit; who finds nothing waits, the first that came first. */
    private final Semaphore room;
    private final Queue<BatchedSteps> steps = new ConcurrentLinkedQueue<>();
    /** The taker while it sleeps, or is about to. */
    private volatile Thread sleeper;

    StepQueue(int limit) {
        this.limit = limit;
        this.room = new Semaphore(limit, true);
    }

    /** Waits for room. */
    void put(BatchedSteps step) throws InterruptedException {
        room.acquire();
        add(step);
    }

    /** Does nothing where there is no room; returns whether there was. */
    boolean offer(BatchedSteps step) {
        boolean hasRoom = room.tryAcquire();
        if (hasRoom) {
            add(step);
        }
        return hasRoom;
    }

    private void add(BatchedSteps step) {
        steps.add(step);
        // The taker says that it will sleep before it looks a last time: one of the two sees the other.
        LockSupport.unpark(sleeper);
    }

    /** The oldest, or null; it stays. */
    BatchedSteps peek() {
        return steps.peek();
    }

    /** Takes the oldest, or null. */
    BatchedSteps poll() {
        BatchedSteps step = steps.poll();
        if (step != null) {
            room.release();
        }
        return step;
    }

    /** Takes the oldest; sleeps where there is none, but not longer than so many nanoseconds, and perhaps returns null earlier. */
    BatchedSteps poll(long nanos) {
        sleeper = Thread.currentThread();
        BatchedSteps step = poll();
        if (step == null && nanos > 0) {
            LockSupport.parkNanos(this, nanos);
            step = poll();
        }
        sleeper = null;
        return step;
    }

    /** How many there are. */
    int size() {
        return limit - room.availablePermits();
    }
}
