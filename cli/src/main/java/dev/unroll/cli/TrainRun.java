package dev.unroll.cli;

import dev.unroll.kernels.Kernels;
import dev.unroll.models.Architecture;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Vocabulary;
import dev.unroll.training.Adam;
import dev.unroll.training.Evaluation;
import dev.unroll.training.Tokens;
import dev.unroll.training.Trainer;
import dev.unroll.training.Training;
import dev.unroll.training.TrainingStep;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One training of the command line: the loop, its evaluations, its files. */
final class TrainRun implements AutoCloseable {
    private static final long SAVE_NANOS = 30_000_000_000L;
    private static final int SAMPLE_LENGTH = 400;
    private static final double SAMPLE_TEMPERATURE = 0.5;
    private static final String HISTORY = "history";
    private static final String TEXT_SHA = "text.sha256";
    private static final String MACHINE = "backend";

    private final TrainSettings settings;
    private final TextFile text;
    private final String sha;
    private final Kernels kernels;
    private final PrintStream out;
    private final Path model;
    private final Network initial;
    private final Training training;
    private final Evaluation evaluation;
    private LossHistory history = new LossHistory();
    private long saved = System.nanoTime();

    TrainRun(TrainSettings settings, TextFile text, Kernels kernels, PrintStream out) {
        this.settings = settings;
        this.text = text;
        this.sha = text.sha256();
        this.kernels = kernels;
        this.out = out;
        this.model = Path.of(settings.out());
        Vocabulary vocabulary = Vocabulary.ofCharacters(text.text());
        int[] tokens = vocabulary.encode(text.text());
        int held = (int) Math.round(tokens.length * settings.validation());
        int[] train = Arrays.copyOf(tokens, tokens.length - held);
        int[] validation = Arrays.copyOfRange(tokens, tokens.length - held, tokens.length);
        checkLength(train, validation);
        Architecture architecture = settings.architecture(vocabulary.size());
        MemoryNeed.check(settings, architecture);
        this.initial = Network.initialized(architecture, Optional.of(vocabulary), settings.seed(), kernels);
        this.training = Trainer.of(initial).optimizer(Adam.of(settings.learningRate()))
                .truncatedBptt(settings.time()).batch(settings.batch()).clipNorm(settings.clip())
                .seed(settings.seed()).start(train);
        this.evaluation = training.evaluation(Tokens.of(validation));
        say("text", "%s: %,d characters, %d different; %,d to train on, %,d held out".formatted(text.name(),
                tokens.length, vocabulary.size(), train.length, validation.length));
        say("network", "%s, softmax %d: %,d weights".formatted(settings.layersText(), vocabulary.size(),
                initial.parameters().size()));
        say("backend", "%s (%s)".formatted(kernels, kernels.backend().description()));
    }

    private void say(String what, String text) {
        out.printf(Locale.ROOT, "%-10s%s%n", what, text);
    }

    private void checkLength(int[] train, int[] validation) {
        long wanted = (long) settings.batch() * settings.time() + 1;
        if (train.length < wanted) {
            throw new UserException("%s is too short: %,d characters to train on; %d streams of a window of %d want %,d"
                    .formatted(text.name(), train.length, settings.batch(), settings.time(), wanted));
        }
        if (validation.length < 2) {
            throw new UserException("%s is too short: %d of it held out for validation; wanted two characters or more"
                    .formatted(text.name(), validation.length));
        }
    }

    /** The file of another ending beside a model's. */
    static Path beside(Path model, String ending) {
        String name = model.getFileName().toString();
        String stem = name.endsWith(".safetensors") ? name.substring(0, name.length() - ".safetensors".length()) : name;
        return model.resolveSibling(stem + ending);
    }

    /** Takes the state of a training that was stopped. */
    void resume(Path file, Map<String, String> notes) throws IOException {
        if (!sha.equals(notes.get(TEXT_SHA))) {
            throw new UserException("%s was begun on another text than %s is now".formatted(file, text.name()));
        }
        training.restore(file);
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

    /** Trains to the last step or to Ctrl-C. */
    void run() throws IOException {
        try (Interrupt interrupt = new Interrupt()) {
            if (training.steps() == 0) {
                saveTraining();
            }
            loop(interrupt);
            if (training.steps() < settings.steps()) {
                saveAll();
                out.printf("stopped after step %d; to go on: ./unroll train --resume %s%n", training.steps(),
                        beside(model, ".training.safetensors"));
                return;
            }
            sample();
            out.println(LossLine.of(history.points().getLast().validation()));
            out.flush();
        }
    }

    private void loop(Interrupt interrupt) throws IOException {
        try (Progress progress = new Progress(out, training.steps(), settings.steps())) {
            while (training.steps() < settings.steps() && !interrupt.requested()) {
                TrainingStep step = training.step();
                if (!Double.isFinite(step.loss())) {
                    throw new UserException("the loss is %s at step %d; try a smaller --learning-rate or --clip"
                            .formatted(step.loss(), step.number()));
                }
                history.add(step.loss());
                progress.step(step.loss(), step.steps());
                boolean last = step.number() == settings.steps();
                if (last || step.number() % settings.evaluateEvery() == 0) {
                    progress.line(history.evaluated(step.number(), evaluation.loss()).line());
                    saveAll();
                } else if (System.nanoTime() - saved > SAVE_NANOS) {
                    saveTraining();
                }
            }
        }
        if (training.steps() >= settings.steps() && !history.endsAt(training.steps())) {
            out.println(history.evaluated(training.steps(), evaluation.loss()).line());
            saveAll();
        }
    }

    private void saveAll() throws IOException {
        saveTraining();
        try (Network network = training.network()) {
            network.save(model);
        }
        if (!history.points().isEmpty()) {
            LossChart.write(beside(model, ".png"), "%s on %s".formatted(settings.layersText(),
                    Path.of(text.name()).getFileName()), history.points());
        }
    }

    private void saveTraining() throws IOException {
        Map<String, String> notes = new HashMap<>(settings.toNotes());
        notes.put(HISTORY, history.format());
        notes.put(TEXT_SHA, sha);
        notes.put(MACHINE, machine());
        training.save(beside(model, ".training.safetensors"), notes);
        saved = System.nanoTime();
    }

    private void sample() {
        say("saved", "%s, %s, %s".formatted(model, beside(model, ".training.safetensors").getFileName(),
                beside(model, ".png").getFileName()));
        out.printf("%nIt writes (./unroll sample --model %s):%n%n", model);
        try (Network network = training.network()) {
            SampleCommand.write(network, "", SAMPLE_LENGTH, new Sampler(SAMPLE_TEMPERATURE, settings.seed()), out);
        }
        out.printf("%n%n");
    }

    @Override
    public void close() {
        evaluation.close();
        training.close();
        initial.close();
    }
}
