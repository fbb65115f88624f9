package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Products on Unroll's backends, beside one call of OpenBLAS and beside the ceilings. */
final class ProductComparison {
    /** Up to so many rows are what a step of a recurrent network has; beyond, it is anybody's matrix product. */
    private static final int FEW_ROWS = 32;
    private static final String VECTOR = Backend.VECTOR.toString();
    private static final String SGEMM = "sgemm";

    private final Plan plan;
    private final SequencedMap<String, Function<ProductCase, ProductRun>> contenders = new LinkedHashMap<>();
    private final Optional<Ceilings> ceilings;
    private final Machine machine;
    private final Report report;

    ProductComparison(Plan plan, Optional<Ceilings> ceilings, Machine machine, Report report) {
        this.plan = plan;
        enter(Backend.VECTOR);
        enter(Backend.OPENBLAS);
        // OpenBLAS has one thread, since Unroll shares the work out itself.
        if (SgemmContender.isThere() && plan.threads() == 1) {
            contenders.put(SGEMM, SgemmContender::new);
        }
        if (plan.hasScalar()) {
            enter(Backend.SCALAR);
        }
        this.ceilings = ceilings;
        this.machine = machine;
        this.report = report;
    }

    private void enter(Backend backend) {
        if (backend.obstacle().isEmpty()) {
            contenders.put(backend.toString(), shape -> new ProductContender(shape, backend.open(plan.threads())));
        }
    }

    List<Entry<ProductCase>> run() {
        report.heading("Products x·Wᵀ, x M x K, W N x K and packed, %d thread(s)".formatted(plan.threads()));
        List<String> columns = new ArrayList<>(List.of("M", "N", "K"));
        contenders.keySet().forEach(name -> columns.add(name + " µs"));
        contenders.keySet().forEach(name -> columns.add(name + " GFLOP/s"));
        columns.addAll(List.of("of FMA", "of read", "openblas/vector", "sgemm/vector"));
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
        double[] wanted = ProductReference.multiply(shape);
        try (Lineup<ProductRun> lineup = new Lineup<>(report, shape)) {
            contenders.forEach((name, opening) -> lineup.enter(name, () -> opening.apply(shape),
                    contender -> LayerReference.deviation(contender.output(), wanted)));
            Entry<ProductCase> entry = new Entry<>(shape, new Race(plan.pace()).run(lineup.contenders()));
            entry.timings().forEach((name, timing) -> report.add(new Report.Figure("product", shape.toString(), name,
                    plan.threads(), timing, timing.rate(shape.flops()) / 1e9, "GFLOP")));
            return entry;
        }
    }

    private List<String> cells(Entry<ProductCase> entry) {
        ProductCase shape = entry.shape();
        List<String> cells = new ArrayList<>(Stream.of(shape.m(), shape.n(), shape.k()).map(String::valueOf).toList());
        contenders.keySet().forEach(name -> cells.add(timing(entry, name).map(Numbers::micros).orElse("-")));
        contenders.keySet().forEach(name -> cells.add(timing(entry, name)
                .map(timing -> Numbers.rate(timing.rate(shape.flops()) / 1e9)).orElse("-")));
        Optional<Timing> ours = timing(entry, VECTOR);
        cells.add(Numbers.percent(ceilings.isPresent() && ours.isPresent()
                ? ours.get().rate(shape.flops()) / 1e9 / ceilings.get().gigaflops()
                : Double.NaN));
        cells.add(Numbers.percent(ceilings.isPresent() && ours.isPresent()
                ? ours.get().rate(shape.weightBytes()) / 1e9 / ceilings.get().read(shape.weightBytes(), machine)
                : Double.NaN));
        cells.add(Numbers.ratio(entry.speedup(VECTOR, Backend.OPENBLAS.toString())));
        cells.add(Numbers.ratio(entry.speedup(VECTOR, SGEMM)));
        return cells;
    }

    private static Optional<Timing> timing(Entry<ProductCase> entry, String name) {
        return Optional.ofNullable(entry.timings().get(name));
    }

    private void summarise(List<Entry<ProductCase>> entries) {
        report.say("GFLOP/s of 2·M·N·K; of FMA and of read: vector's share of the ceilings, the weights read once;"
                + " openblas/vector and sgemm/vector: time against time, above 1 vector is faster; sgemm is one call"
                + " of OpenBLAS.");
        List<Entry<ProductCase>> few = entries.stream().filter(e -> e.shape().m() <= FEW_ROWS).toList();
        for (String name : List.of(Backend.OPENBLAS.toString(), SGEMM)) {
            Summary.ratio(report, "%s/vector, M up to %d".formatted(name, FEW_ROWS), few,
                    entry -> entry.speedup(VECTOR, name));
        }
    }
}
