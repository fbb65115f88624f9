package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingTest extends OnBackendUnderTest {
    /** Runs two trainings side by side and compares every bit of what they say and do. */
    private static void assertSame(Trainer one, Trainer two, int[] tokens, int steps) {
        try (Training first = one.start(tokens); Training second = two.start(tokens)) {
            for (int i = 0; i < steps; i++) {
                assertEquals(first.step(), second.step());
            }
            Weights.of(first.parameters()).assertSame(second.parameters());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameSeedAndSettingsGiveTheSameBits(CellKind kind) {
        int[] tokens = ToyText.random(1, 100);
        try (Network one = ToyText.network(kind, 3, kernels, 13, 5);
                Network two = ToyText.network(kind, 3, kernels, 13, 5)) {
            assertSame(Trainer.of(one).batch(3).truncatedBptt(4, 6), Trainer.of(two).batch(3).truncatedBptt(4, 6),
                    tokens, 12);
        }
    }

    /** Large enough for the threads to share the work. */
    @Test
    void threadsThatShareTheWorkGiveTheSameBitsEachTime() {
        int[] tokens = ToyText.random(1, 600);
        try (Kernels two = Backend.auto(2); Network network = ToyText.network(CellKind.LSTM, 3, two, 64)) {
            Trainer trainer = Trainer.of(network).batch(16).truncatedBptt(6);
            for (int round = 0; round < 3; round++) {
                assertSame(trainer, trainer, tokens, 8);
            }
        }
    }

    /** OpenBLAS may add in another order where it has other rows at a time. */
    @ParameterizedTest
    @EnumSource
    void theNumberOfThreadsDoesNotChangeABit(CellKind kind) {
        assumeTrue(kernels.backend() != Backend.OPENBLAS);
        int[] tokens = ToyText.random(1, 600);
        try (Kernels three = kernels.backend().open(3);
                Network banded = ToyText.network(kind, 3, three, 24, 17);
                Network whole = ToyText.network(kind, 3, kernels, 24, 17)) {
            assertSame(Trainer.of(whole).batch(13).truncatedBptt(6), Trainer.of(banded).batch(13).truncatedBptt(6),
                    tokens, 12);
        }
    }

    /** Each is as hard for a network that has not found the order of the letters: log 5 = 1.6. */
    @ParameterizedTest
    @EnumSource
    void aRepeatingTextIsLearnt(CellKind kind) {
        int[] tokens = ToyText.repeating(500);
        try (Network network = ToyText.network(kind, 3, kernels, 16);
                Training training = Trainer.of(network).optimizer(Adam.of(0.02)).batch(4).truncatedBptt(10)
                        .start(tokens);
                Evaluation evaluation = training.evaluation(Tokens.of(tokens))) {
            double first = training.step().loss();
            double last = first;
            while (training.steps() < 100) {
                last = training.step().loss();
            }
            assertEquals(Math.log(ToyText.TOKENS), first, 0.5);
            assertTrue(last < 0.1, "loss " + last);
            assertTrue(evaluation.loss() < 0.1, "cross entropy " + evaluation.loss());
        }
    }

    @Test
    void anEmbeddingIsLearntToo() {
        int[] tokens = ToyText.repeating(500);
        try (Network network = ToyText.network(new Input.Embedding(ToyText.TOKENS, 4), CellKind.LSTM, 3, kernels, 12,
                12);
                Training training = Trainer.of(network).optimizer(Sgd.of(2)).batch(4).truncatedBptt(10)
                        .start(tokens)) {
            double loss = training.step().loss();
            while (training.steps() < 200) {
                loss = training.step().loss();
            }
            assertTrue(loss < 0.1, "loss " + loss);
        }
    }

    @Test
    void theNetworkToBeginFromStaysAsItIs() {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 8)) {
            Weights before = Weights.of(network.parameters());
            Trainer.of(network).batch(2).truncatedBptt(5).fit(ToyText.random(1, 50), 3, (_, _) -> {
            }).close();
            before.assertSame(network.parameters());
        }
    }

    @Test
    void aNetworkOfTheMomentStaysAsItIsWhenTrainingGoesOn() {
        float[] before = new float[ToyText.TOKENS];
        float[] after = new float[ToyText.TOKENS];
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 8);
                Training training = Trainer.of(network).batch(2).truncatedBptt(5).start(ToyText.random(1, 50))) {
            training.step();
            try (Network moment = training.network()) {
                Weights weights = Weights.of(moment.parameters());
                weights.assertSame(training.parameters());
                moment.newSession().step(2, before);
                training.step();
                moment.newSession().step(2, after);
                assertArrayEquals(before, after);
                weights.assertSame(moment.parameters());
                assertFalse(Arrays.equals(weights.values().get("layer0.weight"),
                        training.parameters().get("layer0.weight").toArray()));
            }
        }
    }

    @Test
    void aNetworkOfTheMomentOutlivesTheTraining() {
        float[] p = new float[ToyText.TOKENS];
        try (Network network = ToyText.network(CellKind.RNN, 3, kernels, 8)) {
            Training training = Trainer.of(network).batch(2).truncatedBptt(5).start(ToyText.random(1, 50));
            try (Network moment = training.network()) {
                training.close();
                moment.newSession().step(0, p);
            }
        }
        assertTrue(p[0] > 0);
    }

    /** With weights that stand still, each time through the text gives the losses of the first. */
    @Test
    void theStateIsZeroEachTimeTheTextBegins() {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 8);
                Training training = Trainer.of(network).optimizer(Sgd.of(1e-30)).batch(2).truncatedBptt(4, 9)
                        .start(ToyText.random(1, 39))) {
            double[] first = new double[5];
            Arrays.setAll(first, i -> training.step().loss());
            double[] second = new double[5];
            Arrays.setAll(second, i -> training.step().loss());
            assertArrayEquals(first, second);
        }
    }

    @Test
    void aTokenThatTheNetworkDoesNotKnowIsRefused() {
        for (int bad : new int[]{-1, ToyText.TOKENS}) {
            int[] tokens = ToyText.random(1, 50);
            tokens[3] = bad;
            try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 8);
                    Training training = Trainer.of(network).batch(2).truncatedBptt(5).start(tokens)) {
                assertThrows(IndexOutOfBoundsException.class, training::step);
            }
        }
    }

    @Test
    void aClosedTrainingDoesNotStep() {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 8)) {
            Training training = Trainer.of(network).batch(2).truncatedBptt(5).start(ToyText.random(1, 50));
            training.close();
            training.close();
            assertThrows(IllegalStateException.class, training::step);
        }
    }
}
