package dev.unroll.cli;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Tuning;
import dev.unroll.kernels.Tuning.Entry;
import dev.unroll.kernels.Tuning.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A {@link Tuning} as people read it: for each kind a grid, rows down, depth x columns across. */
final class TuningReport {
    private TuningReport() {}

    static List<String> lines(Tuning tuning) {
        List<String> lines = new ArrayList<>();
        lines.add("time by openblas / time in vectors, one thread; * where openblas serves");
        for (Kind kind : Kind.values()) {
            grid(kind, tuning.entries().stream().filter(entry -> entry.kind() == kind).toList(), lines);
        }
        return lines;
    }

    private static String side(Entry entry) {
        return entry.depth() + "x" + entry.cols();
    }

    private static void grid(Kind kind, List<Entry> entries, List<String> lines) {
        List<String> sides = entries.stream().map(TuningReport::side).distinct().toList();
        StringBuilder head = new StringBuilder("%-20s".formatted(kind));
        sides.forEach(side -> head.append("%11s".formatted(side)));
        lines.add("");
        lines.add(head.toString());
        entries.stream().map(Entry::rows).distinct().sorted().forEach(rows -> {
            StringBuilder line = new StringBuilder("%-20d".formatted(rows));
            sides.forEach(side -> line.append(entries.stream()
                    .filter(e -> Objects.equals(e.rows(), rows) && side(e).equals(side)).findFirst()
                    .map(TuningReport::cell).orElse("%11s".formatted("-"))));
            lines.add(line.toString());
        });
    }

    private static String cell(Entry entry) {
        return "%10s%s".formatted(
                String.format(Locale.ROOT, "%.2f", entry.openblasMicros() / entry.vectorMicros()),
                entry.best() == Backend.OPENBLAS ? "*" : " ");
    }
}
