package dev.unroll.training;

/** Checks of settings at the public door. */
final class Settings {
    private Settings() {}

    static void positive(String operation, String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("%s: %s is %s; wanted above 0".formatted(operation, name, value));
        }
    }

    static void atLeast(String operation, String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "%s: %s is %d; wanted %d or more".formatted(operation, name, value, least));
        }
    }

    static void fraction(String operation, String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException("%s: %s is %s; wanted 0 to 1".formatted(operation, name, value));
        }
    }
}
