package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrainerTest extends OnBackendUnderTest {
    private final Network network = ToyText.network(CellKind.GRU, 3, kernels, 8);

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    @Test
    void defaultsAreTheDocumentedOnes() {
        assertEquals(new Trainer(network, new Adam(0.002, 0.9, 0.999, 1e-8), new TruncatedBptt(50, 50), 32, 5, 1),
                Trainer.of(network));
    }

    @Test
    void eachSettingReplacesOneAndLeavesTheOriginal() {
        Trainer trainer = Trainer.of(network);
        Trainer other = trainer.optimizer(Sgd.of(1)).truncatedBptt(3, 7).batch(2)
                .clipNorm(Double.POSITIVE_INFINITY).seed(8);
        assertEquals(new Trainer(network, Sgd.of(1), new TruncatedBptt(3, 7), 2, Double.POSITIVE_INFINITY, 8), other);
        assertEquals(new TruncatedBptt(9, 9), trainer.truncatedBptt(9).bptt());
        assertEquals(Trainer.of(network), trainer);
    }

    private static void refused(String message, Runnable making) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, making::run).getMessage());
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        Trainer trainer = Trainer.of(network);
        refused("trainer: batch is 0; wanted 1 or more", () -> trainer.batch(0));
        refused("trainer: clipNorm is 0.0; wanted above 0", () -> trainer.clipNorm(0));
        refused("trainer: clipNorm is NaN; wanted above 0", () -> trainer.clipNorm(Double.NaN));
        refused("truncated BPTT: k1 is 0; wanted 1 or more", () -> trainer.truncatedBptt(0));
        refused("truncated BPTT: k2 is 4; wanted 5 or more", () -> trainer.truncatedBptt(5, 4));
    }

    @Test
    void aTextTooShortForAWindowIsRefused() {
        refused("streams: 20 tokens for 4 streams of a window of 5; wanted 21 or more",
                () -> Trainer.of(network).batch(4).truncatedBptt(5).start(new int[20]));
    }

    @Test
    void aNetworkOfFeaturesIsRefused() {
        try (Network features = ToyText.network(new Input.Features(3), CellKind.RNN, 1, kernels, 4)) {
            refused("training: the network reads features; wanted one that reads tokens",
                    () -> Trainer.of(features).start(new int[10_000]));
        }
    }

    @Test
    void fitTellsTheListenerOfEachStepInOrder() {
        Trainer trainer = Trainer.of(network).batch(2).truncatedBptt(4);
        List<Long> numbers = new ArrayList<>();
        List<Integer> tokens = new ArrayList<>();
        try (Network trained = trainer.fit(ToyText.repeating(21), 5, step -> {
            numbers.add(step.number());
            tokens.add(step.tokens());
        })) {
            assertEquals(network.architecture(), trained.architecture());
        }
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), numbers);
        // Streams of ten tokens: windows of 4, 4 and 2, and from the begin again.
        assertEquals(List.of(8, 8, 4, 8, 8), tokens);
    }

    @Test
    void fitIsSteppingATraining() {
        Trainer trainer = Trainer.of(network).batch(2).truncatedBptt(4);
        int[] tokens = ToyText.random(1, 30);
        try (Network fitted = trainer.fit(tokens, 7, step -> {
        });
                Training training = trainer.start(tokens)) {
            while (training.steps() < 7) {
                training.step();
            }
            Weights.of(fitted.parameters()).assertSame(training.parameters());
        }
    }

    @Test
    void noStepsLeaveTheWeightsAsTheyWere() {
        try (Network fitted = Trainer.of(network).batch(2).truncatedBptt(4).fit(ToyText.random(1, 30), 0, step -> {
        })) {
            Weights.of(network.parameters()).assertSame(fitted.parameters());
        }
    }
}
