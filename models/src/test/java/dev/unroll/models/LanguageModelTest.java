package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Specifies what a {@link LanguageModel} and a {@link Continuation} measure and draw. */
class LanguageModelTest extends OnBackendUnderTest {
    private static final int SIZE = 9;
    private static final int[] PROMPT = {3, 1, 4, 1, 5};
    private static final int[] TOKENS = {2, 6, 5, 3, 5, 8, 0, 7};

    /** log p of each token by probabilities, stepped by hand. */
    private static double sumOfLogs(Session session, int[] prompt, int... tokens) {
        float[] p = new float[SIZE];
        for (int token : prompt) {
            session.step(token, p);
        }
        double sum = 0;
        for (int token : tokens) {
            sum += Math.log(p[token]);
            session.step(token, p);
        }
        return sum;
    }

    private static int[] concatenated(int[] one, int... other) {
        return IntStream.concat(Arrays.stream(one), Arrays.stream(other)).toArray();
    }

    @ParameterizedTest
    @EnumSource(CellKind.class)
    void logProbabilityIsTheSumOfTheLogsOfTheSteps(CellKind kind) {
        for (Input input : List.of(new Input.OneHot(SIZE), new Input.Embedding(SIZE, 5))) {
            try (Network network = network(input, kind, SIZE, 13, 17)) {
                double wanted = sumOfLogs(network.newSession(), PROMPT, TOKENS);
                assertEquals(wanted, LanguageModel.of(network).after(PROMPT).logProbability(TOKENS), 1e-5);
            }
        }
    }

    @Test
    void probabilitiesOfAllSequencesOfALengthAddUpToOne() {
        try (Network network = network(new Input.OneHot(4), CellKind.LSTM, 4, 13)) {
            Continuation continuation = LanguageModel.of(network).after(2, 1);
            double sum = 0;
            for (int i = 0; i < 4 * 4 * 4 * 4; i++) {
                sum += Math.exp(continuation.logProbability(i % 4, i / 4 % 4, i / 16 % 4, i / 64));
            }
            assertEquals(1, sum, 1e-9);
        }
    }

    @Test
    void theFirstTokenOfAWholeSequenceIsGiven() {
        try (Network network = network(new Input.OneHot(SIZE), CellKind.GRU, SIZE, 13)) {
            LanguageModel model = LanguageModel.of(network);
            int[] all = concatenated(PROMPT, TOKENS);
            double rest = model.after(all[0]).logProbability(Arrays.copyOfRange(all, 1, all.length));
            assertEquals(rest, model.logProbability(all));
            assertEquals(Math.exp(-rest / (all.length - 1)), model.perplexity(all), 1e-12);
            assertEquals(0, model.logProbability(5));
        }
    }

    @Test
    void probabilitiesOfAPromptAndOfWhatFollowMultiply() {
        try (Network network = network(new Input.OneHot(SIZE), CellKind.GRU, SIZE, 13)) {
            LanguageModel model = LanguageModel.of(network);
            assertEquals(model.logProbability(concatenated(PROMPT, TOKENS)),
                    model.logProbability(PROMPT) + model.after(PROMPT).logProbability(TOKENS), 1e-12);
        }
    }

    @Test
    void perplexityOfANetworkThatKnowsNothingIsTheNumberOfTokens() {
        try (Network network = MarkovChain.of(kernels, new float[7][7])) {
            LanguageModel model = LanguageModel.of(network);
            assertEquals(7, model.perplexity(1, 2, 3, 4, 5, 6), 1e-12);
            assertEquals(7, model.after(1).perplexity(0), 1e-12);
        }
    }

    @Test
    void perplexityIsTheGeometricMeanOfOneOverP() {
        try (Network network = MarkovChain.of(kernels, logs(0.5, 0.25, 0.25), logs(0.125, 0.5, 0.375),
                logs(0.2, 0.2, 0.6))) {
            // p(1|0) = 1/4, p(0|1) = 1/8, p(0|0) = 1/2: the cube root of 64.
            assertEquals(4, LanguageModel.of(network).perplexity(0, 1, 0, 0), 1e-6);
        }
    }

    private static float[] logs(double... probabilities) {
        float[] logs = new float[probabilities.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = (float) Math.log(probabilities[i]);
        }
        return logs;
    }

    @Test
    void aProbabilityThatUnderflowsHasALogarithm() {
        float[] certain = {1000, 0, -1000};
        try (Network network = MarkovChain.of(kernels, certain, certain, certain)) {
            float[] p = new float[3];
            network.newSession().step(0, p);
            assertArrayEquals(new float[]{1, 0, 0}, p, "the probabilities have nothing left of it");
            LanguageModel model = LanguageModel.of(network);
            assertEquals(-1000, model.logProbability(0, 1));
            assertEquals(-3000, model.logProbability(0, 1, 2));
            assertEquals(0, model.logProbability(0, 0));
            assertEquals(Double.POSITIVE_INFINITY, model.perplexity(0, 1), "exp(1000)");
        }
    }

    @Test
    void whatIsImpossibleHasMinusInfinity() {
        float[] row = {0, Float.NEGATIVE_INFINITY};
        assertEquals(Math.log(1), Logits.logSumOfExponentials(row));
        assertEquals(Double.NEGATIVE_INFINITY, row[1] - Logits.logSumOfExponentials(row));
    }

    @Test
    void aCallBeginsWhereTheSessionStood() {
        try (Network network = network(new Input.OneHot(SIZE), CellKind.LSTM, SIZE, 13)) {
            Session session = network.newSession();
            float[] p = new float[SIZE];
            for (int i = 0; i < PROMPT.length - 1; i++) {
                session.step(PROMPT[i], p);
            }
            Continuation continuation = Continuation.of(session, PROMPT[PROMPT.length - 1]);
            double logProbability = continuation.logProbability(TOKENS);
            int[] drawn = continuation.generate(Sampler.of(1), 50);
            List<Hypothesis> found = continuation.search(BeamSearch.of(3, 5));
            assertEquals(logProbability, continuation.logProbability(TOKENS));
            assertArrayEquals(drawn, continuation.generate(Sampler.of(1), 50));
            assertEquals(found, continuation.search(BeamSearch.of(3, 5)));
            assertEquals(logProbability, LanguageModel.of(network).after(PROMPT).logProbability(TOKENS));
        }
    }

    @ParameterizedTest
    @EnumSource(CellKind.class)
    void generateIsStepAndSampleByHand(CellKind kind) {
        try (Network network = network(new Input.OneHot(SIZE), kind, SIZE, 13)) {
            Session session = network.newSession();
            float[] p = new float[SIZE];
            for (int token : PROMPT) {
                session.step(token, p);
            }
            Sampler sampler = new Sampler(0.7, 12);
            int[] wanted = new int[100];
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = sampler.sample(p);
                session.step(wanted[i], p);
            }
            assertArrayEquals(wanted,
                    LanguageModel.of(network).after(PROMPT).generate(new Sampler(0.7, 12), wanted.length));
        }
    }

    @Test
    void generateStopsAtTheEndToken() {
        try (Network network = network(new Input.OneHot(SIZE), CellKind.LSTM, SIZE, 13)) {
            Continuation continuation = LanguageModel.of(network).after(PROMPT);
            int[] all = continuation.generate(Sampler.of(5), 200);
            int at = Arrays.stream(all).boxed().toList().indexOf(4);
            assertTrue(at > 0, Arrays.toString(all));
            assertArrayEquals(Arrays.copyOf(all, at), continuation.generate(Sampler.of(5), 200, 4));
            assertArrayEquals(Arrays.copyOf(all, at), continuation.generate(Sampler.of(5), at, 4));
            assertEquals(0, continuation.generate(Sampler.of(5), 0, 4).length);
        }
    }

    @Test
    void tokensAreDrawnWhenTheyAreAskedFor() {
        try (Network network = network(new Input.OneHot(SIZE), CellKind.LSTM, SIZE, 13)) {
            Session session = network.newSession();
            Continuation continuation = Continuation.of(session, 2);
            int[] drawn = continuation.stream(Sampler.of(5)).limit(3).toArray();
            float[] wanted = new float[SIZE];
            Session byHand = network.newSession();
            for (int token : new int[]{2, drawn[0], drawn[1]}) {
                byHand.step(token, wanted);
            }
            byHand.step(drawn[2], wanted);
            float[] next = new float[SIZE];
            session.step(drawn[2], next);
            assertArrayEquals(wanted, next, "it has read the first token and all that was drawn but the last");
        }
    }

    @Test
    void aStreamEndsWhereItsReaderSaysSo() {
        try (Network network = network(new Input.OneHot(SIZE), CellKind.LSTM, SIZE, 13)) {
            Continuation continuation = LanguageModel.of(network).after(PROMPT);
            List<Integer> sent = new ArrayList<>();
            continuation.stream(Sampler.of(5)).limit(200).takeWhile(token -> token != 4).forEach(sent::add);
            assertArrayEquals(continuation.generate(Sampler.of(5), 200, 4), sent.stream().mapToInt(i -> i).toArray());
        }
    }

    @Test
    void aNeverTokenIsNotWritten() {
        float[] insists = {0, 20, 0};
        try (Network network = MarkovChain.of(kernels, insists, insists, insists)) {
            Continuation continuation = LanguageModel.of(network).after(0);
            assertTrue(Arrays.stream(continuation.generate(Sampler.of(1).never(1), 1_000)).allMatch(i -> i != 1));
        }
    }

    @Test
    void aTokenMakesNoGarbage() throws ReflectiveOperationException {
        AllocatedBytes allocated = new AllocatedBytes();
        try (Network network = network(new Input.OneHot(SIZE), CellKind.LSTM, SIZE, 13)) {
            PrimitiveIterator.OfInt tokens = LanguageModel.of(network).after(PROMPT)
                    .stream(Sampler.of(1).temperature(0.8).topK(5).topP(0.9)).iterator();
            long perToken = Long.MAX_VALUE;
            for (int round = 0; round < 40 && perToken > 0; round++) {
                long before = allocated.now();
                for (int i = 0; i < 10_000; i++) {
                    tokens.nextInt();
                }
                perToken = (allocated.now() - before) / 10_000;
            }
            assertEquals(0, perToken);
        }
    }

    @Test
    void logitsAreWhatTheSoftmaxIsOf() {
        try (Network network = network(new Input.OneHot(SIZE), CellKind.LSTM, SIZE, 13)) {
            Session one = network.newSession();
            Session other = network.newSession();
            float[] p = new float[SIZE];
            float[] z = new float[SIZE];
            for (int token : new Random(1).ints(20, 0, SIZE).toArray()) {
                one.step(token, p);
                other.stepToLogits(token, z);
                double log = Logits.logSumOfExponentials(z);
                for (int i = 0; i < SIZE; i++) {
                    assertEquals(p[i], Math.exp(z[i] - log), 1e-6);
                }
            }
        }
    }

    private static void refused(Class<? extends Exception> type, String message, Runnable call) {
        assertEquals(message, assertThrows(type, call::run).getMessage());
    }

    @Test
    void otherNetworksAreRefused() {
        String wanted = "; wanted one token under a softmax over as many";
        try (Network fewer = network(new Input.OneHot(7), CellKind.LSTM, SIZE, 13);
                Network features = network(new Input.Features(SIZE), CellKind.LSTM, SIZE, 13);
                Network linear = Network.builder(SIZE).lstm(4).linear(SIZE).build(1, kernels)) {
            refused(IllegalArgumentException.class,
                    "language model: the network reads OneHot[size=7] under a softmax head of 9" + wanted,
                    () -> LanguageModel.of(fewer));
            refused(IllegalArgumentException.class,
                    "language model: the network reads Features[size=9] under a softmax head of 9" + wanted,
                    () -> LanguageModel.of(features));
            refused(IllegalArgumentException.class,
                    "continuation: the network reads OneHot[size=9] under a linear head of 9" + wanted,
                    () -> Continuation.of(linear.newSession(), 0));
        }
    }

    @Test
    void tokensThatThereAreNotAreRefused() {
        try (Network network = network(new Input.OneHot(SIZE), CellKind.LSTM, SIZE, 13)) {
            LanguageModel model = LanguageModel.of(network);
            refused(IndexOutOfBoundsException.class, "after: token 9; wanted 0 to 8", () -> model.after(1, 9));
            refused(IllegalArgumentException.class, "after: length of the prompt is 0; wanted 1 or more", model::after);
            refused(IndexOutOfBoundsException.class, "logProbability: token -1; wanted 0 to 8",
                    () -> model.after(1).logProbability(2, -1));
            refused(IllegalArgumentException.class, "logProbability: number of tokens is 0; wanted 1 or more",
                    model::logProbability);
            refused(IllegalArgumentException.class, "perplexity: number of tokens is 1; wanted 2 or more",
                    () -> model.perplexity(3));
            refused(IllegalArgumentException.class, "perplexity: number of tokens is 0; wanted 1 or more",
                    () -> model.after(1).perplexity());
            refused(IndexOutOfBoundsException.class, "generate: token 9; wanted 0 to 8",
                    () -> model.after(1).generate(Sampler.of(1), 5, 9));
            refused(IllegalArgumentException.class, "generate: length is -1; wanted 0 or more",
                    () -> model.after(1).generate(Sampler.of(1), -1));
            refused(IndexOutOfBoundsException.class, "continuation: token 9; wanted 0 to 8",
                    () -> Continuation.of(network.newSession(), 9));
        }
    }
}
