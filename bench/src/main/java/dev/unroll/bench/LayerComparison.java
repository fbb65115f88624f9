package dev.unroll.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Layers over a whole sequence, forward: ours, the peers, the ceilings. */
final class LayerComparison {
    private static final long SEED = 1;

    private final Plan plan;
    private final Field field;
    private final Optional<Ceilings> ceilings;
    private final Machine machine;
    private final Report report;

    LayerComparison(Plan plan, Field field, Optional<Ceilings> ceilings, Machine machine, Report report) {
        this.plan = plan;
        this.field = field;
        this.ceilings = ceilings;
        this.machine = machine;
        this.report = report;
    }

    List<Entry<LayerCase>> run() {
        report.heading("Layers forward, I = H, %d thread(s), µs".formatted(plan.threads()));
        List<String> columns = new ArrayList<>(List.of("cell", "T", "N", "H"));
        columns.addAll(field.names());
        columns.addAll(List.of("spread of " + field.base(), "GFLOP/s", "of FMA", "of read", "best peer", "peer/ours"));
        report.table(columns);
        List<Entry<LayerCase>> entries = new ArrayList<>();
        for (LayerCase shape : plan.layers()) {
            Entry<LayerCase> entry = measure(shape);
            entries.add(entry);
            report.row(cells(entry));
        }
        report.endTable();
        summarise(entries);
        return entries;
    }

    private Entry<LayerCase> measure(LayerCase shape) {
        LayerOperands operands = LayerOperands.random(shape, SEED);
        double[] wanted = LayerReference.output(operands);
        try (Lineup<LayerContender> lineup = new Lineup<>(report, shape)) {
            for (PeerRuntime runtime : field.all()) {
                lineup.enter(runtime.name(), () -> runtime.open(operands, plan.threads()),
                        contender -> LayerReference.deviation(contender.output(), wanted));
            }
            Entry<LayerCase> entry = new Entry<>(shape, new Race(plan.pace()).run(lineup.contenders()));
            entry.timings().forEach((name, timing) -> report.add(new Report.Figure("layer", shape.toString(), name,
                    plan.threads(), timing, timing.rate(shape.flops()) / 1e9, "GFLOP")));
            return entry;
        }
    }

    private List<String> cells(Entry<LayerCase> entry) {
        LayerCase shape = entry.shape();
        List<String> cells = new ArrayList<>(Stream.of(shape.cell(), shape.time(), shape.batch(), shape.hidden())
                .map(String::valueOf).toList());
        field.names().forEach(name -> cells.add(
                entry.timings().containsKey(name) ? Numbers.micros(entry.timings().get(name)) : "-"));
        Optional<Timing> ours = Optional.ofNullable(entry.timings().get(field.base()));
        cells.add(ours.map(Numbers::spread).orElse("-"));
        cells.add(ours.map(timing -> Numbers.rate(timing.rate(shape.flops()) / 1e9)).orElse("-"));
        cells.add(Numbers.percent(ceilings.isPresent() && ours.isPresent()
                ? ours.get().rate(shape.flops()) / 1e9 / ceilings.get().gigaflops()
                : Double.NaN));
        cells.add(Numbers.percent(ceilings.isPresent() && ours.isPresent()
                ? ours.get().rate(shape.readBytes()) / 1e9 / ceilings.get().read(shape.weightBytes(), machine)
                : Double.NaN));
        cells.add(entry.fastest(field.peerNames()).orElse("-"));
        cells.add(Numbers.ratio(bestPeer(entry)));
        return cells;
    }

    /** time(best peer) / time(ours). */
    double bestPeer(Entry<LayerCase> entry) {
        return entry.fastest(field.peerNames()).map(peer -> entry.speedup(field.base(), peer)).orElse(Double.NaN);
    }

    private void summarise(List<Entry<LayerCase>> entries) {
        report.say(
                "Medians. GFLOP/s of the products, 2·T·N·gates·H·(H + I), of FMA and of read are %s's; read is W_ax once and"
                        .formatted(field.base())
                        + " W_aa at each step; peer/ours: time against time, above 1 ours is faster.");
        Summary.ratio(report, "best peer/" + field.base(), entries, this::bestPeer);
        if (field.names().contains(AutoRuntime.NAME)) {
            Summary.ratio(report, "best backend/" + AutoRuntime.NAME, entries,
                    entry -> entry.fastest(field.backendNames())
                            .map(best -> entry.speedup(AutoRuntime.NAME, best)).orElse(Double.NaN));
        }
        for (PeerRuntime runtime : field.all()) {
            if (!runtime.name().equals(field.base())) {
                Summary.ratio(report, runtime.name() + "/" + field.base(), entries,
                        entry -> entry.speedup(field.base(), runtime.name()));
            }
        }
    }
}
