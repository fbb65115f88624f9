package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.tensor.Matrix;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SessionTest extends OnBackendUnderTest {
    private static final int TIME = 11;
    private static final int CLASSES = 9;

    static Stream<Arguments> networks() {
        int[][] layers = {{13}, {13, 17}};
        return Stream.of(new Input.OneHot(7), new Input.Embedding(7, 5), new Input.Features(5)).flatMap(input -> Stream
                .of(CellKind.values()).flatMap(kind -> Arrays.stream(layers).map(sizes -> Arguments.of(input, kind,
                        sizes))));
    }

    /** Any stream of tokens, or of features. */
    private static final class Stimulus {
        private final Input input;
        private final int[] tokens;
        private final float[][] features;

        Stimulus(Input input, long seed) {
            Random random = new Random(seed);
            this.input = input;
            this.tokens = random.ints(TIME, 0, input.size()).toArray();
            this.features = new float[TIME][input.size()];
            for (float[] row : features) {
                for (int j = 0; j < row.length; j++) {
                    row[j] = (float) random.nextGaussian();
                }
            }
        }

        float[][] through(Session session) {
            float[][] probabilities = new float[TIME][CLASSES];
            for (int t = 0; t < TIME; t++) {
                if (input instanceof Input.Features) {
                    session.step(features[t], probabilities[t]);
                } else {
                    session.step(tokens[t], probabilities[t]);
                }
            }
            return probabilities;
        }

        float[][] through(NetworkTrace trace) {
            if (input instanceof Input.Features) {
                for (int t = 0; t < TIME; t++) {
                    trace.input().features().at(t).copyFrom(features[t]);
                }
            } else {
                trace.setTokens(tokens, 0, 0, TIME);
            }
            trace.forward(TIME);
            Matrix logits = trace.logits(0, TIME);
            kernels.softmax(logits, logits);
            float[][] probabilities = new float[TIME][];
            Arrays.setAll(probabilities, t -> logits.row(t).toArray());
            return probabilities;
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void stepsGiveWhatAWindowGives(Input input, CellKind kind, int[] layers) {
        Stimulus stimulus = new Stimulus(input, 3);
        try (Network network = network(input, kind, CLASSES, layers)) {
            float[][] steps = stimulus.through(network.newSession());
            float[][] window = stimulus.through(new NetworkTrace(network.weights(), arena, TIME, 1));
            for (int t = 0; t < TIME; t++) {
                assertArrayEquals(window[t], steps[t], 1e-6f, "time " + t);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void afterAResetTheSameStreamGivesTheSameBits(Input input, CellKind kind, int[] layers) {
        Stimulus stimulus = new Stimulus(input, 4);
        try (Network network = network(input, kind, CLASSES, layers)) {
            Session session = network.newSession();
            float[][] first = stimulus.through(session);
            session.reset();
            assertTrue(Arrays.deepEquals(first, stimulus.through(session)));
        }
    }

    @Test
    void stateIsKeptFromStepToStep() {
        try (Network network = network(new Input.OneHot(7), CellKind.LSTM, CLASSES, 13)) {
            float[][] steps = new float[2][CLASSES];
            Session session = network.newSession();
            session.step(3, steps[0]);
            session.step(3, steps[1]);
            assertTrue(!Arrays.equals(steps[0], steps[1]));
        }
    }

    @Test
    void sessionsOfOneNetworkDoNotSeeEachOther() {
        Stimulus stimulus = new Stimulus(new Input.OneHot(7), 5);
        try (Network network = network(stimulus.input, CellKind.GRU, CLASSES, 13)) {
            float[][] alone = stimulus.through(network.newSession());
            Session one = network.newSession();
            Session other = network.newSession();
            float[] p = new float[CLASSES];
            for (int t = 0; t < TIME; t++) {
                other.step(6 - stimulus.tokens[t], p);
                one.step(stimulus.tokens[t], p);
                assertArrayEquals(alone[t], p, "time " + t);
            }
        }
    }

    @Test
    void probabilitiesAddUpToOne() {
        Stimulus stimulus = new Stimulus(new Input.Features(5), 6);
        try (Network network = network(stimulus.input, CellKind.RNN, CLASSES, 13)) {
            for (float[] p : stimulus.through(network.newSession())) {
                double sum = 0;
                for (float value : p) {
                    assertTrue(value > 0, Arrays.toString(p));
                    sum += value;
                }
                assertEquals(1, sum, 1e-6);
            }
        }
    }

    private static <T extends RuntimeException> void refused(Class<T> type, String message, Runnable step) {
        assertEquals(message, assertThrows(type, step::run).getMessage());
    }

    @Test
    void aTokenThatTheNetworkDoesNotKnowIsRefused() {
        for (Input input : new Input[]{new Input.OneHot(7), new Input.Embedding(7, 5)}) {
            try (Network network = network(input, CellKind.LSTM, CLASSES, 13)) {
                Session session = network.newSession();
                float[] p = new float[CLASSES];
                refused(IndexOutOfBoundsException.class, "step: token 7; wanted 0 to 6", () -> session.step(7, p));
                refused(IndexOutOfBoundsException.class, "step: token -1; wanted 0 to 6", () -> session.step(-1, p));
            }
        }
    }

    @Test
    void arraysOfAnotherLengthAreRefused() {
        try (Network network = network(new Input.Features(5), CellKind.LSTM, CLASSES, 13)) {
            Session session = network.newSession();
            refused(IllegalArgumentException.class, "step: output has length 8; wanted 9",
                    () -> session.step(new float[5], new float[8]));
            refused(IllegalArgumentException.class, "step: features has length 6; wanted 5",
                    () -> session.step(new float[6], new float[9]));
        }
    }

    @Test
    void tokensForFeaturesAndFeaturesForTokensAreRefused() {
        float[] p = new float[CLASSES];
        try (Network network = network(new Input.Features(5), CellKind.LSTM, CLASSES, 13)) {
            Session session = network.newSession();
            refused(IllegalArgumentException.class,
                    "step: a token for a network that reads features; wanted a float[]", () -> session.step(0, p));
        }
        try (Network network = network(new Input.OneHot(7), CellKind.LSTM, CLASSES, 13)) {
            Session session = network.newSession();
            refused(IllegalArgumentException.class,
                    "step: features for a network that reads tokens; wanted an index",
                    () -> session.step(new float[7], p));
        }
    }

    @Test
    void aRefusedStepLeavesTheStateAsItWas() {
        Stimulus stimulus = new Stimulus(new Input.OneHot(7), 8);
        try (Network network = network(stimulus.input, CellKind.LSTM, CLASSES, 13)) {
            float[][] wanted = stimulus.through(network.newSession());
            Session session = network.newSession();
            float[] p = new float[CLASSES];
            for (int t = 0; t < TIME; t++) {
                assertThrows(IndexOutOfBoundsException.class, () -> session.step(7, p));
                assertThrows(IllegalArgumentException.class, () -> session.step(0, new float[1]));
                session.step(stimulus.tokens[t], p);
                assertArrayEquals(wanted[t], p, "time " + t);
            }
        }
    }
}
