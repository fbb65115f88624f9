package dev.unroll.cli.report;

import dev.unroll.tensor.DurableFile;
import dev.unroll.training.Probe;
import dev.unroll.training.Training;
import dev.unroll.training.TrainingListener;
import dev.unroll.training.TrainingStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Writes what there is to see of a training into a directory: numbers as CSV files that grow, and pictures and a page, at the
 * first evaluation, at the end, and between these at each evaluation that the share of time for drawing allows. It takes the
 * same memory however long the training goes on.
 *
 * <p>It comes before the evaluations and the checkpoints in a run: what a checkpoint knows is in the files when it is saved.
 */
public final class TrainingReport implements TrainingListener, AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(TrainingReport.class.getName());
    private static final String PAGE = "report.html";

    /** Share of the time that drawing may take: where evaluations come fast, not each is drawn. */
    private static final double DRAWING = 0.005;

    private final Path directory;
    private final Sources sources;
    private final long flushEvery;
    private final double clip;
    private final Probe probe;
    private final StepLog steps;
    private final GradientLog gradients;
    private final EvaluationLog evaluations;
    private final ProbeLog probes;
    private boolean hasStepped;
    private final long begun = System.nanoTime();
    private long drawing;
    private long drawn = -1;
    private boolean isBroken;

    /**
     * What a report shows and a training does not know.
     *
     * @param title of the page
     * @param settings names and values
     * @param facts names and what they are, asked for at each writing
     * @param trainLoss mean training loss of the steps up to the evaluation under way
     * @param tokensPerSecond speed of the newest step
     */
    public record Sources(String title, SequencedMap<String, String> settings,
            Supplier<SequencedMap<String, String>> facts, DoubleSupplier trainLoss, DoubleSupplier tokensPerSecond) {}

    /**
     * How often rows are written.
     *
     * @param gradients steps from one row of each parameter's gradient to the next
     * @param flush steps after which rows are on the disk, those of checkpoints
     */
    public record Intervals(long gradients, long flush) {}

    /**
     * Begins a report, or goes on with that of a training which is restored: rows of steps that it has not made are cut off.
     *
     * @param directory made where it is not there
     * @param training as it is before the run; the caller closes this before it
     * @param intervals how often rows are written
     * @param sources what else it shows
     * @throws IOException where its files cannot be read or written, or are of another training
     */
    public TrainingReport(Path directory, Training training, Intervals intervals, Sources sources) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.sources = sources;
        this.flushEvery = intervals.flush;
        this.clip = training.settings().clipping().norm();
        DurableFile.deleteLeftovers(directory);
        List<String> parameters = List.copyOf(training.settings().network().parameters().asMap().keySet());
        long step = training.steps();
        this.steps = new StepLog(directory, step);
        this.gradients = new GradientLog(directory, parameters, intervals.gradients, step);
        this.evaluations = new EvaluationLog(directory, step);
        this.probes = new ProbeLog(directory, step);
        this.probe = new Probe(training);
    }

    /** Something that writes. */
    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    /** A full disk, or numbers that the chart library cannot draw, end the report and not the training. */
    private void attempt(Writing writing) {
        if (isBroken) {
            return;
        }
        try {
            writing.run();
        } catch (IOException | RuntimeException e) {
            isBroken = true;
            LOGGER.log(System.Logger.Level.WARNING, "the report ends here, and the training goes on: {0}",
                    e.toString());
        }
    }

    @Override
    public void onStep(Training training, TrainingStep step) {
        if (isBroken) {
            return;
        }
        hasStepped = true;
        steps.add(step, training.epochs(), sources.tokensPerSecond.getAsDouble());
        gradients.add(step);
        if (step.number() == 1) {
            probes.add(probe.read());
        }
        if (step.number() % flushEvery == 0) {
            attempt(this::flush);
        }
    }

    @Override
    public void onEvaluation(Training training, double loss) {
        if (isBroken) {
            return;
        }
        evaluations.add(new EvaluationLog.Row(training.steps(), sources.trainLoss.getAsDouble(), loss,
                training.best().loss()));
        if (hasStepped) {
            probes.add(probe.read());
        }
        attempt(this::flush);
        if (drawing <= (System.nanoTime() - begun) * DRAWING) {
            draw(training);
        }
    }

    @Override
    public void onEnd(Training training) {
        if (drawn != training.steps()) {
            draw(training);
        }
    }

    private void flush() throws IOException {
        steps.flush();
        gradients.flush();
        evaluations.flush();
        probes.flush();
    }

    /** Pictures and page. */
    private void draw(Training training) {
        long since = System.nanoTime();
        attempt(() -> {
            flush();
            ReportPage page = new ReportPage();
            page.facts(sources.facts.get());
            page.settings(sources.settings);
            for (Picture picture : pictures()) {
                page.picture(picture, picture.write(directory));
            }
            page.evaluations(evaluations.last());
            WholeFile.write(page(), page.html(sources.title).getBytes(StandardCharsets.UTF_8));
        });
        drawn = training.steps();
        drawing += System.nanoTime() - since;
    }

    private List<Picture> pictures() {
        List<Picture> pictures = new ArrayList<>();
        if (!steps.rate().isEmpty()) {
            pictures.add(CurvePictures.loss(steps, evaluations));
            pictures.add(CurvePictures.rate(steps));
            pictures.add(CurvePictures.gradients(steps, gradients, clip));
        }
        if (!probes.distances().isEmpty()) {
            pictures.add(ProbePictures.distances(probes.distances()));
            pictures.add(ProbePictures.gates(probes.gates()));
        }
        return pictures;
    }

    /**
     * The page.
     *
     * @return its file
     */
    public Path page() {
        return directory.resolve(PAGE);
    }

    /** Closes the files; what has not been written is lost. */
    @Override
    public void close() {
        probe.close();
        try (steps; gradients; evaluations; probes) {
            // Closed one after the other, whatever happens.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
