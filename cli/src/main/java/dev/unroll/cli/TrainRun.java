package dev.unroll.cli;

import dev.unroll.cli.report.TrainingReport;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Architecture;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.training.Checkpoints;
import dev.unroll.training.DivergedException;
import dev.unroll.training.EarlyStopping;
import dev.unroll.training.Evaluation;
import dev.unroll.training.Evaluations;
import dev.unroll.training.Loss;
import dev.unroll.training.Tokens;
import dev.unroll.training.Training;
import dev.unroll.training.TrainingListener;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** One training of the command line: what it is begun with, who watches it, and what is said at its end. */
final class TrainRun implements AutoCloseable {
    private static final int SAMPLE_CHARACTERS = 400;
    private static final int SAMPLE_WORDS = 80;
    private static final double SAMPLE_TEMPERATURE = 0.5;
    /** Rows of the gradients' file between two evaluations. */
    private static final int GRADIENT_ROWS = 50;
    private static final String HISTORY = "history";
    private static final String TEXT_SHA = "text.sha256";
    private static final String MACHINE = "backend";

    private final TrainSettings settings;
    private final Corpus corpus;
    private final Kernels kernels;
    private final PrintStream out;
    private final Path model;
    private final String textText;
    private final CheckpointDirectory directory;
    private final Network initial;
    private final Training training;
    private final Evaluation evaluation;
    private final Pace pace = new Pace();
    private LossHistory history = new LossHistory();
    private Optional<TrainingReport> report = Optional.empty();

    TrainRun(TrainSettings settings, Corpus corpus, Kernels kernels, PrintStream out) {
        this.settings = settings;
        this.corpus = corpus;
        this.kernels = kernels;
        this.out = out;
        this.model = settings.out();
        this.directory = CheckpointDirectory.of(model);
        Tokens tokens = corpus.tokens();
        long held = Math.round(tokens.count() * settings.validation());
        Tokens train = tokens.slice(0, tokens.count() - held);
        Tokens validation = tokens.slice(tokens.count() - held, held);
        checkLength(train, validation);
        int size = corpus.vocabulary().size();
        Architecture architecture = settings.architecture(size);
        MemoryNeed.check(settings, architecture);
        this.initial = Network.initialized(architecture, Optional.of(corpus.vocabulary()), settings.seed(), kernels);
        this.training = settings.trainer(initial).start(train);
        // Without label smoothing: what is printed is what evaluate finds.
        this.evaluation = training.evaluation(validation, Loss.of(architecture.head().kind()));
        this.textText = String.format(Locale.ROOT, "%s; %,d to train on, %,d held out", corpus.sizeText(),
                train.count(),
                validation.count());
        say("text", textText);
        say("network", networkText());
        say("backend", backendText());
    }

    private String networkText() {
        return String.format(Locale.ROOT, "%s, softmax %d: %,d weights", settings.layersText(),
                corpus.vocabulary().size(), initial.parameters().size());
    }

    private String backendText() {
        return "%s (%s)".formatted(kernels, kernels.backend().description());
    }

    private void say(String what, String text) {
        out.printf(Locale.ROOT, "%-10s%s%n", what, text);
    }

    private void checkLength(Tokens train, Tokens validation) {
        long wanted = (long) settings.batch() * settings.time() + 1;
        if (train.count() < wanted) {
            throw new UserException("%s is too short: %,d %s to train on; %d streams of a window of %d want %,d"
                    .formatted(corpus.name(), train.count(), corpus.unit().many(), settings.batch(), settings.time(),
                            wanted));
        }
        if (validation.count() < 2) {
            throw new UserException("%s is too short: %d of it held out for validation; wanted two %s or more"
                    .formatted(corpus.name(), validation.count(), corpus.unit().many()));
        }
    }

    /** Begins anew. */
    void begin() throws IOException {
        Optional<Path> earlier = directory.setAside();
        if (earlier.isPresent()) {
            say("earlier", "what was in %s is now in %s".formatted(directory.path().getFileName(), earlier.get()));
        }
    }

    /** Takes the state of a training that was stopped. */
    void resume(Resumption resumption) throws IOException {
        Path file = resumption.restore(training);
        Map<String, String> notes = Resumption.notes(file);
        if (!corpus.sha256().equals(notes.get(TEXT_SHA))) {
            throw new UserException("%s was begun on another text than %s is now".formatted(file, corpus.name()));
        }
        if (!resumption.isDirectory()) {
            directory.checkNoneAfter(file, training.steps());
        }
        try {
            history = LossHistory.parse(notes.getOrDefault(HISTORY, ""));
        } catch (RuntimeException e) {
            throw new UserException(file + ": its history is damaged", e);
        }
        say("resumed", "%s after step %,d".formatted(file, training.steps()));
        if (!machine().equals(notes.get(MACHINE))) {
            say("", "it ran on %s before, so the results will not be the same to the bit"
                    .formatted(notes.get(MACHINE)));
        }
    }

    private String machine() {
        return kernels.toString();
    }

    private Map<String, String> notes() {
        Map<String, String> notes = new HashMap<>(settings.toNotes());
        notes.put(HISTORY, history.format());
        notes.put(TEXT_SHA, corpus.sha256());
        notes.put(MACHINE, machine());
        return notes;
    }

    /** Trains to the last step, to Ctrl-C, or until evaluations do not get better. */
    void run() throws IOException {
        report = openReport();
        Checkpoints checkpoints = new Checkpoints(directory.path(), settings.checkpointEvery(), settings.keep(),
                this::notes);
        ModelFile modelFile = new ModelFile(model,
                "%s on %s".formatted(settings.layersText(), Path.of(corpus.name()).getFileName()), history);
        try (Interrupt interrupt = new Interrupt()) {
            if (training.steps() == 0) {
                checkpoints.save(training);
            }
            List<TrainingListener> listeners = new ArrayList<>(List.of(pace, history));
            // In front of the checkpoints: the row of every step that these know of is on the disk.
            report.ifPresent(listeners::add);
            listeners.add(new Evaluations(settings.evaluateEvery(), evaluation));
            listeners.add(new LastEvaluation(settings.steps(), history, evaluation));
            listeners.addAll(List.of(modelFile, checkpoints));
            if (settings.earlyStop() > 0) {
                listeners.add(new EarlyStopping(settings.earlyStop()));
            }
            listeners.addAll(List.of(interrupt, pace.end()));
            train(listeners);
            end();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void train(List<TrainingListener> listeners) {
        try (Progress progress = new Progress(out, training.steps(), settings.steps(), history, pace,
                corpus.unit())) {
            // Behind the history, whose newest line it prints.
            listeners.add(2, progress);
            pace.begin();
            training.run(settings.steps(), listeners.toArray(TrainingListener[]::new));
        } catch (DivergedException e) {
            listeners.forEach(listener -> listener.onEnd(training));
            throw new UserException(e.getMessage(), e);
        }
    }

    private void end() throws IOException {
        if (training.skipped() > 0) {
            say("skipped", "%,d of %,d steps, as their loss or gradient was not finite".formatted(training.skipped(),
                    training.steps()));
        }
        boolean isEarly = settings.earlyStop() > 0 && training.best().since() >= settings.earlyStop()
                && history.endsAt(training.steps());
        if (training.steps() < settings.steps() && !isEarly) {
            out.printf("stopped after step %d; to go on: ./unroll train --resume %s%n", training.steps(), model);
            return;
        }
        if (isEarly) {
            say("early", "stopped after step %,d: %d evaluations without a gain".formatted(training.steps(),
                    training.best().since()));
        }
        say("speed", speedText());
        say("best", bestText());
        say("saved", "%s, %s, %s".formatted(model, directory.path().getFileName(),
                ModelFile.beside(model, ".png").getFileName()));
        report.ifPresent(r -> say("report", r.page().toString()));
        double loss = history.points().getLast().validation();
        if (!Double.isFinite(loss)) {
            throw new UserException("the validation loss is %s after step %d: the weights have become too large; try a"
                    .formatted(loss, training.steps()) + " smaller --learning-rate or --clip");
        }
        out.printf("%nIt writes (./unroll sample --model %s):%n%n", model);
        try (Network network = training.network()) {
            SampleCommand.write(network, "", sampleLength(), new Sampler(SAMPLE_TEMPERATURE, settings.seed()), out);
        }
        out.printf("%n%n");
        out.println(LossLine.of(corpus.unit(), loss));
        out.flush();
    }

    private int sampleLength() {
        return switch (corpus.unit()) {
            case CHARACTER -> SAMPLE_CHARACTERS;
            case WORD -> SAMPLE_WORDS;
        };
    }

    private String speedText() {
        return String.format(Locale.ROOT, "%,.0f %s a second", pace.mean(), corpus.unit().many());
    }

    private String bestText() {
        Training.Best best = training.best();
        if (best.step() == 0) {
            return "no evaluation yet";
        }
        // A training that goes on elsewhere may have left its best behind.
        String place = Files.exists(directory.best())
                ? ", in " + directory.path().getFileName().resolve(directory.best().getFileName())
                : "";
        String perplexity = corpus.unit() == Unit.WORD ? ", " + corpus.unit().perplexity(best.loss()) : "";
        return String.format(Locale.ROOT, "validation loss %.4f%s after step %,d%s", best.loss(), perplexity,
                best.step(), place);
    }

    private Optional<TrainingReport> openReport() throws IOException {
        if (settings.report().isEmpty()) {
            return Optional.empty();
        }
        Path to = settings.report().get();
        if (Files.exists(to) && !Files.isDirectory(to)) {
            throw new UserException("--report is '%s', which is a file; wanted a directory".formatted(to));
        }
        String machineText = Machine.line();
        return Optional.of(new TrainingReport(to, training,
                new TrainingReport.Intervals(Math.max(1, settings.evaluateEvery() / GRADIENT_ROWS),
                        settings.checkpointEvery()),
                new TrainingReport.Sources("%s on %s".formatted(settings.layersText(), corpus.name()),
                        settings.shown(), () -> facts(machineText), () -> history.points().getLast().train(),
                        pace::newest)));
    }

    /** What stands above the pictures. */
    private SequencedMap<String, String> facts(String machineText) {
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        facts.put("text", textText);
        facts.put("network", networkText());
        facts.put("backend", backendText());
        facts.put("machine", machineText);
        facts.put("java", Machine.java());
        facts.put("date",
                ZonedDateTime.now(ZoneId.systemDefault())
                        .format(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx", Locale.ROOT)));
        facts.put("steps", String.format(Locale.ROOT, "%,d of %,d, %.2f epochs", training.steps(), settings.steps(),
                training.epochs()));
        facts.put("speed", speedText());
        facts.put("best", bestText());
        facts.put("skipped steps", String.format(Locale.ROOT, "%,d", training.skipped()));
        return facts;
    }

    @Override
    public void close() {
        report.ifPresent(TrainingReport::close);
        evaluation.close();
        training.close();
        initial.close();
    }
}
