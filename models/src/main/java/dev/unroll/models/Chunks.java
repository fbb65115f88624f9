package dev.unroll.models;

/** How many steps have their input part computed at once. */
final class Chunks {
    /** Rows that make a product of the input weights as fast as it gets; more would only push z out of the caches. */
    private static final int ROWS = 128;

    private Chunks() {}

    static int steps(int batch) {
        return Math.max(1, ROWS / Math.max(1, batch));
    }
}
