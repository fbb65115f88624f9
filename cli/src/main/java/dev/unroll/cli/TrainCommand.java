package dev.unroll.cli;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.SafetensorsReader;
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

/** {@code ./unroll train}: trains a character model. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Trains a character model: a network that reads a text and predicts each next character.",
        "Writes the model (FILE.safetensors), the state to resume from (FILE.training.safetensors) and a"
                + " picture of both loss curves (FILE.png). Ctrl-C ends it after the current step, everything"
                + " saved."}, footerHeading = "%nExamples:%n", footer = {
                        "  ./unroll train                                     on a text that comes with Unroll",
                        "  ./unroll train --text book.txt --steps 4000 --out book.safetensors",
                        "  ./unroll train --text book.txt --cell gru --hidden 512 --layers 2",
                        "  ./unroll train --resume book.training.safetensors --steps 8000"})
final class TrainCommand implements Callable<Integer> {
    @Option(names = "--text", paramLabel = "FILE", description = "A text in UTF-8 (default: English speeches that come with Unroll, 1.3 MB).")
    private String text;

    @Option(names = "--cell", paramLabel = "NAME", description = "lstm, gru, gru-reset-before, gru-simplified, rnn, lstm-layer-norm or gru-layer-norm, with options behind it: \"lstm peephole coupled clip 3 projection 64 no-bias\", \"rnn relu\" (default: lstm).")
    private String cell;

    @Option(names = "--hidden", paramLabel = "N", description = "Hidden units of a layer (default: 256).")
    private String hidden;

    @Option(names = "--layers", paramLabel = "N", description = "Layers, one on the other (default: 1).")
    private String layers;

    @Option(names = "--time", paramLabel = "N", description = "Characters of a window, through which gradients flow back (default: 50).")
    private String time;

    @Option(names = "--batch", paramLabel = "N", description = "Streams of text side by side (default: 32).")
    private String batch;

    @Option(names = "--steps", paramLabel = "N", description = "Steps, a window of all streams each (default: 2000).")
    private String steps;

    @Option(names = "--learning-rate", paramLabel = "X", description = "Adam's step size (default: 0.002).")
    private String learningRate;

    @Option(names = "--clip", paramLabel = "X", description = "Largest norm of a gradient (default: 5).")
    private String clip;

    @Option(names = "--dropout", paramLabel = "P", description = "Share of a layer's output that is dropped in training (default: 0).")
    private String dropout;

    @Option(names = "--recurrent-dropout", paramLabel = "P", description = "Share of a layer's state that is dropped on its way to the next step (default: 0).")
    private String recurrentDropout;

    @Option(names = "--zoneout", paramLabel = "P", description = "Share of a layer's state that a step keeps as it is (default: 0).")
    private String zoneout;

    @Option(names = "--seed", paramLabel = "N", description = "Of the first weights and of what is dropped (default: 1).")
    private String seed;

    @Option(names = "--validation", paramLabel = "X", description = "Share of the text, at its end, to measure on and not to train on (default: 0.1).")
    private String validation;

    @Option(names = "--evaluate-every", paramLabel = "N", description = "Steps between two evaluations (default: 500).")
    private String evaluateEvery;

    @Option(names = "--out", paramLabel = "FILE", description = "The model (default: model.safetensors).")
    private String out;

    @Option(names = "--resume", paramLabel = "FILE", description = "Goes on with a training that was stopped, with the options it was begun with.")
    private Path resume;

    @Mixin
    private BackendOptions backend;

    @Override
    public Integer call() throws IOException {
        Optional<Path> file = Optional.ofNullable(resume).map(TrainCommand::trainingFile);
        Map<String, String> notes = file.isPresent() ? notes(file.get()) : Map.of();
        TrainSettings settings = settings(file, notes).checked();
        TextFile source = settings.text().equals(DefaultText.NAME)
                ? DefaultText.read()
                : TextFile.read(Path.of(settings.text()));
        PrintStream out = System.out;
        try (Kernels kernels = backend.open(); TrainRun run = new TrainRun(settings, source, kernels, out)) {
            if (file.isPresent()) {
                run.resume(file.get(), notes);
            }
            run.run();
        }
        return 0;
    }

    /** Who names the model means the training beside it. */
    private static Path trainingFile(Path file) {
        Path beside = TrainRun.beside(file, ".training.safetensors");
        return file.toString().endsWith(".training.safetensors") || !Files.exists(beside) ? file : beside;
    }

    private static Map<String, String> notes(Path file) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            return reader.metadata();
        }
    }

    private TrainSettings settings(Optional<Path> file, Map<String, String> notes) {
        Map<String, String> values = new LinkedHashMap<>(TrainSettings.defaults());
        file.ifPresent(f -> values.putAll(TrainSettings.ofNotes(f.toString(), notes).values()));
        given().forEach((name, value) -> {
            if (file.isPresent() && !TrainSettings.mayChange(name) && !value.equals(values.get(name))) {
                throw new UserException("--%s %s does not fit %s, which was begun with %s".formatted(name, value,
                        file.get(), values.get(name)));
            }
            values.put(name, value);
        });
        values.computeIfPresent("out", (_, path) -> absolute(path));
        return new TrainSettings(values);
    }

    /** A training may be resumed from another folder. */
    private static String absolute(String path) {
        return Path.of(path).toAbsolutePath().normalize().toString();
    }

    /** The options that stand on the command line. */
    private Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>();
        given.put("text", text == null ? null : absolute(text));
        given.put("cell", cell);
        given.put("hidden", hidden);
        given.put("layers", layers);
        given.put("time", time);
        given.put("batch", batch);
        given.put("steps", steps);
        given.put("learning-rate", learningRate);
        given.put("clip", clip);
        given.put("dropout", dropout);
        given.put("recurrent-dropout", recurrentDropout);
        given.put("zoneout", zoneout);
        given.put("seed", seed);
        given.put("validation", validation);
        given.put("evaluate-every", evaluateEvery);
        given.put("out", out);
        given.values().removeIf(value -> value == null);
        return given;
    }
}
