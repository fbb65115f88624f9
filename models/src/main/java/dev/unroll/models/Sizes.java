package dev.unroll.models;

import java.util.BitSet;

/** Checks of sizes and indices at the public door. */
final class Sizes {
    private Sizes() {}

    static void check(String operation, String name, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("%s: %s is %d; wanted 1 or more".formatted(operation, name, size));
        }
    }

    /** A token of so many, in the words that all of a network's doors have for one that is none of them. */
    static void checkToken(String operation, int token, int size) {
        if (token < 0 || token >= size) {
            throw new IndexOutOfBoundsException("%s: token %d; wanted 0 to %d".formatted(operation, token, size - 1));
        }
    }

    static void checkLength(String operation, String name, float[] array, long wanted) {
        if (array.length != wanted) {
            throw new IllegalArgumentException(
                    "%s: %s has length %d; wanted %d".formatted(operation, name, array.length, wanted));
        }
    }

    /** The union of some indices and more of them. */
    static BitSet indices(String operation, String name, BitSet some, int... more) {
        BitSet all = (BitSet) some.clone();
        for (int index : more) {
            if (index < 0) {
                throw new IndexOutOfBoundsException("%s: %s %d; wanted 0 or more".formatted(operation, name, index));
            }
            all.set(index);
        }
        return all;
    }
}
