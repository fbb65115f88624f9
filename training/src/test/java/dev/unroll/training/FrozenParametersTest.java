package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrozenParametersTest extends OnBackendUnderTest {
    private static final String EMBEDDING = "embedding.weight";
    private static final List<String> LAYER = List.of("layer0.weight", "layer0.bias");
    private static final int[] TEXT = ToyText.random(1, 200);

    private final Network network = ToyText.network(new Input.Embedding(ToyText.TOKENS, 4), CellKind.LSTM, 3, kernels,
            6);

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    private Trainer trainer() {
        return Trainer.of(network).optimizer(Adam.of(0.01).weightDecay(0.1)).batch(2).truncatedBptt(5);
    }

    @Test
    void whatIsFrozenKeepsEveryBitAndTheRestIsTrained() {
        Weights before = Weights.of(network.parameters());
        try (Training training = trainer().freeze("embedding", "layer0.bias").start(TEXT)) {
            training.run(10);
            training.parameters().asMap().forEach((name, after) -> assertEquals(
                    Set.of(EMBEDDING, "layer0.bias").contains(name),
                    Arrays.equals(before.values().get(name), after.toArray()), name));
        }
    }

    /** Without clipping and decay the parameters move each on its own. */
    @Test
    void theFirstStepMovesTheRestAsIfNothingWereFrozen() {
        Trainer plain = trainer().optimizer(Sgd.of(0.1)).clipping(Clipping.norm(Double.POSITIVE_INFINITY));
        try (Training all = plain.start(TEXT); Training some = plain.freeze("layer0").start(TEXT)) {
            assertEquals(all.step().loss(), some.step().loss());
            all.parameters().asMap().forEach((name, matrix) -> assertArrayEquals(
                    (LAYER.contains(name) ? network.parameters() : all.parameters()).get(name).toArray(),
                    some.parameters().get(name).toArray(), name));
        }
    }

    @Test
    void normsAreOfWhatIsTrained() {
        try (Training training = trainer().freeze("layer0", "embedding").start(TEXT)) {
            GradientNorms norms = training.step().norms();
            assertEquals(Set.of("head.weight", "head.bias"), norms.byParameter().keySet());
            assertTrue(norms.global() > 0);
        }
    }

    @Test
    void aTrainingGoesOnFromItsCheckpointToTheSameBits(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("checkpoint.safetensors");
        Trainer frozen = trainer().freeze("embedding");
        try (Training one = frozen.start(TEXT);
                Training other = frozen.start(TEXT);
                Training all = trainer().start(TEXT)) {
            one.run(7);
            one.save(file, Map.of());
            one.run(15);
            other.restore(file);
            other.run(15);
            Weights.of(one.parameters()).assertSame(other.parameters());
            assertThrows(IOException.class, () -> all.restore(file));
            assertEquals(0, all.steps());
        }
    }

    @Test
    void namesThatAreNoneOfTheNetworksAreRefused() {
        assertEquals(
                "trainer: 'layer' is to be frozen; wanted one or more of [embedding.weight, layer0.weight, layer0.bias,"
                        + " head.weight, head.bias]",
                assertThrows(IllegalArgumentException.class, () -> trainer().freeze("layer")).getMessage());
    }

    @Test
    void somethingIsLeftToTrain() {
        Trainer some = trainer().freeze("layer0", "embedding");
        assertFalse(some.frozen().isEmpty());
        assertThrows(IllegalArgumentException.class, () -> some.freeze("head"));
    }
}
