package dev.unroll.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The evaluations, in {@code evaluations.csv}, their curve, the best and the last ones. */
final class EvaluationLog implements AutoCloseable {
    private static final int BOUND = 1000;
    private static final int LAST = 15;

    private final BoundedSeries validation = new BoundedSeries(BOUND);
    private final Deque<Row> last = new ArrayDeque<>();
    private Optional<Row> best = Optional.empty();
    private final CsvFile csv;

    /**
     * One evaluation.
     *
     * @param step after which
     * @param train mean training loss since the one before
     * @param validation its loss
     * @param best loss of all up to it
     */
    record Row(long step, double train, double validation, double best) {}

    EvaluationLog(Path directory, long step) throws IOException {
        csv = CsvFile.open(directory.resolve("evaluations.csv"),
                List.of("step", "train_loss", "validation_loss", "best_validation_loss"), step,
                cells -> take(new Row(Long.parseLong(cells.get(0)), Double.parseDouble(cells.get(1)),
                        Double.parseDouble(cells.get(2)), Double.parseDouble(cells.get(3)))));
    }

    void add(Row row) {
        csv.add(row.step, row.train, row.validation, row.best);
        take(row);
    }

    private void take(Row row) {
        validation.add(row.step, row.validation);
        last.addLast(row);
        if (last.size() > LAST) {
            last.removeFirst();
        }
        if (best.isEmpty() || row.validation < best.get().validation) {
            best = Optional.of(row);
        }
    }

    BoundedSeries validation() {
        return validation;
    }

    /** The newest ones, the oldest of them first. */
    List<Row> last() {
        return List.copyOf(last);
    }

    Optional<Row> best() {
        return best;
    }

    void flush() throws IOException {
        csv.flush();
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
