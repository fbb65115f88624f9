package dev.unroll.training;

import dev.unroll.models.LayerState;
import dev.unroll.models.NetworkMetadata;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.Way;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import dev.unroll.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The file of a training: a network's file, and beside the weights the optimiser's means ({@code optimizer.m.NAME}), the
 * state before the next window ({@code state.layer0.a}, {@code .c}), the tokens of the steps that it goes back through
 * ({@code state.tokens}) and the place in the text ({@code position}: steps, window, kept steps, optimiser's steps).
 */
final class Checkpoint {
    private static final String SETTINGS = "training";
    private static final String POSITION = "position";
    private static final String TOKENS = "state.tokens";

    private Checkpoint() {}

    /** What must be the same for a training to go on. */
    private static String settings(Training training) {
        Trainer trainer = training.settings();
        return "%s, %s, batch %d, clipNorm %s, seed %d".formatted(trainer.optimizer(), trainer.bptt(),
                trainer.batch(), trainer.clipNorm(), trainer.seed());
    }

    /** Every matrix of a training beside the weights, by its tensor's name. */
    private static SequencedMap<String, Matrix> matrices(Training training) {
        SequencedMap<String, Matrix> matrices = new LinkedHashMap<>();
        matrices.putAll(training.parameters().asMap());
        OptimizerState optimizer = training.optimizer();
        for (int i = 0; i < optimizer.moments().size(); i++) {
            String prefix = "optimizer." + optimizer.optimizer().moments().get(i) + ".";
            optimizer.moments().get(i).asMap().forEach((name, matrix) -> matrices.put(prefix + name, matrix));
        }
        NetworkTrace trace = training.trace();
        for (int i = 0; i < training.metadata().architecture().layers().size(); i++) {
            LayerState state = trace.state().at(i, Way.FORWARD);
            matrices.put("state.layer" + i + ".a", state.hidden());
            matrices.put("state.layer" + i + ".c", state.memory());
        }
        return matrices;
    }

    static void write(Path file, Training training, Map<String, String> notes) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        NetworkTrace trace = training.trace();
        Training.Position position = training.position();
        training.metadata().writeTo(writer);
        writer.metadata(SETTINGS, settings(training));
        notes.forEach(writer::metadata);
        matrices(training).forEach(writer::add);
        long[] tokens = Arrays.stream(trace.tokens(), 0, position.kept() * trace.batch()).asLongStream().toArray();
        writer.add(TOKENS, tokens, tokens.length);
        writer.add(POSITION, new long[]{position.steps(), position.window(), position.kept(),
                training.optimizer().steps()}, 4);
        writer.write(file);
    }

    static void read(Path file, Training training) throws IOException {
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
            read(reader, training);
        }
    }

    private static void read(SafetensorsReader reader, Training training) throws IOException {
        for (var entry : matrices(training).entrySet()) {
            Matrix matrix = entry.getValue();
            TensorInfo info = reader.info(entry.getKey());
            if (!info.shape().equals(List.of((long) matrix.rows(), (long) matrix.cols()))) {
                throw new SafetensorsException(reader.file(),
                        "tensor '%s' has shape %s; wanted %s".formatted(entry.getKey(), info.shape(), matrix.shape()));
            }
            matrix.copyFrom(reader.floats(entry.getKey()));
        }
        readPosition(reader, training);
    }

    private static void readPosition(SafetensorsReader reader, Training training) throws IOException {
        NetworkTrace trace = training.trace();
        TokenStreams streams = training.streams();
        long[] position = reader.longs(POSITION);
        long[] tokens = reader.longs(TOKENS);
        boolean fits = position.length == 4 && position[0] >= 0 && position[1] >= 0
                && position[1] < streams.windows() && position[2] >= 0
                && position[2] + streams.steps((int) position[1]) <= trace.time()
                && position[2] * trace.batch() == tokens.length && position[3] >= 0;
        if (!fits) {
            throw new SafetensorsException(reader.file(),
                    "its position %s is none of this text".formatted(Arrays.toString(position)));
        }
        int size = training.metadata().architecture().input().size();
        if (Arrays.stream(tokens).anyMatch(token -> token < 0 || token >= size)) {
            throw new SafetensorsException(reader.file(), "tensor '%s' has a token that is none of the network's %d"
                    .formatted(TOKENS, size));
        }
        int kept = (int) position[2];
        trace.setTokens(Arrays.stream(tokens).mapToInt(Math::toIntExact).toArray(), 0, 0, kept);
        training.setPosition(new Training.Position(position[0], (int) position[1], kept));
        training.optimizer().setSteps(position[3]);
    }
}
