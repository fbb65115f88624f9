package dev.unroll.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * Single steps of one stream, each timed for itself: what a service waits for at the median and in the tail, and what it leaves to
 * the garbage collector.
 */
final class StepComparison {
    private static final long SEED = 1;
    /** Steps of a stream before it begins anew, and before it is checked. */
    private static final int TIME = 64;
    private static final double[] PERCENTILES = {50, 99, 99.9};
    private static final List<String> COLUMNS = List.of("cell", "H", "side", "p50", "p99", "p99.9", "steps",
            "bytes/step",
            "p50/ours", "p99/ours");

    private final Plan plan;
    private final Field field;
    private final Report report;

    StepComparison(Plan plan, Field field, Report report) {
        this.plan = plan;
        this.field = field;
        this.report = report;
    }

    void run() {
        report.heading("Steps of one stream, I = H, %d thread(s), µs".formatted(plan.threads()));
        report.table(COLUMNS);
        plan.steps().forEach(this::measure);
        report.endTable();
        report.say(
                "Each step timed for itself, state in and state out. Ours has a head of one number besides, which the peers"
                        + " do not; pinned: tensors that are made once and lent to each run, in turns as input and as output; fresh:"
                        + " tensors that are made for each run, and outputs that are copied out of its result.");
    }

    private void measure(LayerCase step) {
        LayerOperands operands = LayerOperands.ofStream(new LayerCase(step.cell(), TIME, 1, step.hidden()), SEED);
        double wanted = lastSum(operands);
        SequencedMap<String, StepContender> sides = new LinkedHashMap<>();
        try {
            for (PeerRuntime runtime : field.all()) {
                runtime.openSteps(operands, plan.threads()).forEach((name, side) -> enter(name, side, wanted, sides));
            }
            SequencedMap<String, Latencies> latencies = race(sides);
            latencies.forEach((name, side) -> {
                report.row(cells(step, name, side, latencies.get(field.base())));
                report.add(new Report.Figure("step", step.toString(), name, plan.threads(), side.timing(),
                        1e6 / side.micros(50), "step"));
            });
        } finally {
            sides.values().forEach(Contender::close);
        }
    }

    private static double lastSum(LayerOperands operands) {
        double[] states = LayerReference.output(operands);
        double sum = 0;
        for (int i = states.length - operands.shape().hidden(); i < states.length; i++) {
            sum += states[i];
        }
        return sum;
    }

    private void enter(String name, StepContender side, double wanted, SequencedMap<String, StepContender> sides) {
        for (int t = 0; t < TIME; t++) {
            side.run();
        }
        sides.put(name, side);
        double deviation = Math.abs(side.sum() - wanted) / Math.max(1, Math.abs(wanted));
        if (!(deviation <= LayerReference.TOLERANCE * TIME)) {
            throw new IllegalStateException("%s: off by %.1e after %d steps".formatted(name, deviation, TIME));
        }
    }

    /** In turns, as {@link Race}. */
    private SequencedMap<String, Latencies> race(SequencedMap<String, StepContender> sides) {
        List<String> names = List.copyOf(sides.keySet());
        long turn = 3 * plan.pace().batch().toNanos();
        Latencies unheeded = new Latencies();
        names.forEach(name -> unheeded.record(sides.get(name), plan.pace().warmUp().toNanos()));
        SequencedMap<String, Latencies> latencies = new LinkedHashMap<>();
        names.forEach(name -> latencies.put(name, new Latencies()));
        for (int round = 0; round < 3 * plan.pace().rounds(); round++) {
            for (int i = 0; i < names.size(); i++) {
                String name = names.get((round + i) % names.size());
                // Cold caches are nobody's fault.
                unheeded.record(sides.get(name), turn / 10);
                latencies.get(name).record(sides.get(name), turn);
            }
        }
        return latencies;
    }

    private static List<String> cells(LayerCase step, String name, Latencies side, Latencies ours) {
        List<String> cells = new ArrayList<>(List.of(step.cell().toString(), String.valueOf(step.hidden()), name));
        for (double percentile : PERCENTILES) {
            cells.add(Numbers.micros(side.micros(percentile)));
        }
        cells.add(String.valueOf(side.steps()));
        cells.add(String.format(Locale.ROOT, "%.0f", side.bytesPerStep()));
        cells.add(Numbers.ratio(side.micros(50) / ours.micros(50)));
        cells.add(Numbers.ratio(side.micros(99) / ours.micros(99)));
        return cells;
    }
}
