package dev.unroll.cli;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellText;
import dev.unroll.models.Architecture;
import dev.unroll.models.Head;
import dev.unroll.models.Input;
import dev.unroll.models.Layer;
import dev.unroll.models.Network;
import dev.unroll.models.Regularization;
import dev.unroll.models.Stack;
import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import dev.unroll.models.VocabularyBuilder;
import dev.unroll.training.Adam;
import dev.unroll.training.Clipping;
import dev.unroll.training.Loss;
import dev.unroll.training.Loss.CrossEntropy;
import dev.unroll.training.Momentum;
import dev.unroll.training.Nesterov;
import dev.unroll.training.Optimizer;
import dev.unroll.training.RateSchedule;
import dev.unroll.training.RmsProp;
import dev.unroll.training.Sgd;
import dev.unroll.training.Trainer;
import dev.unroll.training.TruncatedBptt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Everything that decides what a training of the command line does: the options by name, as text. A training's file keeps
 * them, so that it can go on without being told again.
 *
 * @param options text of each option of {@link #defaults}
 */
record TrainSettings(OptionText options) {
    private static final String PREFIX = "option.";

    /** For {@code --back}: as many steps as {@code --time}. */
    private static final String AS_TIME = "as --time";

    /** Least size of a vocabulary of words. */
    private static final int LEAST_WORDS = 3;

    private static final Set<String> CHANGEABLE = Set.of("steps", "evaluate-every", "out", "text", "checkpoint-time",
            "early-stop", "skips", "checkpoint-every", "keep", "report");

    /** Options that say where things lie. */
    private static final Set<String> PLACES = Set.of("text", "out", "report");

    /** The options and their defaults. */
    static SequencedMap<String, String> defaults() {
        SequencedMap<String, String> defaults = new LinkedHashMap<>();
        defaults.put("text", DefaultText.NAME);
        defaults.put("cell", "lstm");
        defaults.put("hidden", "256");
        defaults.put("layers", "1");
        defaults.put("time", "50");
        defaults.put("batch", "32");
        defaults.put("learning-rate", "0.002");
        defaults.put("clip", "5");
        defaults.put("seed", "1");
        defaults.put("validation", "0.1");
        defaults.put("steps", "2000");
        defaults.put("evaluate-every", "500");
        defaults.put("out", "model.safetensors");
        defaults.putAll(later());
        return defaults;
    }

    /** Options that a file of an older Unroll does not have. */
    private static SequencedMap<String, String> later() {
        SequencedMap<String, String> later = new LinkedHashMap<>();
        later.put("dropout", "0");
        later.put("recurrent-dropout", "0");
        later.put("zoneout", "0");
        later.put("optimizer", "adam");
        later.put("weight-decay", "0");
        later.put("schedule", "constant");
        later.put("clip-value", "Infinity");
        later.put("label-smoothing", "0");
        later.put("back", AS_TIME);
        later.put("checkpoint-time", "0");
        later.put("replicas", "1");
        later.put("early-stop", "0");
        later.put("skips", "10");
        later.put("checkpoint-every", "500");
        later.put("keep", "3");
        later.put("report", "");
        later.put("words", "0");
        later.put("lower-case", "false");
        later.put("embedding", "0");
        return later;
    }

    /** Whether another value may be given when a training goes on. */
    static boolean mayChange(String name) {
        return CHANGEABLE.contains(name);
    }

    /** Of options as text. */
    static TrainSettings of(Map<String, String> values) {
        return new TrainSettings(new OptionText(values));
    }

    /** Reads them from a file's metadata; a missing one is a damaged file. */
    static TrainSettings ofNotes(String file, Map<String, String> notes) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : defaults().keySet()) {
            String value = notes.getOrDefault(PREFIX + name, later().get(name));
            if (value == null) {
                throw new UserException("%s: it holds no training of the command line: no '%s%s'".formatted(file,
                        PREFIX, name));
            }
            values.put(name, value);
        }
        return of(values);
    }

    /** As a file's metadata. */
    Map<String, String> toNotes() {
        Map<String, String> notes = new LinkedHashMap<>();
        options.values().forEach((name, value) -> notes.put(PREFIX + name, value));
        return notes;
    }

    String text() {
        return options.text("text");
    }

    Path out() {
        return Path.of(options.text("out"));
    }

    /** Where the report goes, if there is to be one. */
    Optional<Path> report() {
        return Optional.of(options.text("report")).filter(path -> !path.isBlank()).map(Path::of);
    }

    /** The options but for those that say where things lie. */
    SequencedMap<String, String> shown() {
        SequencedMap<String, String> shown = new LinkedHashMap<>(defaults());
        shown.keySet().removeAll(PLACES);
        shown.replaceAll((name, _) -> options.text(name));
        return shown;
    }

    /** The cell of a layer that reads so many numbers: its name, the hidden size, what else is said of it. */
    Cell cell(int inputSize) {
        List<String> words = new ArrayList<>(List.of(options.text("cell").strip().split("\\s+", -1)));
        words.add(1, Integer.toString(hidden()));
        try {
            return CellText.read(words, inputSize);
        } catch (IllegalArgumentException e) {
            throw new UserException("--cell is '%s': %s".formatted(options.text("cell"), e.getMessage()), e);
        }
    }

    /** What a network of so many different characters or words is made of. */
    Architecture architecture(int vocabulary) {
        int dimension = options.whole("embedding", 0, 1 << 20);
        Input input = dimension == 0 ? new Input.OneHot(vocabulary) : new Input.Embedding(vocabulary, dimension);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < layers(); i++) {
            int width = layers.isEmpty() ? input.width() : layers.getLast().outputSize();
            layers.add(Layer.of(cell(width)).regularization(regularization()));
        }
        Stack stack = new Stack(layers);
        return new Architecture(input, stack, new Head(Head.Kind.SOFTMAX, stack.outputSize(), vocabulary));
    }

    /** What counts the words of the text, where the model is one of words. */
    Optional<VocabularyBuilder> words() {
        int words = options.whole("words", 0, Integer.MAX_VALUE);
        boolean isLower = options.truth("lower-case");
        if (words == 0) {
            if (isLower) {
                throw new UserException("--lower-case goes with --words");
            }
            return Optional.empty();
        }
        if (words < LEAST_WORDS) {
            throw options.wrong("words", "%d or more: <UNK>, <EOS> and a word".formatted(LEAST_WORDS));
        }
        Tokenizer.Words tokenizer = Tokenizer.words().endingLines();
        return Optional.of(Vocabulary.builder(isLower ? tokenizer.lowerCased() : tokenizer).atMost(words));
    }

    /** The layers in a word: {@code 2 x lstm 256 peephole}, with the embedding if there is one. */
    String layersText() {
        String layers = "%d x %s".formatted(layers(), CellText.of(cell(1)));
        return options.text("embedding").equals("0")
                ? layers
                : "embedding %s, %s".formatted(options.text("embedding"), layers);
    }

    /** How to train a network. */
    Trainer trainer(Network network) {
        return Trainer.of(network).loss(loss()).optimizer(optimizer()).schedule(schedule()).bptt(bptt())
                .clipping(new Clipping(bound("clip"), bound("clip-value"))).batch(batch()).replicas(replicas())
                .patience(skips()).seed(seed());
    }

    private Loss loss() {
        return new CrossEntropy(Loss.Reduction.MEAN).smoothing(options.fraction("label-smoothing"));
    }

    /** Without weight decay it is none of decay 0: that would be another one to a checkpoint. */
    private Optimizer optimizer() {
        double rate = learningRate();
        Optimizer optimizer = switch (options.text("optimizer")) {
            case "sgd" -> Sgd.of(rate);
            case "momentum" -> Momentum.of(rate);
            case "nesterov" -> Nesterov.of(rate);
            case "rmsprop" -> RmsProp.of(rate);
            case "adam" -> Adam.of(rate);
            default -> throw options.wrong("optimizer", "sgd, momentum, nesterov, rmsprop or adam");
        };
        double decay = options.number("weight-decay", 0, Math.nextDown(1 / rate),
                "of 0 or more and below 1/--learning-rate");
        return decay == 0 ? optimizer : optimizer.weightDecay(decay);
    }

    private RateSchedule schedule() {
        try {
            return ScheduleText.read(options.text("schedule"));
        } catch (IllegalArgumentException e) {
            throw new UserException("--schedule is '%s': %s".formatted(options.text("schedule"), e.getMessage()), e);
        }
    }

    TruncatedBptt bptt() {
        int time = time();
        int back = options.text("back").equals(AS_TIME)
                ? time
                : options.whole("back", time, 1 << 20, "a whole number, %d (--time) or more".formatted(time));
        return new TruncatedBptt(time, back, options.whole("checkpoint-time", 0, 1 << 20));
    }

    private Regularization regularization() {
        double zoneout = options.fraction("zoneout");
        return Regularization.NONE.dropout(options.fraction("dropout"))
                .recurrentDropout(options.fraction("recurrent-dropout")).zoneout(zoneout, zoneout);
    }

    private double bound(String name) {
        return options.number(name, Double.MIN_VALUE, Double.POSITIVE_INFINITY, "above 0");
    }

    int hidden() {
        return options.whole("hidden", 1, 1 << 20);
    }

    int layers() {
        return options.whole("layers", 1, 100);
    }

    int time() {
        return options.whole("time", 1, 1 << 20);
    }

    int batch() {
        return options.whole("batch", 1, 1 << 20);
    }

    int replicas() {
        return options.whole("replicas", 1, batch(), "a whole number, 1 to %d (--batch)".formatted(batch()));
    }

    double learningRate() {
        return options.number("learning-rate", Double.MIN_VALUE, 1e6, "above 0");
    }

    long seed() {
        return options.wholeLong("seed");
    }

    double validation() {
        return options.number("validation", 1e-9, 0.5, "above 0 and at most 0.5");
    }

    int steps() {
        return options.whole("steps", 1, Integer.MAX_VALUE);
    }

    int evaluateEvery() {
        return options.whole("evaluate-every", 1, Integer.MAX_VALUE);
    }

    /** Evaluations without a gain that end the training, if they are to. */
    int earlyStop() {
        return options.whole("early-stop", 0, Integer.MAX_VALUE);
    }

    private int skips() {
        return options.whole("skips", 0, Integer.MAX_VALUE);
    }

    int checkpointEvery() {
        return options.whole("checkpoint-every", 1, Integer.MAX_VALUE);
    }

    int keep() {
        return options.whole("keep", 1, Integer.MAX_VALUE);
    }

    /** Every value, looked at once before anything is done. */
    TrainSettings checked() {
        layers();
        words();
        architecture(1);
        batch();
        replicas();
        optimizer();
        loss();
        schedule();
        bptt();
        bound("clip");
        bound("clip-value");
        seed();
        validation();
        steps();
        evaluateEvery();
        earlyStop();
        skips();
        checkpointEvery();
        keep();
        return this;
    }
}
