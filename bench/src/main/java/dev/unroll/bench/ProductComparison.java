package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Products on Unroll's backends, beside each other and beside the ceilings. */
final class ProductComparison {
    /** Up to so many rows are what a step of a recurrent network has; beyond, it is anybody's matrix product. */
    private static final int FEW_ROWS = 32;

    private final Plan plan;
    private final List<Backend> backends;
    private final Optional<Ceilings> ceilings;
    private final Machine machine;
    private final Report report;

    ProductComparison(Plan plan, Optional<Ceilings> ceilings, Machine machine, Report report) {
        this.plan = plan;
        this.backends = Stream.of(Backend.VECTOR, Backend.OPENBLAS, Backend.SCALAR)
                .filter(backend -> backend.obstacle().isEmpty())
                .filter(backend -> backend != Backend.SCALAR || plan.hasScalar()).toList();
        this.ceilings = ceilings;
        this.machine = machine;
        this.report = report;
    }

    List<Entry<ProductCase>> run() {
        report.heading("Products x·Wᵀ, x M x K, W N x K and packed, %d thread(s)".formatted(plan.threads()));
        List<String> columns = new ArrayList<>(List.of("M", "N", "K"));
        backends.forEach(backend -> columns.add(backend + " µs"));
        backends.forEach(backend -> columns.add(backend + " GFLOP/s"));
        columns.addAll(List.of("of FMA", "of read", "openblas/vector"));
        report.table(columns);
        List<Entry<ProductCase>> entries = new ArrayList<>();
        for (ProductCase shape : plan.products()) {
            Entry<ProductCase> entry = measure(shape);
            entries.add(entry);
            report.row(cells(entry));
        }
        report.endTable();
        summarise(entries);
        return entries;
    }

    private Entry<ProductCase> measure(ProductCase shape) {
        double[][] wanted = new double[1][];
        try (Lineup<ProductContender> lineup = new Lineup<>(report, shape)) {
            for (Backend backend : backends) {
                lineup.enter(new UnrollRuntime(backend),
                        () -> new ProductContender(shape, backend.open(plan.threads())), contender -> {
                            wanted[0] = wanted[0] == null ? contender.reference() : wanted[0];
                            return LayerReference.deviation(contender.output(), wanted[0]);
                        });
            }
            Entry<ProductCase> entry = new Entry<>(shape, new Race(plan.pace()).run(lineup.contenders()));
            entry.timings().forEach((name, timing) -> report.add(new Report.Figure("product", shape.toString(), name,
                    plan.threads(), timing, timing.rate(shape.flops()) / 1e9, "GFLOP")));
            return entry;
        }
    }

    private List<String> cells(Entry<ProductCase> entry) {
        ProductCase shape = entry.shape();
        List<String> cells = new ArrayList<>(Stream.of(shape.m(), shape.n(), shape.k()).map(String::valueOf).toList());
        backends.forEach(backend -> cells.add(timing(entry, backend).map(Numbers::micros).orElse("-")));
        backends.forEach(backend -> cells.add(timing(entry, backend)
                .map(timing -> Numbers.rate(timing.rate(shape.flops()) / 1e9)).orElse("-")));
        Optional<Timing> ours = timing(entry, Backend.VECTOR);
        cells.add(Numbers.percent(ceilings.isPresent() && ours.isPresent()
                ? ours.get().rate(shape.flops()) / 1e9 / ceilings.get().gigaflops()
                : Double.NaN));
        cells.add(Numbers.percent(ceilings.isPresent() && ours.isPresent()
                ? ours.get().rate(shape.weightBytes()) / 1e9 / ceilings.get().read(shape.weightBytes(), machine)
                : Double.NaN));
        cells.add(Numbers.ratio(ratio(entry)));
        return cells;
    }

    private static Optional<Timing> timing(Entry<ProductCase> entry, Backend backend) {
        return Optional.ofNullable(entry.timings().get(backend.toString()));
    }

    private static double ratio(Entry<ProductCase> entry) {
        return entry.speedup("vector", "openblas");
    }

    private void summarise(List<Entry<ProductCase>> entries) {
        report.say("GFLOP/s of 2·M·N·K; of FMA and of read: vector's share of the ceilings, the weights read once;"
                + " openblas/vector: time against time, above 1 vector is faster.");
        Summary.ratio(report, "openblas/vector, M up to " + FEW_ROWS,
                entries.stream().filter(e -> e.shape().m() <= FEW_ROWS).toList(), ProductComparison::ratio);
    }
}
