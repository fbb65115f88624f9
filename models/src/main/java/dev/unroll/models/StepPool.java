package dev.unroll.models;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Workspaces for the steps of single streams, so that a session need not have its own: a step takes one and gives it back. Any
 * thread, without a lock; there are as many as have ever been in use at once, up to some, and nothing is allocated once they are.
 */
final class StepPool {
    private final NetworkWeights weights;
    private final StepCheck check;
    private final AtomicReferenceArray<StackStep> free = new AtomicReferenceArray<>(
            Integer.highestOneBit(Math.max(2, 4 * Runtime.getRuntime().availableProcessors())));

    StepPool(NetworkWeights weights) {
        this.weights = weights;
        this.check = new StepCheck(weights.architecture());
    }

    NetworkWeights weights() {
        return weights;
    }

    /** Checks what a step reads and where it writes. */
    StepCheck check() {
        return check;
    }

    /** One that nobody else has until it is given back. */
    StackStep take() {
        int begin = begin();
        for (int i = 0; i < free.length(); i++) {
            int slot = begin + i & free.length() - 1;
            if (free.getPlain(slot) != null) {
                StackStep step = free.getAndSet(slot, null);
                if (step != null) {
                    return step;
                }
            }
        }
        return new StackStep(weights, Arena.ofAuto(), 1);
    }

    /** Gives one back; where there is no room for it, it is garbage. */
    void give(StackStep step) {
        int begin = begin();
        for (int i = 0; i < free.length(); i++) {
            int slot = begin + i & free.length() - 1;
            if (free.getPlain(slot) == null && free.compareAndSet(slot, null, step)) {
                return;
            }
        }
    }

    /** Where a thread looks first, so that threads seldom meet. */
    private static int begin() {
        return (int) Thread.currentThread().threadId();
    }
}
