package dev.unroll.training;

import dev.unroll.models.Input;
import dev.unroll.models.LayerState;
import dev.unroll.models.NetworkMetadata;
import dev.unroll.models.StackState;
import dev.unroll.models.Way;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import dev.unroll.tensor.TensorInfo;
import dev.unroll.training.RateSchedule.Plateau;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The file of a training: a network's file, and beside the weights the optimiser's means ({@code optimizer.m.NAME}), the
 * state before the steps that the next window goes back through ({@code state.layer0.a}, {@code .c}), these steps ({@code
 * state.tokens} or {@code state.x}, {@code state.lengths}), the place in the data ({@code position}) and what the evaluations
 * were ({@code evaluations}). {@code checksum} is of all of these and of the metadata.
 *
 * <p>What is drawn at random is drawn from the settings' seed and the place, so there is no other state of it.
 */
final class Checkpoint {
    private static final String SETTINGS = "training";
    private static final String CHECKSUM = "checksum";
    private static final String POSITION = "position";
    private static final String EVALUATIONS = "evaluations";
    private static final String TOKENS = "state.tokens";
    private static final String LENGTHS = "state.lengths";
    private static final String X = "state.x";
    private static final int NUMBERS = 7;

    private final SequencedMap<String, Matrix> matrices = new LinkedHashMap<>();
    private long[] position = {};
    private double[] evaluations = {};
    private long[] tokens = {};
    private long[] lengths = {};

    private Checkpoint() {}

    /** What must be the same for a training to go on. */
    private static String settings(Training training) {
        Trainer trainer = training.settings();
        Batches batches = training.batches();
        TruncatedBptt bptt = training.bptt();
        String forcing = trainer.teacherForcing() instanceof TeacherForcing.Always
                ? ""
                : trainer.teacherForcing() + ", ";
        String frozen = trainer.frozen().isEmpty() ? "" : "frozen " + trainer.frozen() + ", ";
        return "%s, %s, %s, k1 %d, k2 %d, %s, %d replicas, seed %d, %s%sbatches of %d sequences of up to %d steps, %d an epoch"
                .formatted(
                        trainer.loss(), trainer.optimizer(), trainer.schedule(), bptt.k1(), bptt.k2(),
                        trainer.clipping(),
                        trainer.replicas(), trainer.seed(), forcing, frozen, batches.batch(), batches.longest(),
                        batches.epoch());
    }

    /** Every matrix of a training that has a fixed size, by its tensor's name. */
    private static SequencedMap<String, Matrix> fixed(Training training) {
        SequencedMap<String, Matrix> matrices = new LinkedHashMap<>();
        matrices.putAll(training.parameters().asMap());
        OptimizerState optimizer = training.optimizer();
        for (int i = 0; i < optimizer.moments().size(); i++) {
            String prefix = "optimizer." + optimizer.optimizer().moments().get(i) + ".";
            optimizer.moments().get(i).asMap().forEach((name, matrix) -> matrices.put(prefix + name, matrix));
        }
        StackState state = training.unrolled().state();
        for (int i = 0; i < state.size(); i++) {
            for (Way way : state.ways(i)) {
                LayerState layer = state.at(i, way);
                String prefix = "state.layer" + i + (way == Way.FORWARD ? "." : ".reverse.");
                matrices.put(prefix + "a", layer.hidden());
                matrices.put(prefix + "c", layer.memory());
            }
        }
        return matrices;
    }

    private static Checkpoint of(Training training) {
        Checkpoint checkpoint = new Checkpoint();
        Training.Position position = training.position();
        Plateau plateau = training.plateau();
        Training.Best best = training.best();
        Span span = training.unrolled().span();
        checkpoint.matrices.putAll(fixed(training));
        checkpoint.matrices.put(X, span.x());
        checkpoint.tokens = Arrays.stream(span.tokens()).asLongStream().toArray();
        checkpoint.lengths = Arrays.stream(span.lengths()).asLongStream().toArray();
        checkpoint.position = new long[]{position.steps(), position.batch(), position.from(), position.skipped(),
                position.skippedInRow(), training.optimizer().steps(), span.count()};
        checkpoint.evaluations = new double[]{plateau.best(), plateau.waited(), plateau.reductions(), best.loss(),
                best.step(), best.since()};
        return checkpoint;
    }

    /** Of the metadata and of the tensors, each by its name in the order of the names. */
    private String checksum(Map<String, String> metadata) {
        SortedMap<String, Consumer<Checksum>> parts = new TreeMap<>();
        matrices.forEach((name, matrix) -> parts.put(name, sum -> sum.add(matrix)));
        parts.put(POSITION, sum -> sum.add(position));
        parts.put(EVALUATIONS, sum -> sum.add(evaluations));
        parts.put(TOKENS, sum -> sum.add(tokens));
        parts.put(LENGTHS, sum -> sum.add(lengths));
        Checksum sum = new Checksum();
        new TreeMap<>(metadata).forEach((key, value) -> {
            if (!key.equals(CHECKSUM)) {
                sum.add(key).add(value);
            }
        });
        parts.forEach((name, part) -> part.accept(sum.add(name)));
        return sum.toString();
    }

    static void write(Path file, Training training, Map<String, String> notes) throws IOException {
        Checkpoint checkpoint = of(training);
        Map<String, String> metadata = new LinkedHashMap<>(training.metadata().toMap());
        metadata.put(SETTINGS, settings(training));
        notes.forEach((key, value) -> {
            if (key.equals(CHECKSUM) || metadata.put(key, value) != null) {
                throw new IllegalArgumentException("save: a note is called '%s', as the file's own".formatted(key));
            }
        });
        metadata.put(CHECKSUM, checkpoint.checksum(metadata));
        SafetensorsWriter writer = new SafetensorsWriter();
        metadata.forEach(writer::metadata);
        checkpoint.matrices.forEach(writer::add);
        writer.add(TOKENS, checkpoint.tokens, checkpoint.tokens.length);
        writer.add(LENGTHS, checkpoint.lengths, checkpoint.lengths.length);
        writer.add(POSITION, checkpoint.position, checkpoint.position.length);
        writer.add(EVALUATIONS, checkpoint.evaluations, checkpoint.evaluations.length);
        writer.write(file);
    }

    static void read(Path file, Training training) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            // The file is closed by then: nothing can fail that would leave the training half given.
            checked(file, training, arena).give(training);
        }
    }

    private static Checkpoint checked(Path file, Training training, Arena arena) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            NetworkMetadata metadata = NetworkMetadata.read(file, reader.metadata());
            if (!reader.metadata().containsKey(SETTINGS)) {
                throw new SafetensorsException(file, "it is a network, but holds no training to resume");
            }
            if (!metadata.equals(training.metadata())) {
                throw new SafetensorsException(file, "it trains %s; this training is of %s"
                        .formatted(metadata.architecture(), training.metadata().architecture()));
            }
            if (!settings(training).equals(reader.metadata().get(SETTINGS))) {
                throw new SafetensorsException(file, "its settings are %s; this training's are %s"
                        .formatted(reader.metadata().get(SETTINGS), settings(training)));
            }
            Checkpoint checkpoint = read(reader, training, arena);
            if (!checkpoint.checksum(reader.metadata()).equals(reader.metadata().get(CHECKSUM))) {
                throw new SafetensorsException(file, "it is damaged: its checksum is %s; wanted %s".formatted(
                        checkpoint.checksum(reader.metadata()), reader.metadata().get(CHECKSUM)));
            }
            checkpoint.check(file, training);
            return checkpoint;
        }
    }

    private static Checkpoint read(SafetensorsReader reader, Training training, Arena arena) throws IOException {
        Checkpoint checkpoint = new Checkpoint();
        for (var entry : fixed(training).entrySet()) {
            Matrix wanted = entry.getValue();
            TensorInfo info = reader.info(entry.getKey());
            if (!info.shape().equals(List.of((long) wanted.rows(), (long) wanted.cols()))) {
                throw new SafetensorsException(reader.file(),
                        "tensor '%s' has shape %s; wanted %s".formatted(entry.getKey(), info.shape(), wanted.shape()));
            }
            checkpoint.take(reader, entry.getKey(), wanted.rows(), wanted.cols(), arena);
        }
        Span span = training.unrolled().span();
        TensorInfo x = reader.info(X);
        long most = (long) span.time() * span.batch();
        if (x.shape().size() != 2 || x.shape().get(0) > most || x.shape().get(1) != span.x().cols()) {
            throw new SafetensorsException(reader.file(), "tensor '%s' has shape %s; wanted up to %d rows of %d"
                    .formatted(X, x.shape(), most, span.x().cols()));
        }
        checkpoint.take(reader, X, Math.toIntExact(x.shape().get(0)), span.x().cols(), arena);
        checkpoint.position = reader.longs(POSITION);
        checkpoint.evaluations = reader.doubles(EVALUATIONS);
        checkpoint.tokens = reader.longs(TOKENS);
        checkpoint.lengths = reader.longs(LENGTHS);
        return checkpoint;
    }

    private void take(SafetensorsReader reader, String name, int rows, int cols, Arena arena) throws IOException {
        Matrix matrix = Matrix.allocate(arena, rows, cols);
        reader.read(name, matrix.segment());
        matrices.put(name, matrix);
    }

    /** A file whose checksum is right may be of another program. */
    private void check(Path file, Training training) throws SafetensorsException {
        Span span = training.unrolled().span();
        boolean fits = position.length == NUMBERS && evaluations.length == 6
                && Arrays.stream(position).allMatch(number -> number >= 0)
                && position[2] < training.batches().time(position[1]) && position[4] <= Integer.MAX_VALUE
                && (position[2] == 0
                        ? position[6] == 0
                        : position[6] + training.nextSteps(position[1], position[2]) <= span.time());
        if (!fits) {
            throw new SafetensorsException(file,
                    "its position %s is none of this data".formatted(Arrays.toString(position)));
        }
        long rows = position[6] * span.batch();
        Input input = training.metadata().architecture().input();
        if (tokens.length != rows * input.channels()
                || matrices.get(X).rows() != (span.x().cols() == 0 ? 0 : rows)
                || lengths.length != span.batch()
                || Arrays.stream(lengths).anyMatch(length -> length < 0 || length > position[6])) {
            throw new SafetensorsException(file, "its kept steps do not fit its position %s, batch %d"
                    .formatted(Arrays.toString(position), span.batch()));
        }
        int[] sizes = IntStream.range(0, input.channels()).map(input::tokens).toArray();
        for (int i = 0; i < tokens.length; i++) {
            int size = sizes[i % sizes.length];
            if (tokens[i] < 0 || tokens[i] >= size) {
                throw new SafetensorsException(file, "tensor '%s' has a token that is none of the network's %d"
                        .formatted(TOKENS, size));
            }
        }
    }

    private void give(Training training) {
        fixed(training).forEach((name, matrix) -> matrix.copyFrom(matrices.get(name)));
        training.unrolled().span().restore((int) position[6],
                Arrays.stream(tokens).mapToInt(Math::toIntExact).toArray(),
                matrices.get(X), Arrays.stream(lengths).mapToInt(Math::toIntExact).toArray());
        training.optimizer().setSteps(position[5]);
        training.goTo(new Training.Position(position[0], position[1], position[2], position[3], (int) position[4]),
                new Plateau(evaluations[0], (long) evaluations[1], (long) evaluations[2]),
                new Training.Best(evaluations[3], (long) evaluations[4], (long) evaluations[5]));
    }
}
