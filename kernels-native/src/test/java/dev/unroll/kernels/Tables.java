package dev.unroll.kernels;

import dev.unroll.kernels.Tuning.Entry;
import dev.unroll.kernels.Tuning.Kind;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Tables that are made by hand, of this machine. */
final class Tables {
    static final Instant MEASURED = Instant.parse("2026-11-22T10:11:12.345Z");

    private Tables() {}

    static Tuning of(Entry... entries) {
        return new Tuning(Machine.withOpenblas(), MEASURED, List.of(entries));
    }

    /** One class a kind, to which so all shapes belong. */
    static Tuning allTo(Backend backend) {
        return new Tuning(Machine.withOpenblas(), MEASURED,
                Arrays.stream(Kind.values()).map(kind -> entry(kind, 8, 64, 256, backend)).toList());
    }

    static Entry entry(Kind kind, int rows, int depth, int cols, Backend faster) {
        return new Entry(kind, rows, depth, cols, 12.5, faster == Backend.OPENBLAS ? 6.25 : 25);
    }
}
