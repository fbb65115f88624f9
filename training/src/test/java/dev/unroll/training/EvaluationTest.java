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
    @CsvSource({"401, 4, 4", "402, 4, 4", "451, 3, 3", "2, 1, 1", "130, 1, 1",
            // Too short for four streams of fifty tokens: three; for two: one.
            "190, 4, 3", "99, 4, 1", "5, 100, 1"})
    void theLossIsTheMeanOfWhatSessionsSay(int count, int batch, int streams) {
        int[] tokens = ToyText.random(count, count);
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 13, 6);
                Evaluation evaluation = Evaluation.of(network.weights(), Tokens.of(tokens), batch)) {
            assertEquals(byStepping(network, tokens, streams), evaluation.loss(), 1e-5);
        }
    }

    /** More rows than a block has. */
    @Test
    void theStateIsCarriedThroughALongText() {
        int[] tokens = ToyText.random(1, 5001);
        try (Network network = ToyText.network(CellKind.GRU, 3, kernels, 13);
                Evaluation evaluation = Evaluation.of(network.weights(), Tokens.of(tokens), 2)) {
            assertEquals(byStepping(network, tokens, 2), evaluation.loss(), 1e-5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyCellIsEvaluated(CellKind kind) {
        int[] tokens = ToyText.random(1, 101);
        try (Network network = ToyText.network(new Input.Embedding(ToyText.TOKENS, 3), kind, 3, kernels, 13);
                Evaluation evaluation = Evaluation.of(network.weights(), Tokens.of(tokens), 2)) {
            assertEquals(byStepping(network, tokens, 2), evaluation.loss(), 1e-5);
        }
    }

    @Test
    void aSecondRunGivesTheSameBits() {
        try (Network network = ToyText.network(CellKind.GRU, 3, kernels, 13);
                Evaluation evaluation = Evaluation.of(network.weights(), Tokens.of(ToyText.random(1, 100)), 3)) {
            assertEquals(evaluation.loss(), evaluation.loss(), 0);
        }
    }

    @Test
    void anEvaluationOfATrainingSeesTheWeightsOfTheMoment() {
        int[] tokens = ToyText.repeating(201);
        try (Network network = ToyText.network(CellKind.GRU, 3, kernels, 8);
                Training training = Trainer.of(network).optimizer(Adam.of(0.01)).truncatedBptt(10).batch(4)
                        .start(tokens);
                Evaluation evaluation = training.evaluation(Tokens.of(tokens))) {
            for (int step = 0; step < 5; step++) {
                try (Network moment = training.network()) {
                    assertEquals(byStepping(moment, tokens, 4), evaluation.loss(), 1e-5, "step " + step);
                }
                training.step();
            }
        }
    }

    private static void refused(int[] tokens, int batch) {
        try (Network network = ToyText.network(CellKind.GRU, 3, kernels, 8)) {
            assertThrows(IllegalArgumentException.class,
                    () -> Evaluation.of(network.weights(), Tokens.of(tokens), batch));
        }
    }

    @Test
    void aTextWithoutATargetIsRefused() {
        refused(new int[0], 1);
        refused(new int[1], 1);
    }

    @Test
    void aBatchBelowOneIsRefused() {
        refused(new int[9], 0);
        refused(new int[9], -1);
    }

    @Test
    void aTokenThatTheNetworkDoesNotKnowIsRefused() {
        try (Network network = ToyText.network(CellKind.GRU, 3, kernels, 8);
                Evaluation evaluation = Evaluation.of(network.weights(), Tokens.of(0, 1, ToyText.TOKENS, 0), 1)) {
            assertThrows(IndexOutOfBoundsException.class, evaluation::loss);
        }
    }
}
