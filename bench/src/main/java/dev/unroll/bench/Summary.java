package dev.unroll.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The last lines below a table. */
final class Summary {
    private Summary() {}

    /** Geometric mean and least of a ratio over the entries that have it; says nothing where none has. */
    static <S> void ratio(Report report, String name, List<Entry<S>> entries, ToDoubleFunction<Entry<S>> ratio) {
        List<Entry<S>> some = entries.stream().filter(entry -> !Double.isNaN(ratio.applyAsDouble(entry))).toList();
        some.stream().min(Comparator.comparingDouble(ratio)).ifPresent(worst -> report.say(
                String.format(Locale.ROOT, "%s: geometric mean %.2f over %d, worst %.2f at %s", name,
                        GeometricMean.of(some.stream().map(ratio::applyAsDouble).toList()), some.size(),
                        ratio.applyAsDouble(worst), worst.shape())));
    }
}
