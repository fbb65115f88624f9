package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EvaluationTest extends OnBackendUnderTest {
    /** The mean of -log p over streams of equal length that each begin with a state of zero. */
    private static double byStepping(Network network, int[] tokens, int batch) {
        float[] p = new float[network.outputSize()];
        int length = (tokens.length - 1) / batch;
        double sum = 0;
        for (int i = 0; i < batch; i++) {
            Session session = network.newSession();
            for (int t = i * length; t < (i + 1) * length; t++) {
                session.step(tokens[t], p);
                sum -= Math.log(p[tokens[t + 1]]);
            }
        }
        return sum / (batch * length);
    }

    @ParameterizedTest
    @CsvSource({"61, 4, 15, 4", "62, 4, 7, 4", "101, 3, 10, 3", "2, 1, 1, 1", "30, 1, 100, 1",
            // Too short for four streams of ten steps: three; for one of forty: one.
            "38, 4, 10, 3", "38, 4, 40, 1", "5, 100, 1, 4"})
    void crossEntropyIsTheMeanOfWhatSessionsSay(int count, int batch, int time, int streams) {
        int[] tokens = ToyText.random(count, count);
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 13, 6);
                Evaluation evaluation = new Evaluation(network.weights(), tokens, batch, time)) {
            assertEquals(byStepping(network, tokens, streams), evaluation.crossEntropy(), 1e-5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCellIsEvaluated(CellKind kind) {
        int[] tokens = ToyText.random(1, 100);
        try (Network network = ToyText.network(new Input.Embedding(ToyText.TOKENS, 3), kind, 3, kernels, 13);
                Evaluation evaluation = new Evaluation(network.weights(), tokens, 2, 10)) {
            assertEquals(byStepping(network, tokens, 2), evaluation.crossEntropy(), 1e-5);
        }
    }

    @Test
    void aSecondRunGivesTheSameBits() {
        try (Network network = ToyText.network(CellKind.GRU, 3, kernels, 13);
                Evaluation evaluation = new Evaluation(network.weights(), ToyText.random(1, 100), 3, 10)) {
            assertEquals(evaluation.crossEntropy(), evaluation.crossEntropy(), 0);
        }
    }

    @Test
    void anEvaluationOfATrainingSeesTheWeightsOfTheMoment() {
        int[] tokens = ToyText.repeating(200);
        try (Network network = ToyText.network(CellKind.GRU, 3, kernels, 8);
                Training training = Trainer.of(network).optimizer(Adam.of(0.01)).truncatedBptt(10).batch(4)
                        .start(tokens);
                Evaluation evaluation = training.evaluation(tokens)) {
            for (int step = 0; step < 5; step++) {
                try (Network moment = training.network()) {
                    assertEquals(byStepping(moment, tokens, 4), evaluation.crossEntropy(), 1e-5, "step " + step);
                }
                training.step();
            }
        }
    }

    private static void refused(int[] tokens, int batch, int time) {
        try (Network network = ToyText.network(CellKind.GRU, 3, kernels, 8)) {
            assertThrows(IllegalArgumentException.class, () -> new Evaluation(network.weights(), tokens, batch, time));
        }
    }

    @Test
    void aTextWithoutATargetIsRefused() {
        refused(new int[0], 1, 1);
        refused(new int[1], 1, 1);
    }

    @Test
    void numbersBelowOneAreRefused() {
        refused(new int[9], 0, 3);
        refused(new int[9], 1, 0);
        refused(new int[9], 1, -1);
    }

    @Test
    void aTokenThatTheNetworkDoesNotKnowIsRefused() {
        try (Network network = ToyText.network(CellKind.GRU, 3, kernels, 8);
                Evaluation evaluation = new Evaluation(network.weights(), new int[]{0, 1, ToyText.TOKENS, 0}, 1, 2)) {
            assertThrows(IndexOutOfBoundsException.class, evaluation::crossEntropy);
        }
    }
}
