package dev.unroll.models;

import java.lang.foreign.Arena;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Workspaces for the steps of single streams, so that a session need not have its own: a step takes one and gives it back. Any
 * thread, without a lock; there are as many as have ever been in use at once, and nothing is allocated once they are. Their memory
 * goes with the network's.
 */
final class StepPool {
    /** A power of two, more than threads are usually in a step at once. */
    private static final int SLOTS = 64;

    private final NetworkWeights weights;
    private final Arena arena;
    private final StepCheck check;
    private final int stateSize;
    private final AtomicReferenceArray<StackStep> free = new AtomicReferenceArray<>(SLOTS);
    /** Those that found no slot. */
    private final Queue<StackStep> rest = new ConcurrentLinkedQueue<>();

    StepPool(NetworkWeights weights, Arena arena) {
        this.weights = weights;
        this.arena = arena;
        this.check = new StepCheck(weights.architecture());
        this.stateSize = StreamState.size(weights.architecture().stack());
    }

    NetworkWeights weights() {
        return weights;
    }

    /** How many floats the state of a stream is. */
    int stateSize() {
        return stateSize;
    }

    /** Checks what a step reads and where it writes. */
    StepCheck check() {
        return check;
    }

    /**
     * One that nobody else has until it is given back.
     *
     * @throws IllegalStateException where the network is closed and there is none
     */
    StackStep take() {
        int begin = begin();
        for (int i = 0; i < SLOTS; i++) {
            int slot = begin + i & SLOTS - 1;
            if (free.getPlain(slot) != null) {
                StackStep step = free.getAndSet(slot, null);
                if (step != null) {
                    return step;
                }
            }
        }
        StackStep step = rest.poll();
        return step == null ? new StackStep(weights, arena, 1) : step;
    }

    /** Gives one back. */
    void give(StackStep step) {
        int begin = begin();
        for (int i = 0; i < SLOTS; i++) {
            int slot = begin + i & SLOTS - 1;
            if (free.getPlain(slot) == null && free.compareAndSet(slot, null, step)) {
                return;
            }
        }
        rest.add(step);
    }

    /** Where a thread looks first, so that threads seldom meet. */
    private static int begin() {
        return (int) Thread.currentThread().threadId();
    }
}
