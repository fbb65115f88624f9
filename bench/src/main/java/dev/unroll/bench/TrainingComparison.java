package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Training steps of a character model: ours and those of peers that train. */
final class TrainingComparison {
    /** Small, so that plain Java can say what is right. */
    private static final TrainingCase CHECKED = new TrainingCase(8, 4, 24);
    private static final int CHECKED_STEPS = 12;
    /** Of a loss after that many steps, relative; rounding grows with them. */
    private static final double TOLERANCE = 1e-5;

    private final Plan plan;
    private final Field field;
    private final Report report;
    /** By shape, the speed of the first of ours with listeners, to its speed without. */
    private final Map<TrainingCase, Double> watched = new HashMap<>();

    TrainingComparison(Plan plan, Field field, Report report) {
        this.plan = plan;
        this.field = field;
        this.report = report;
    }

    List<Entry<TrainingCase>> run() {
        report.heading("Training step, LSTM, %d characters, %d thread(s), characters a second"
                .formatted(TrainingCase.VOCABULARY, plan.threads()));
        List<PeerRuntime> trainers = trainers();
        List<String> columns = new ArrayList<>(List.of("T", "N", "H"));
        trainers.forEach(trainer -> columns.add(trainer.name()));
        columns.addAll(List.of("watched/" + field.base(), "best peer", "ours/peer"));
        report.table(columns);
        List<Entry<TrainingCase>> entries = new ArrayList<>();
        for (TrainingCase shape : plan.trainings()) {
            Entry<TrainingCase> entry = measure(shape, trainers);
            entries.add(entry);
            report.row(cells(entry, trainers));
        }
        report.endTable();
        report.say(
                "Forward, BPTT, clipping and Adam over a window. Of PyTorch's two biases one is trained: so all losses are the"
                        + " same. ours/peer: speed against speed, above 1 %s is faster.".formatted(field.base()));
        Summary.ratio(report, field.base() + "/best peer", entries, this::bestPeer);
        Summary.ratio(report, "watched/" + field.base(), entries, this::watched);
        return entries;
    }

    /** Who trains, and whose loss after a few steps is that of plain Java. */
    private List<PeerRuntime> trainers() {
        TrainingOperands operands = TrainingOperands.random(CHECKED);
        double wanted = loss(new UnrollRuntime(Backend.SCALAR), operands).orElseThrow();
        return field.all().stream().filter(runtime -> isRight(runtime, operands, wanted)).toList();
    }

    private boolean isRight(PeerRuntime runtime, TrainingOperands operands, double wanted) {
        try {
            OptionalDouble loss = loss(runtime, operands);
            if (loss.isPresent() && !(Math.abs(loss.getAsDouble() - wanted) <= TOLERANCE * wanted)) {
                report.say("WRONG: %s, training: loss %.5f after %d steps, wanted %.5f; not timed".formatted(
                        runtime.name(), loss.getAsDouble(), CHECKED_STEPS, wanted));
                return false;
            }
            return loss.isPresent();
        } catch (RuntimeException e) {
            // As in a Lineup: a finding about one, no reason to lose the others.
            report.say("FAILED: %s, training: %s".formatted(runtime.name(), e));
            return false;
        }
    }

    /** Nothing of who does not train. */
    private OptionalDouble loss(PeerRuntime runtime, TrainingOperands operands) {
        Optional<TrainingContender> opened = runtime.openTraining(operands, plan.threads());
        if (opened.isEmpty()) {
            return OptionalDouble.empty();
        }
        try (TrainingContender training = opened.get()) {
            for (int i = 0; i < CHECKED_STEPS; i++) {
                training.run();
            }
            return OptionalDouble.of(training.loss());
        }
    }

    private Entry<TrainingCase> measure(TrainingCase shape, List<PeerRuntime> trainers) {
        TrainingOperands operands = TrainingOperands.random(shape);
        try (Lineup<TrainingContender> lineup = new Lineup<>(report, shape)) {
            for (PeerRuntime trainer : trainers) {
                // What it computes has been checked, at a size at which plain Java can follow.
                lineup.enter(trainer.name(), () -> trainer.openTraining(operands, plan.threads()).orElseThrow(),
                        training -> Double.isFinite(training.loss()) ? 0 : Double.NaN);
            }
            Entry<TrainingCase> entry = new Entry<>(shape, new Race(plan.pace()).run(lineup.contenders()));
            entry.timings().forEach((name, timing) -> report.add(new Report.Figure("training", shape.toString(), name,
                    plan.threads(), timing, timing.rate(shape.characters()), "character")));
            if (lineup.contenders().get(field.base()) instanceof UnrollTraining ours) {
                watched.put(shape, new Race(plan.pace().longer()).speedup(ours.watched(), ours));
            }
            return entry;
        }
    }

    private List<String> cells(Entry<TrainingCase> entry, List<PeerRuntime> trainers) {
        TrainingCase shape = entry.shape();
        List<String> cells = new ArrayList<>(
                Stream.of(shape.time(), shape.batch(), shape.hidden()).map(String::valueOf).toList());
        trainers.forEach(trainer -> cells.add(entry.timings().containsKey(trainer.name())
                ? Numbers.rate(entry.timings().get(trainer.name()).rate(shape.characters()))
                : "-"));
        cells.add(Numbers.ratio(watched(entry)));
        cells.add(entry.fastest(field.peerNames()).orElse("-"));
        cells.add(Numbers.ratio(bestPeer(entry)));
        return cells;
    }

    private double bestPeer(Entry<TrainingCase> entry) {
        return entry.fastest(field.peerNames()).map(peer -> entry.speedup(field.base(), peer)).orElse(Double.NaN);
    }

    private double watched(Entry<TrainingCase> entry) {
        return watched.getOrDefault(entry.shape(), Double.NaN);
    }
}
