package dev.unroll.cli;

import dev.unroll.kernels.Kernels;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./unroll train}: trains a language model. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Trains a language model: a network that reads a text and predicts each next character, or word (--words).",
        "Writes the model with its newest weights (FILE.safetensors), a picture of both loss curves (FILE.png), and"
                + " checkpoints to resume from into FILE.checkpoints: the newest, and the best by its evaluation"
                + " (best.safetensors), each of which is a model too. Ctrl-C ends it after the current step,"
                + " everything saved."}, footerHeading = "%nExamples:%n", footer = {
                        "  ./unroll train                      on a text that comes with Unroll",
                        "  ./unroll train --text book.txt --out book.safetensors --report report",
                        "  ./unroll train --text book.txt --cell gru --hidden 512 --layers 2",
                        "  ./unroll train --text book.txt --time 50 --back 200 --early-stop 5",
                        "  ./unroll train --text book.txt --words 10000 --lower-case --embedding 200 --hidden 200",
                        "  ./unroll train --steps 20000 --schedule \"warm-up 200 cosine 20000\"",
                        "  ./unroll train --resume book.safetensors --steps 8000"})
final class TrainCommand implements Callable<Integer> {
    @Option(names = "--text", paramLabel = "FILE", description = "A text in UTF-8 (default: English speeches that come with Unroll, 1.3 MB).")
    private String text;

    @Option(names = "--words", paramLabel = "N", description = "Reads and writes words instead of characters: the N - 2 commonest of the text, <UNK> for all others, and <EOS> for each line end (default: 0, characters).")
    private String words;

    @Option(names = "--lower-case", description = "With --words: capitals become small letters.")
    private boolean lowerCase;

    @Option(names = "--embedding", paramLabel = "D", description = "Length of a learned vector for each character or word, which the first layer reads (default: 0, none: it reads them one-hot).")
    private String embedding;

    @Option(names = "--cell", paramLabel = "NAME", description = "lstm, gru, gru-reset-before, gru-simplified, rnn, lstm-layer-norm or gru-layer-norm, with options behind it: \"lstm peephole coupled clip 3 projection 64 no-bias\", \"rnn relu\" (default: lstm).")
    private String cell;

    @Option(names = "--hidden", paramLabel = "N", description = "Hidden units of a layer (default: 256).")
    private String hidden;

    @Option(names = "--layers", paramLabel = "N", description = "Layers, one on the other (default: 1).")
    private String layers;

    @Option(names = "--time", paramLabel = "K1", description = "Characters or words of a window, from one update of the weights to the next (default: 50).")
    private String time;

    @Option(names = "--back", paramLabel = "K2", description = "Characters or words through which gradients flow back, --time or more (default: as --time).")
    private String back;

    @Option(names = "--checkpoint-time", paramLabel = "S", description = "Keeps the state of every S-th character or word alone and runs the rest again, for windows longer than memory (default: 0, keeps everything).")
    private String checkpointTime;

    @Option(names = "--batch", paramLabel = "N", description = "Streams of text side by side (default: 32).")
    private String batch;

    @Option(names = "--steps", paramLabel = "N", description = "Steps, a window of all streams each (default: 2000).")
    private String steps;

    @Option(names = "--optimizer", paramLabel = "NAME", description = "sgd, momentum, nesterov, rmsprop or adam (default: adam).")
    private String optimizer;

    @Option(names = "--learning-rate", paramLabel = "X", description = "The optimiser's step size (default: 0.002).")
    private String learningRate;

    @Option(names = "--schedule", paramLabel = "WORDS", description = "How the learning rate changes: constant, \"step 1000 0.5\", \"exponential 1000 0.9\", \"cosine 5000\","
            + " \"cosine 5000 0.1\", \"plateau 0.5 3\" (times 0.5 after 3 evaluations without a gain), each with \"warm-up 200\" before it or not"
            + " (default: constant).")
    private String schedule;

    @Option(names = "--weight-decay", paramLabel = "X", description = "What weights lose a step, times the learning rate (default: 0).")
    private String weightDecay;

    @Option(names = "--clip", paramLabel = "X", description = "Largest norm of a gradient (default: 5).")
    private String clip;

    @Option(names = "--clip-value", paramLabel = "X", description = "Largest element of a gradient (default: Infinity).")
    private String clipValue;

    @Option(names = "--label-smoothing", paramLabel = "P", description = "Share of each target that all characters or words have alike; the training loss counts it in, the validation loss does not (default: 0).")
    private String labelSmoothing;

    @Option(names = "--skips", paramLabel = "N", description = "Steps in a row that may be skipped because their loss or gradient is not finite, before the training ends (default: 10).")
    private String skips;

    @Option(names = "--dropout", paramLabel = "P", description = "Share of a layer's output that is dropped in training (default: 0).")
    private String dropout;

    @Option(names = "--recurrent-dropout", paramLabel = "P", description = "Share of a layer's state that is dropped on its way to the next step (default: 0).")
    private String recurrentDropout;

    @Option(names = "--zoneout", paramLabel = "P", description = "Share of a layer's state that a step keeps as it is (default: 0).")
    private String zoneout;

    @Option(names = "--replicas", paramLabel = "N", description = "Parts of the batch that go through time each on a thread of its own; for small networks (default: 1).")
    private String replicas;

    @Option(names = "--seed", paramLabel = "N", description = "Of the first weights and of what is dropped (default: 1).")
    private String seed;

    @Option(names = "--validation", paramLabel = "X", description = "Share of the text, at its end, to measure on and not to train on (default: 0.1).")
    private String validation;

    @Option(names = "--evaluate-every", paramLabel = "N", description = "Steps between two evaluations (default: 500).")
    private String evaluateEvery;

    @Option(names = "--early-stop", paramLabel = "N", description = "Ends after N evaluations in a row that were no better than the best (default: 0, never).")
    private String earlyStop;

    @Option(names = "--checkpoint-every", paramLabel = "N", description = "Steps between two checkpoints (default: 500).")
    private String checkpointEvery;

    @Option(names = "--keep", paramLabel = "N", description = "Newest checkpoints that are kept, beside the best (default: 3).")
    private String keep;

    @Option(names = "--report", paramLabel = "DIR", description = "Writes report.html, pictures and CSV files there, at each evaluation and at the end.")
    private String report;

    @Option(names = "--out", paramLabel = "FILE", description = "The model (default: model.safetensors).")
    private String out;

    @Option(names = "--resume", paramLabel = "PATH", description = "Goes on with a training that was stopped, with the options it was begun with: from the newest checkpoint of a model or a directory, or from one checkpoint.")
    private Path resume;

    @Mixin
    private BackendOptions backend;

    @Override
    public Integer call() throws IOException {
        Optional<Resumption> resumption = Optional.ofNullable(resume).map(Resumption::of);
        TrainSettings settings = settings(resumption).checked();
        Path directory = writableDirectory(settings.out());
        PrintStream out = System.out;
        try (Kernels kernels = backend.open();
                Corpus corpus = settings.text().equals(DefaultText.NAME)
                        ? Corpus.ofDefault(settings.words())
                        : read(settings, directory);
                TrainRun run = new TrainRun(settings, corpus, kernels, out)) {
            if (resumption.isPresent()) {
                run.resume(resumption.get());
            } else {
                run.begin();
            }
            run.run();
        }
        return 0;
    }

    private static Corpus read(TrainSettings settings, Path directory) throws IOException {
        Path file = Path.of(settings.text());
        try {
            return Corpus.read(file, settings.words(), directory);
        } catch (IllegalArgumentException e) {
            throw new UserException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Where the model and all that belongs to it goes. */
    private static Path writableDirectory(Path model) {
        Path directory = model.toAbsolutePath().getParent();
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new UserException("cannot write %s: directory %s %s".formatted(model, directory,
                    Files.exists(directory) ? "is not one that can be written to" : "does not exist"));
        }
        return directory;
    }

    private TrainSettings settings(Optional<Resumption> resumption) throws IOException {
        Map<String, String> values = new LinkedHashMap<>(TrainSettings.defaults());
        if (resumption.isPresent()) {
            values.putAll(TrainSettings.ofNotes(resumption.get().path().toString(), resumption.get().notes())
                    .options().values());
        }
        given().forEach((name, value) -> {
            if (resumption.isPresent() && !TrainSettings.mayChange(name) && !value.equals(values.get(name))) {
                throw new UserException("--%s %s does not fit %s, which was begun with %s".formatted(name, value,
                        resumption.get().path(), values.get(name)));
            }
            values.put(name, value);
        });
        values.computeIfPresent("out", (_, path) -> absolute(path));
        return TrainSettings.of(values);
    }

    /** A training may be resumed from another folder. */
    private static String absolute(String path) {
        return Path.of(path).toAbsolutePath().normalize().toString();
    }

    /** The options that stand on the command line. */
    private Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>();
        given.put("text", text == null ? null : absolute(text));
        given.put("words", words);
        given.put("lower-case", lowerCase ? "true" : null);
        given.put("embedding", embedding);
        given.put("cell", cell);
        given.put("hidden", hidden);
        given.put("layers", layers);
        given.put("time", time);
        given.put("back", back);
        given.put("checkpoint-time", checkpointTime);
        given.put("batch", batch);
        given.put("steps", steps);
        given.put("optimizer", optimizer);
        given.put("learning-rate", learningRate);
        given.put("schedule", schedule);
        given.put("weight-decay", weightDecay);
        given.put("clip", clip);
        given.put("clip-value", clipValue);
        given.put("label-smoothing", labelSmoothing);
        given.put("skips", skips);
        given.put("dropout", dropout);
        given.put("recurrent-dropout", recurrentDropout);
        given.put("zoneout", zoneout);
        given.put("replicas", replicas);
        given.put("seed", seed);
        given.put("validation", validation);
        given.put("evaluate-every", evaluateEvery);
        given.put("early-stop", earlyStop);
        given.put("checkpoint-every", checkpointEvery);
        given.put("keep", keep);
        given.put("report", report == null || report.isBlank() ? report : absolute(report));
        given.put("out", out);
        given.values().removeIf(value -> value == null);
        return given;
    }
}
