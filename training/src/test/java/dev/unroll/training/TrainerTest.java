package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.training.Loss.Reduction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
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
        assertEquals(
                new Trainer(network, new Loss.CrossEntropy(0, -1, Reduction.MEAN), new Adam(0.002, 0.9, 0.999, 1e-8),
                        new RateSchedule.Constant(), Optional.empty(),
                        new Clipping(5, Double.POSITIVE_INFINITY), OptionalInt.empty(), 1, 10, 1,
                        new TeacherForcing.Always(), Set.of()),
                Trainer.of(network));
    }

    @Test
    void eachSettingReplacesOneAndLeavesTheOriginal() {
        Trainer trainer = Trainer.of(network);
        Loss loss = new Loss.CrossEntropy(Reduction.SUM);
        RateSchedule schedule = new RateSchedule.Cosine(10, 0.1).warmUp(3);
        Trainer other = trainer.loss(loss).optimizer(Sgd.of(1)).schedule(schedule).truncatedBptt(3, 7).batch(2)
                .clipNorm(Double.POSITIVE_INFINITY).clipValue(3).replicas(2).patience(7).seed(8)
                .teacherForcing(new TeacherForcing.Linear(9, 0.1)).freeze("head").freeze("layer0.weight");
        assertEquals(new Trainer(network, loss, Sgd.of(1), schedule, Optional.of(new TruncatedBptt(3, 7)),
                new Clipping(Double.POSITIVE_INFINITY, 3), OptionalInt.of(2), 2, 7, 8,
                new TeacherForcing.Linear(9, 0.1), Set.of("head", "layer0.weight")), other);
        assertEquals(Optional.of(new TruncatedBptt(9, 9)), trainer.truncatedBptt(9).bptt());
        assertEquals(Optional.of(TruncatedBptt.full()), trainer.bptt(TruncatedBptt.full()).bptt());
        assertEquals(Trainer.of(network), trainer);
    }

    private static void refused(String message, Runnable making) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, making::run).getMessage());
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        Trainer trainer = Trainer.of(network);
        refused("trainer: batch is 0; wanted 1 or more", () -> trainer.batch(0));
        refused("clipping: norm is 0.0; wanted above 0", () -> trainer.clipNorm(0));
        refused("clipping: norm is NaN; wanted above 0", () -> trainer.clipNorm(Double.NaN));
        refused("clipping: value is -1.0; wanted above 0", () -> trainer.clipValue(-1));
        refused("trainer: replicas is 0; wanted 1 or more", () -> trainer.replicas(0));
        refused("trainer: patience is -1; wanted 0 or more", () -> trainer.patience(-1));
        refused("trainer: SquaredError[reduction=MEAN] for a network with a SOFTMAX head; wanted a LINEAR head",
                () -> trainer.loss(new Loss.SquaredError(Reduction.MEAN)));
        refused("truncated BPTT: checkpointEvery is -1; wanted 0 or more",
                () -> trainer.bptt(new TruncatedBptt(3, 3).checkpointing(-1)));
        refused("truncated BPTT: k1 is 0; wanted 1 or more", () -> trainer.truncatedBptt(0));
        refused("truncated BPTT: k2 is 4; wanted 5 or more", () -> trainer.truncatedBptt(5, 4));
    }

    @Test
    void aTextIsCutIntoWindowsAndSequencesAreNot() {
        Trainer trainer = Trainer.of(network);
        try (Training text = trainer.start(ToyText.random(1, 32 * 60 + 1));
                Training sequences = trainer.start(BucketedBatches.byLength(ToySequences.ofTokens(1, 40, 90), 8))) {
            assertEquals(32 * 50, text.step().steps());
            assertEquals(new TruncatedBptt(50, 50), text.bptt());
            int longest = (int) sequences.batches().longest();
            assertTrue(longest > 50);
            assertEquals(new TruncatedBptt(longest, longest), sequences.bptt());
        }
    }

    @Test
    void aBatchOfATextIsRefusedWhereBatchesHaveAnother() {
        Batches batches = BucketedBatches.byLength(ToySequences.ofTokens(1, 40, 9), 8);
        refused("training: a batch of 4 for batches of 8; wanted none, which is for texts",
                () -> Trainer.of(network).batch(4).start(batches));
        Trainer.of(network).batch(8).start(batches).close();
    }

    @Test
    void aTextTooShortForAWindowIsRefused() {
        refused("training: a text of 20 tokens for 4 streams of a window of 5; wanted 21 or more",
                () -> Trainer.of(network).batch(4).truncatedBptt(5).start(new int[20]));
    }

    @Test
    void aNetworkOfFeaturesIsRefused() {
        try (Network features = ToyText.network(new Input.Features(3), CellKind.RNN, 1, kernels, 4)) {
            refused("training: a text for a network that reads features; wanted batches of features",
                    () -> Trainer.of(features).start(new int[10_000]));
        }
    }

    @Test
    void fitTellsTheListenerOfEachStepInOrder() {
        Trainer trainer = Trainer.of(network).batch(2).truncatedBptt(4);
        List<Long> numbers = new ArrayList<>();
        List<Long> tokens = new ArrayList<>();
        try (Network trained = trainer.fit(ToyText.repeating(21), 5, (_, step) -> {
            numbers.add(step.number());
            tokens.add(step.steps());
        })) {
            assertEquals(network.architecture(), trained.architecture());
        }
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), numbers);
        // Streams of ten tokens: windows of 4, 4 and 2, and from the begin again.
        assertEquals(List.of(8L, 8L, 4L, 8L, 8L), tokens);
    }

    @Test
    void fitIsSteppingATraining() {
        Trainer trainer = Trainer.of(network).batch(2).truncatedBptt(4);
        int[] tokens = ToyText.random(1, 30);
        try (Network fitted = trainer.fit(tokens, 7, (_, _) -> {
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
        try (Network fitted = Trainer.of(network).batch(2).truncatedBptt(4).fit(ToyText.random(1, 30), 0, (_, _) -> {
        })) {
            Weights.of(network.parameters()).assertSame(fitted.parameters());
        }
    }
}
