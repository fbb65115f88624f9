package dev.unroll.models;

/** Checks of sizes at the public door. */
final class Sizes {
    private Sizes() {}

    static void check(String operation, String name, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("%s: %s is %d; wanted 1 or more".formatted(operation, name, size));
        }
    }

    static void checkLength(String operation, String name, float[] array, int wanted) {
        if (array.length != wanted) {
            throw new IllegalArgumentException(
                    "%s: %s has length %d; wanted %d".formatted(operation, name, array.length, wanted));
        }
    }
}
