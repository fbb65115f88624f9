package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch that is cut into replicas trains as the whole, and to the same bits on any number of threads. */
class ReplicasTest extends OnBackendUnderTest {
    private static final int[] TOKENS = ToyText.random(1, 400);

    @ParameterizedTest
    @CsvSource({"1, 4, 4", "2, 4, 4", "3, 5, 5", "7, 4, 9", "7, 3, 7"})
    void lossesAndGradientsAreThoseOfTheWhole(int replicas, int k1, int k2) {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 13, 5);
                Training whole = Trainer.of(network).batch(7).truncatedBptt(k1, k2).start(TOKENS);
                Training cut = Trainer.of(network).batch(7).truncatedBptt(k1, k2).replicas(replicas).start(TOKENS)) {
            for (int i = 0; i < 12; i++) {
                TrainingStep wanted = whole.step();
                TrainingStep step = cut.step();
                assertEquals(wanted.loss(), step.loss(), 1e-4);
                assertEquals(wanted.gradientNorm(), step.gradientNorm(), 1e-3 * wanted.gradientNorm());
                assertEquals(wanted.steps(), step.steps());
            }
        }
    }

    @Test
    void sequencesOfDifferentLengthsToo() {
        Sequences examples = ToySequences.withValues(5, 40, 30);
        try (Network network = Network.builder(new Input.Features(ToySequences.FEATURES)).gru(5).bidirectional()
                .linear(ToySequences.VALUES).build(1, kernels)) {
            Trainer trainer = Trainer.of(network).bptt(TruncatedBptt.full());
            try (Training whole = trainer.start(BucketedBatches.shuffled(examples, 6, 1));
                    Training cut = trainer.replicas(4).start(BucketedBatches.shuffled(examples, 6, 1))) {
                for (int i = 0; i < 10; i++) {
                    TrainingStep wanted = whole.step();
                    TrainingStep step = cut.step();
                    assertEquals(wanted.loss(), step.loss(), 1e-4);
                    assertEquals(wanted.gradientNorm(), step.gradientNorm(), 1e-3 * wanted.gradientNorm());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void anyNumberOfThreadsGivesTheSameBits(int threads) {
        Backend backend = kernels.backend() == Backend.OPENBLAS ? Backend.SCALAR : kernels.backend();
        List<TrainingStep> steps = new ArrayList<>();
        try (Kernels one = backend.open(1);
                Network network = ToyText.network(CellKind.GRU, 3, one, 33);
                Training training = Trainer.of(network).batch(8).truncatedBptt(6).replicas(4).start(TOKENS)) {
            for (int i = 0; i < 12; i++) {
                steps.add(training.step());
            }
        }
        try (Kernels some = backend.open(threads);
                Network network = ToyText.network(CellKind.GRU, 3, some, 33);
                Training training = Trainer.of(network).batch(8).truncatedBptt(6).replicas(4).start(TOKENS)) {
            for (TrainingStep wanted : steps) {
                assertEquals(wanted, training.step());
            }
        }
    }

    @Test
    void eachDropsOtherUnits() {
        try (Network network = Network.builder(ToyText.TOKENS).rnn(64).dropout(0.5).softmax(ToyText.TOKENS).build(1,
                kernels);
                Training one = Trainer.of(network).batch(2).truncatedBptt(3).replicas(2).seed(1).start(same());
                Training two = Trainer.of(network).batch(2).truncatedBptt(3).replicas(2).seed(1).start(same())) {
            assertEquals(one.step(), two.step());
            // Both sequences are one text: with the same masks the loss would be that of either alone.
            try (Training alone = Trainer.of(network).batch(1).truncatedBptt(3).seed(1).start(ToyText.repeating(7))) {
                double either = alone.step().loss();
                try (Training both = Trainer.of(network).batch(2).truncatedBptt(3).replicas(2).seed(1).start(same())) {
                    assertNotEquals(either, both.step().loss(), 1e-6);
                }
            }
        }
    }

    private static Batches same() {
        int[][] tokens = {ToyText.repeating(6), ToyText.repeating(6)};
        int[][] classes = {{1, 2, 3, 4, 0, 1}, {1, 2, 3, 4, 0, 1}};
        return BucketedBatches.byLength(Sequences.ofTokens(tokens).withClasses(classes), 2);
    }

    @Test
    void moreReplicasThanSequencesAreRefused() {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 5)) {
            assertEquals("unrolled network: 3 replicas of a batch of 2; wanted 1 to 2",
                    assertThrows(IllegalArgumentException.class,
                            () -> Trainer.of(network).batch(2).truncatedBptt(4).replicas(3).start(TOKENS))
                            .getMessage());
        }
    }
}
