package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.BatcherCounters;
import dev.unroll.models.Network;
import dev.unroll.models.StreamBatcher;
import dev.unroll.models.StreamBatcher.Limits;
import java.util.List;
import java.util.Locale;

/** Many streams of one network: single steps on one thread and on all, against a {@link StreamBatcher} at full and at half load. */
final class StreamComparison {
    private static final long SEED = 1;
    private static final List<String> COLUMNS = List.of("H", "streams", "how", "steps/s", "of single", "mean batch",
            "p50",
            "p99", "p99.9");

    private final Plan plan;
    private final Backend backend;
    private final Report report;
    private final int turns;
    private final long turn;

    StreamComparison(Plan plan, Field field, Report report) {
        this.plan = plan;
        this.backend = Backend.of(field.backendNames().getFirst());
        this.report = report;
        this.turns = plan.pace().rounds();
        this.turn = 15 * plan.pace().batch().toNanos();
    }

    void run() throws InterruptedException {
        report.heading("Many streams, LSTM under a softmax over %d characters, %s, %d thread(s), µs a step"
                .formatted(ServiceCase.TOKENS, backend, plan.threads()));
        report.table(COLUMNS);
        for (ServiceCase service : plan.services()) {
            measure(service);
        }
        report.endTable();
        report.say("single: Session.step, the streams by turns; all at once: every stream steps again as soon as it has"
                + " stepped; half load: steps come at random, half as many a second, and count from when they came.");
    }

    private void measure(ServiceCase service) throws InterruptedException {
        try (Kernels alone = backend.open(1);
                Kernels shared = backend.open(plan.threads());
                Network single = network(service, alone);
                Network served = network(service, shared);
                StreamBatcher batcher = new StreamBatcher(served, Limits.DEFAULT)) {
            Streams one = new Streams(single, service.streams());
            Streams all = new Streams(served, service.streams());
            Served onOne = new Served(turns);
            Served onAll = new Served(turns);
            Served together = new Served(turns);
            long warm = plan.pace().warmUp().toNanos();
            one.stepAlone(plan.threads(), warm, new Served(1));
            all.stepTogether(batcher, 2 * warm, new Served(1));
            Batches full = new Batches(batcher.counters());
            for (int i = 0; i < turns; i++) {
                one.stepAlone(1, turn, onOne);
                if (plan.threads() > 1) {
                    one.stepAlone(plan.threads(), turn, onAll);
                }
                all.stepTogether(batcher, turn, together);
            }
            double base = onOne.rate();
            row(service, "single, 1 thread", onOne, base, "1");
            if (plan.threads() > 1) {
                row(service, "single, %d threads".formatted(plan.threads()), onAll, base, "1");
            }
            row(service, "all at once", together, base, full.mean());
            Batches half = new Batches(batcher.counters());
            Served atHalf = new Served(1);
            all.stepAtRate(batcher, together.rate() / 2, turns * turn, atHalf);
            row(service, "half load", atHalf, base, half.mean());
        }
    }

    private static Network network(ServiceCase service, Kernels kernels) {
        Network network = Network.builder(ServiceCase.TOKENS).lstm(service.hidden()).softmax(ServiceCase.TOKENS)
                .build(SEED, kernels);
        network.warmUp();
        return network;
    }

    /** Batches from now on. */
    private static final class Batches {
        private final BatcherCounters counters;
        private final long batches;
        private final long steps;

        Batches(BatcherCounters counters) {
            this.counters = counters;
            this.batches = counters.batches();
            this.steps = counters.steps();
        }

        String mean() {
            return String.format(Locale.ROOT, "%.1f",
                    (double) (counters.steps() - steps) / (counters.batches() - batches));
        }
    }

    private void row(ServiceCase service, String how, Served served, double base, String batch) {
        report.row(List.of(String.valueOf(service.hidden()), String.valueOf(service.streams()), how,
                Numbers.rate(served.rate()), Numbers.ratio(served.rate() / base), batch,
                Numbers.micros(served.micros(50)), Numbers.micros(served.micros(99)),
                Numbers.micros(served.micros(99.9))));
        report.add(new Report.Figure("streams", service.toString(), how, plan.threads(), served.timing(), served.rate(),
                "step"));
    }
}
