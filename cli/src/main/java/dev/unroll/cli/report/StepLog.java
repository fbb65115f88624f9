package dev.unroll.cli.report;

import dev.unroll.training.TrainingStep;
import dev.unroll.training.TrainingStep.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Every step, in {@code steps.csv}, and its curves. */
final class StepLog implements AutoCloseable {
    private static final int BOUND = 1000;
    private static final List<String> NAMES = List.of("step", "epoch", "loss", "learning_rate", "gradient_norm",
            "skipped", "tokens_per_second");

    private final BoundedSeries loss = new BoundedSeries(BOUND);
    private final BoundedSeries rate = new BoundedSeries(BOUND);
    private final BoundedSeries norm = new BoundedSeries(BOUND);
    private final BoundedSeries skipped = new BoundedSeries(BOUND);
    private final CsvFile csv;

    StepLog(Path directory, long step) throws IOException {
        csv = CsvFile.open(directory.resolve("steps.csv"), NAMES, step, cells -> take(Long.parseLong(cells.get(0)),
                Float.parseFloat(cells.get(2)), Float.parseFloat(cells.get(3)), Float.parseFloat(cells.get(4)),
                cells.get(5).equals("1")));
    }

    void add(TrainingStep step, double epoch, double tokensPerSecond) {
        float value = (float) step.loss();
        float alpha = (float) step.rate();
        float gradient = (float) step.gradientNorm();
        boolean skips = step.outcome() == Outcome.SKIPPED;
        csv.add(step.number(), (float) epoch, value, alpha, gradient, skips ? 1 : 0, Math.round(tokensPerSecond));
        take(step.number(), value, alpha, gradient, skips);
    }

    private void take(long step, float value, float alpha, float gradient, boolean skips) {
        rate.add(step, alpha);
        if (skips) {
            skipped.add(step, 1);
        } else {
            loss.add(step, value);
            norm.add(step, gradient);
        }
    }

    BoundedSeries loss() {
        return loss;
    }

    BoundedSeries rate() {
        return rate;
    }

    BoundedSeries norm() {
        return norm;
    }

    /** Where steps were skipped. */
    BoundedSeries skipped() {
        return skipped;
    }

    void flush() throws IOException {
        csv.flush();
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
