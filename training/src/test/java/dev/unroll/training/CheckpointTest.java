package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Vocabulary;
import dev.unroll.tensor.SafetensorsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A training that is saved and restored goes on as if never stopped, to the bit. */
class CheckpointTest extends OnBackendUnderTest {
    private static final int STEPS = 13;
    /** Two streams of 17 tokens. */
    private static final int[] TOKENS = ToyText.random(1, 36);

    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("checkpoint.safetensors");
    }

    static Stream<Arguments> trainings() {
        Input oneHot = new Input.OneHot(ToyText.TOKENS);
        Input embedding = new Input.Embedding(ToyText.TOKENS, 3);
        // Windows of 4, 4, 4, 4 and 1; of 3, five times, and 2; one of 17.
        return Stream.of(Arguments.of(CellKind.LSTM, oneHot, Adam.of(0.01), 4, 4),
                Arguments.of(CellKind.LSTM, embedding, Adam.of(0.01), 4, 10),
                Arguments.of(CellKind.GRU, oneHot, Sgd.of(0.1), 3, 7),
                Arguments.of(CellKind.GRU_RESET_BEFORE, embedding, Sgd.of(0.1), 3, 6),
                Arguments.of(CellKind.RNN, oneHot, Adam.of(0.01), 17, 17));
    }

    @Test
    void whatIsDroppedIsTheSameAsIfItHadNeverStopped() throws IOException {
        try (Network network = Network.builder(ToyText.TOKENS).lstm(7).dropout(0.3).recurrentDropout(0.2).gru(4)
                .variationalDropout(0.2).zoneout(0.1, 0).softmax(ToyText.TOKENS).build(3, kernels);
                Training whole = trainer(network, Adam.of(0.01), 4, 6).seed(9).start(TOKENS);
                Training stopped = trainer(network, Adam.of(0.01), 4, 6).seed(9).start(TOKENS);
                Training other = trainer(network, Adam.of(0.01), 4, 6).seed(10).start(TOKENS)) {
            whole.step();
            whole.save(file, Map.of());
            TrainingStep second = whole.step();
            stopped.restore(file);
            assertEquals(second, stopped.step());
            other.step();
            assertNotEquals(second.loss(), other.step().loss());
        }
    }

    private static Trainer trainer(Network network, Optimizer optimizer, int k1, int k2) {
        return Trainer.of(network).optimizer(optimizer).truncatedBptt(k1, k2).batch(2).clipNorm(1);
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void fromEveryStepOn(CellKind kind, Input input, Optimizer optimizer, int k1, int k2) throws IOException {
        try (Network network = ToyText.network(input, kind, 3, kernels, 7, 4);
                Network other = ToyText.network(input, kind, 4, kernels, 7, 4);
                Training whole = trainer(network, optimizer, k1, k2).start(TOKENS)) {
            List<TrainingStep> steps = new ArrayList<>();
            for (int i = 0; i < STEPS; i++) {
                whole.save(directory.resolve(i + ".safetensors"), Map.of());
                steps.add(whole.step());
            }
            Weights weights = Weights.of(whole.parameters());
            for (int saved = 0; saved < STEPS; saved++) {
                try (Training training = trainer(other, optimizer, k1, k2).start(TOKENS)) {
                    training.restore(directory.resolve(saved + ".safetensors"));
                    assertEquals(saved, training.steps());
                    for (int i = saved; i < STEPS; i++) {
                        assertEquals(steps.get(i), training.step(), "saved at " + saved);
                    }
                    weights.assertSame(training.parameters());
                }
            }
        }
    }

    @Test
    void aTrainingThatIsElsewhereGoesBack() throws IOException {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 7);
                Training training = trainer(network, Adam.of(0.01), 4, 10).start(TOKENS)) {
            training.step();
            training.step();
            training.save(file, Map.of());
            List<TrainingStep> steps = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                steps.add(training.step());
            }
            Weights weights = Weights.of(training.parameters());
            training.restore(file);
            for (int i = 0; i < 6; i++) {
                assertEquals(steps.get(i), training.step());
            }
            weights.assertSame(training.parameters());
        }
    }

    @Test
    void savingChangesNothing() throws IOException {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 7);
                Training saved = trainer(network, Adam.of(0.01), 4, 10).start(TOKENS);
                Training unsaved = trainer(network, Adam.of(0.01), 4, 10).start(TOKENS)) {
            for (int i = 0; i < STEPS; i++) {
                saved.save(file, Map.of());
                assertEquals(unsaved.step(), saved.step());
            }
        }
    }

    @Test
    void notesAreKeptInTheMetadata() throws IOException {
        Map<String, String> notes = Map.of("text", "shake\nspeare \ud83c\udf00", "best", "1.25");
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 7);
                Training training = trainer(network, Adam.of(0.01), 4, 4).start(TOKENS)) {
            training.save(file, notes);
        }
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            notes.forEach((key, value) -> assertEquals(value, reader.metadata().get(key)));
        }
    }

    @Test
    void aNoteCannotTakeTheNameOfWhatTheFileSaysItself() throws IOException {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 7);
                Training training = trainer(network, Adam.of(0.01), 4, 4).start(TOKENS)) {
            for (String key : new String[]{"format", "version", "layers", "training"}) {
                assertThrows(IllegalArgumentException.class, () -> training.save(file, Map.of(key, "mine")), key);
            }
        }
    }

    @Test
    void aCheckpointIsANetworksFile() throws IOException {
        Vocabulary vocabulary = Vocabulary.ofCharacters("a\n\"\ud83c\udf00\u0000");
        try (Network network = Network.builder(5).gru(6).lstm(3).softmax(5).vocabulary(vocabulary).build(1, kernels);
                Training training = trainer(network, Adam.of(0.01), 4, 10).start(TOKENS)) {
            training.step();
            training.save(file, Map.of("text", "toy"));
            try (Network loaded = Network.load(file, kernels)) {
                assertEquals(network.architecture(), loaded.architecture());
                assertEquals(Optional.of(vocabulary), loaded.vocabulary());
                Weights.of(training.parameters()).assertSame(loaded.parameters());
            }
        }
    }

    @Test
    void aTrainingCanBeRestoredFromTheNetworkOfItsCheckpoint() throws IOException {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 7);
                Training training = trainer(network, Adam.of(0.01), 4, 10).start(TOKENS)) {
            training.step();
            training.save(file, Map.of());
            try (Network loaded = Network.load(file, kernels);
                    Training again = trainer(loaded, Adam.of(0.01), 4, 10).start(TOKENS)) {
                again.restore(file);
                assertEquals(training.step(), again.step());
            }
        }
    }
}
