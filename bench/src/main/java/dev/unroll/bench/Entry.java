package dev.unroll.bench;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * One shape and what each contender that passed its check took for it.
 *
 * @param <S> a case
 * @param shape the shape
 * @param timings by contender
 */
record Entry<S>(S shape, SequencedMap<String, Timing> timings) {
    /** How many times faster one is than another: time(other) / time(one); NaN where one of them has no time. */
    double speedup(String one, String other) {
        return timings.containsKey(one) && timings.containsKey(other)
                ? timings.get(other).median() / timings.get(one).median()
                : Double.NaN;
    }

    /** The fastest of some. */
    Optional<String> fastest(Collection<String> among) {
        return timings.entrySet().stream().filter(e -> among.contains(e.getKey()))
                .min(Comparator.comparingDouble(e -> e.getValue().median())).map(Map.Entry::getKey);
    }
}
