package dev.unroll.bench;

import java.util.Locale;

/** Figures as tables print them. */
final class Numbers {
    private Numbers() {}

    /** Three or more digits that count: 1.72, 13.5, 1540. */
    static String micros(Timing timing) {
        return micros(timing.median() / 1e3);
    }

    static String micros(double micros) {
        return String.format(Locale.ROOT, micros < 10 ? "%.2f" : micros < 100 ? "%.1f" : "%.0f", micros);
    }

    /** How far apart the rounds were: {@code 1.70..1.91}. */
    static String spread(Timing timing) {
        return micros(new Timing(timing.least(), 0, 0)) + ".." + micros(new Timing(timing.most(), 0, 0));
    }

    static String rate(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }

    static String percent(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.0f%%", 100 * share);
    }

    static String ratio(double ratio) {
        return Double.isNaN(ratio) ? "-" : String.format(Locale.ROOT, "%.2f", ratio);
    }
}
