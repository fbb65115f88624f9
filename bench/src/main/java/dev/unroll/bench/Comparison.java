package dev.unroll.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A whole run: machine, ceilings, products, layers, training, steps, streams, starts, in this order; and its files. */
final class Comparison {
    private final Plan plan;
    private final Machine machine;
    private final Report report;
    private final Field field;
    private Optional<Ceilings> ceilings = Optional.empty();
    private List<Entry<ProductCase>> products = List.of();
    private List<Entry<LayerCase>> layers = List.of();

    Comparison(Plan plan, PrintStream out) throws IOException {
        this.plan = plan;
        this.report = new Report(out);
        this.machine = Machine.here();
        report.heading("Unroll against its peers, " + LocalDate.now(ZoneId.systemDefault()));
        report.say(machine.toString());
        Field all = Field.gather(report);
        this.field = plan.hasScalar() ? all : all.withoutScalar();
    }

    /** Whether anybody but us takes part. */
    boolean hasPeers() {
        return !field.peers().isEmpty();
    }

    void run() throws IOException, InterruptedException {
        report.heading("Ceilings");
        ceilings = measureCeilings();
        if (!plan.products().isEmpty()) {
            products = new ProductComparison(plan, ceilings, machine, report).run();
        }
        if (!plan.layers().isEmpty()) {
            layers = layerComparison().run();
        }
        if (!plan.trainings().isEmpty()) {
            new TrainingComparison(plan, field, report).run();
        }
        if (!plan.steps().isEmpty()) {
            new StepComparison(plan, field, report).run();
        }
        if (!plan.services().isEmpty()) {
            new StreamComparison(plan, field, report).run();
        }
        if (!plan.starts().isEmpty()) {
            new StartComparison(plan, report).run();
        }
        if (!report.isEmpty()) {
            report.heading("Ceilings once more: how far the machine has drifted");
            measureCeilings();
        }
    }

    private LayerComparison layerComparison() {
        return new LayerComparison(plan, field, ceilings, machine, report);
    }

    /** Of one thread, and of as many as compute; says both and returns the latter. */
    private Optional<Ceilings> measureCeilings() throws InterruptedException {
        Optional<Ceilings> measured = Ceilings.measure(1, plan.pace());
        say(measured);
        if (plan.threads() > 1) {
            measured = Ceilings.measure(plan.threads(), plan.pace());
            say(measured);
        }
        return measured;
    }

    private void say(Optional<Ceilings> measured) {
        report.say(measured.map(Ceilings::toString).orElse("not measured: the Vector API is not there"));
    }

    /** figures.csv, tables.md, and a picture each of the products and of the layers. */
    void write(ResultFiles files) throws IOException {
        files.write("figures.csv", report.csv());
        files.write("tables.md", report.markdown());
        Map<String, List<Entry<ProductCase>>> byWeights = products.stream().collect(Collectors.groupingBy(
                entry -> entry.shape().n() + "x" + entry.shape().k(), LinkedHashMap::new, Collectors.toList()));
        for (Map.Entry<String, List<Entry<ProductCase>>> group : byWeights.entrySet()) {
            files.write("products-%s.png".formatted(group.getKey()),
                    Charts.products(group.getValue(), List.of("vector", "openblas", "scalar"), ceilings));
        }
        LayerComparison comparison = layerComparison();
        List<Entry<LayerCase>> compared = layers.stream().filter(entry -> !Double.isNaN(comparison.bestPeer(entry)))
                .toList();
        if (!compared.isEmpty()) {
            files.write("layers.png", Charts.layers(compared, field.base(), comparison::bestPeer));
        }
    }
}
