package dev.unroll.training;

/**
 * Where a window stands.
 *
 * @param number of the batch
 * @param from first step there
 */
record WindowPlace(long number, long from) {
    /** The next window: of the same batch, or at the begin of the batch after it. */
    WindowPlace after(int count, long time) {
        return from + count < time ? new WindowPlace(number, from + count) : new WindowPlace(number + 1, 0);
    }

    /** Refuses a window that is not of these batches or goes past the batch's end. */
    void check(Batches batches, Window window) {
        if (window.batch() != batches.batch()) {
            throw new IllegalArgumentException("batches: a window of batch %d for batches of %d; wanted the same"
                    .formatted(window.batch(), batches.batch()));
        }
        Settings.atLeast("batches", "number", number, 0);
        long time = batches.time(number);
        if (from < 0 || window.count() > time - from) {
            throw new IndexOutOfBoundsException("batches: steps %d to %d of batch %d; wanted steps within 0 to %d"
                    .formatted(from, from + window.count(), number, time));
        }
    }
}
