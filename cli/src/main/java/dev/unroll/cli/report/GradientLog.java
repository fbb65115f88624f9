package dev.unroll.cli.report;

import dev.unroll.training.TrainingStep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** The gradient's norm of each parameter, in {@code gradients.csv}, at some of the steps, and its curves. */
final class GradientLog implements AutoCloseable {
    private static final int BOUND = 400;

    private final SequencedMap<String, BoundedSeries> norms = new LinkedHashMap<>();
    private final long every;
    private final CsvFile csv;

    /**
     * Opens it.
     *
     * @param directory where the file is
     * @param parameters names of all
     * @param every steps from one row to the next
     * @param step up to which rows are kept
     */
    GradientLog(Path directory, List<String> parameters, long every, long step) throws IOException {
        this.every = every;
        parameters.forEach(name -> norms.put(name, new BoundedSeries(BOUND)));
        List<String> names = new ArrayList<>(List.of("step"));
        names.addAll(parameters);
        csv = CsvFile.open(directory.resolve("gradients.csv"), names, step, cells -> {
            for (int i = 0; i < parameters.size(); i++) {
                norms.get(parameters.get(i)).add(Long.parseLong(cells.get(0)), Float.parseFloat(cells.get(i + 1)));
            }
        });
    }

    void add(TrainingStep step) {
        if (step.number() % every != 0) {
            return;
        }
        List<Object> row = new ArrayList<>(List.of(step.number()));
        norms.forEach((name, series) -> {
            float norm = step.norms().byParameter().get(name).floatValue();
            series.add(step.number(), norm);
            row.add(norm);
        });
        csv.add(row.toArray());
    }

    /** By parameter. */
    SequencedMap<String, BoundedSeries> norms() {
        return Collections.unmodifiableSequencedMap(norms);
    }

    void flush() throws IOException {
        csv.flush();
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }
}
