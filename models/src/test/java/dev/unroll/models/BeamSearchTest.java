package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifies what a {@link BeamSearch} finds, judged by a search through all sequences. */
class BeamSearchTest extends OnBackendUnderTest {
    private static final int SIZE = 4;
    private static final int[] PROMPT = {3, 1};

    /** A network whose next tokens depend on all that was read, and strongly. */
    private static Network network(CellKind kind, int size, long seed) {
        return Network.builder(size).layer(kind, 13).softmax(size)
                .initialize(Initialization.uniformByUnits().withInputWeights(Initializer.uniform(3))
                        .withRecurrentWeights(Initializer.uniform(2)).withHead(Initializer.uniform(2)))
                .build(seed, kernels);
    }

    /** A beam search that forgets nothing before the end, by probabilities that are stepped from the very beginning. */
    private record Oracle(Network network, BeamSearch settings) {
        /** The end token is the last of all where it has ended. */
        private record Found(List<Integer> all, double logProbability, double score, boolean ended) {
            Hypothesis hypothesis() {
                return new Hypothesis(ended ? all.subList(0, all.size() - 1) : all, logProbability, score, ended);
            }
        }

        private static final Comparator<Found> BEST_FIRST = Comparator.comparingDouble((Found f) -> -f.score)
                .thenComparingInt(f -> f.all.size())
                .thenComparing((one, other) -> Arrays.compare(array(one.all), array(other.all)));

        List<Hypothesis> search() {
            List<Found> done = new ArrayList<>();
            List<Found> live = List.of(new Found(List.of(), 0, 0, false));
            for (int n = 1; n <= settings.length(); n++) {
                List<Found> all = live.stream().flatMap(this::longer).sorted(BEST_FIRST).limit(settings.width())
                        .toList();
                all.stream().filter(Found::ended).forEach(done::add);
                live = all.stream().filter(found -> !found.ended).toList();
            }
            return Stream.concat(done.stream(), live.stream()).sorted(BEST_FIRST).limit(settings.width())
                    .map(Found::hypothesis).toList();
        }

        private static int[] array(List<Integer> tokens) {
            return tokens.stream().mapToInt(i -> i).toArray();
        }

        private Stream<Found> longer(Found found) {
            float[] p = new float[network.outputSize()];
            Session session = network.newSession();
            for (int token : PROMPT) {
                session.step(token, p);
            }
            for (int token : found.all) {
                session.step(token, p);
            }
            return IntStream.range(0, p.length).filter(token -> !settings.never().contains(token)).mapToObj(token -> {
                List<Integer> all = Stream.concat(found.all.stream(), Stream.of(token)).toList();
                double logProbability = found.logProbability + Math.log(p[token]);
                return new Found(all, logProbability,
                        logProbability / Math.pow((5.0 + all.size()) / 6, settings.lengthPenalty()),
                        settings.end().equals(OptionalInt.of(token)));
            });
        }
    }

    private static void assertFound(List<Hypothesis> wanted, List<Hypothesis> found, String what) {
        assertEquals(wanted.size(), found.size(), what);
        for (int i = 0; i < wanted.size(); i++) {
            assertEquals(wanted.get(i).tokens(), found.get(i).tokens(), what + ", hypothesis " + i);
            assertEquals(wanted.get(i).ended(), found.get(i).ended(), what + ", hypothesis " + i);
            assertEquals(wanted.get(i).logProbability(), found.get(i).logProbability(), 1e-5, what);
            assertEquals(wanted.get(i).score(), found.get(i).score(), 1e-5, what);
        }
    }

    static Stream<Arguments> searches() {
        BeamSearch wide = BeamSearch.of(1024, 5);
        return Stream.of(CellKind.LSTM, CellKind.GRU, CellKind.RNN)
                .flatMap(kind -> Stream
                        .of(wide, wide.end(2), wide.end(2).lengthPenalty(0.6), wide.end(0).lengthPenalty(2),
                                wide.lengthPenalty(1), wide.never(1), wide.end(3).never(0).lengthPenalty(1))
                        .map(settings -> Arguments.of(kind, settings)));
    }

    @ParameterizedTest
    @MethodSource("searches")
    void aWideBeamFindsAllInTheirOrder(CellKind kind, BeamSearch settings) {
        try (Network network = network(kind, SIZE, 1)) {
            assertFound(new Oracle(network, settings).search(),
                    LanguageModel.of(network).after(PROMPT).search(settings), "all");
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.6, 1, 3})
    void aNarrowBeamKeepsTheBestOfEachStepAndLosesNothingByStoppingEarly(double lengthPenalty) {
        for (long seed = 0; seed < 8; seed++) {
            try (Network network = network(CellKind.LSTM, SIZE, seed)) {
                for (int width : new int[]{1, 2, 3, 5, 8}) {
                    BeamSearch settings = BeamSearch.of(width, 12).end(1).lengthPenalty(lengthPenalty);
                    assertFound(new Oracle(network, settings).search(),
                            LanguageModel.of(network).after(PROMPT).search(settings), "seed " + seed);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CellKind.class)
    void widthOneIsGreedy(CellKind kind) {
        for (long seed = 0; seed < 5; seed++) {
            try (Network network = network(kind, 9, seed)) {
                Continuation continuation = LanguageModel.of(network).after(PROMPT);
                Sampler greedy = Sampler.of(1).temperature(0);
                assertArrayEquals(continuation.generate(greedy, 50),
                        continuation.search(BeamSearch.of(1, 50)).getFirst().toArray(), "seed " + seed);
                for (int end = 0; end < 9; end++) {
                    int[] wanted = continuation.generate(greedy.never(4), 50, end);
                    List<Hypothesis> found = continuation
                            .search(BeamSearch.of(1, 50).end(end).never(4).lengthPenalty(1));
                    assertEquals(1, found.size());
                    assertArrayEquals(wanted, found.getFirst().toArray(), "seed " + seed);
                    assertEquals(wanted.length < 50, found.getFirst().ended());
                }
            }
        }
    }

    @Test
    void logProbabilityIsThatOfTheContinuationWithItsEnd() {
        try (Network network = network(CellKind.LSTM, SIZE, 2)) {
            Continuation continuation = LanguageModel.of(network).after(PROMPT);
            List<Hypothesis> found = continuation.search(BeamSearch.of(20, 6).end(2));
            assertTrue(found.stream().anyMatch(Hypothesis::ended) && !found.stream().allMatch(Hypothesis::ended));
            for (Hypothesis hypothesis : found) {
                int[] tokens = hypothesis.toArray();
                int[] whole = hypothesis.ended()
                        ? IntStream.concat(Arrays.stream(tokens), IntStream.of(2)).toArray()
                        : tokens;
                assertEquals(continuation.logProbability(whole), hypothesis.logProbability(), 1e-12);
            }
        }
    }

    private static float[] logs(double... probabilities) {
        float[] logs = new float[probabilities.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = (float) Math.log(probabilities[i]);
        }
        return logs;
    }

    /** After 0 the greedy 1 leads to a draw among all, and the second best 2 to what is nearly certain. */
    private static Network gardenPath() {
        return MarkovChain.of(kernels, logs(0.01, 0.5, 0.48, 0.01), logs(0.25, 0.25, 0.25, 0.25),
                logs(0.01, 0.01, 0.01, 0.97), logs(0.97, 0.01, 0.01, 0.01));
    }

    @Test
    void aBeamOfTwoFindsWhatGreedyMisses() {
        try (Network network = gardenPath()) {
            Continuation continuation = LanguageModel.of(network).after(0);
            assertEquals(List.of(1, 0), continuation.search(BeamSearch.of(1, 2)).getFirst().tokens());
            List<Hypothesis> found = continuation.search(BeamSearch.of(2, 2));
            assertEquals(List.of(2, 3), found.get(0).tokens());
            assertEquals(Math.log(0.48 * 0.97), found.get(0).logProbability(), 1e-6);
            assertEquals(List.of(1, 0), found.get(1).tokens());
        }
    }

    @Test
    void theLengthPenaltyFavoursLongerOnes() {
        // Token 0 ends: at once with 0.4, or after 1, 2 with 0.6 * 0.8 * 0.8.
        try (Network network = MarkovChain.of(kernels, logs(0.4, 0.6, 1e-9), logs(0.2, 1e-9, 0.8),
                logs(0.8, 0.2, 1e-9))) {
            Continuation continuation = LanguageModel.of(network).after(0);
            BeamSearch settings = BeamSearch.of(4, 8).end(0);
            assertEquals(List.of(), continuation.search(settings).getFirst().tokens());
            Hypothesis longer = continuation.search(settings.lengthPenalty(1)).getFirst();
            assertEquals(List.of(1, 2), longer.tokens());
            assertEquals(Math.log(0.6 * 0.8 * 0.8), longer.logProbability(), 1e-6);
            assertEquals(Math.log(0.6 * 0.8 * 0.8) / (8.0 / 6), longer.score(), 1e-6);
        }
    }

    @Test
    void equalsStandInLexicographicOrderTheShorterFirst() {
        try (Network network = MarkovChain.of(kernels, new float[3][3])) {
            Continuation continuation = LanguageModel.of(network).after(0);
            assertEquals(List.of(List.of(0, 0), List.of(0, 1), List.of(0, 2), List.of(1, 0), List.of(1, 1)),
                    continuation.search(BeamSearch.of(5, 2)).stream().map(Hypothesis::tokens).toList());
        }
        // 1/2 ends at once, or goes on with certainty and comes to the same.
        try (Network network = MarkovChain.of(kernels, logs(0.5, 0.5), new float[]{1000, 0})) {
            List<Hypothesis> found = LanguageModel.of(network).after(0).search(BeamSearch.of(4, 3).end(0));
            assertEquals(List.of(List.of(), List.of(1)),
                    found.subList(0, 2).stream().map(Hypothesis::tokens).toList());
            assertEquals(found.get(0).score(), found.get(1).score());
        }
    }

    @Test
    void whatIsNeverTakenIsNotHoweverProbable() {
        float[] insists = {0, 50, 1};
        try (Network network = MarkovChain.of(kernels, insists, insists, insists)) {
            for (Hypothesis hypothesis : LanguageModel.of(network).after(0).search(BeamSearch.of(8, 6).never(1))) {
                assertFalse(hypothesis.tokens().contains(1));
                assertTrue(hypothesis.logProbability() < -6 * 48, "the probabilities of others stay as they are");
            }
        }
    }

    @Test
    void aProbabilityThatUnderflowsIsStillRanked() {
        float[] row = {400, 0, 1, 400};
        try (Network network = MarkovChain.of(kernels, row, row, row, row)) {
            List<Hypothesis> found = LanguageModel.of(network).after(0).search(BeamSearch.of(4, 1).never(0, 3));
            assertEquals(List.of(List.of(2), List.of(1)), found.stream().map(Hypothesis::tokens).toList());
            assertEquals(-399 - Math.log(2), found.get(0).logProbability(), 1e-9);
        }
    }

    @Test
    void thereAreAtMostWidthHypotheses() {
        try (Network network = network(CellKind.GRU, SIZE, 3)) {
            Continuation continuation = LanguageModel.of(network).after(PROMPT);
            for (int width = 1; width < 20; width++) {
                List<Hypothesis> found = continuation.search(BeamSearch.of(width, 7).end(1));
                assertTrue(found.size() <= width && !found.isEmpty(), width + " gives " + found.size());
                assertEquals(found, found.stream().sorted(Comparator.comparingDouble(h -> -h.score())).toList());
                assertEquals(found.size(), found.stream().distinct().count());
            }
        }
    }

    @Test
    void aSearchIsOverWhenNothingBetterCanCome() {
        float[] ends = logs(0.5, 0.3, 0.2);
        try (Network network = MarkovChain.of(kernels, ends, ends, ends)) {
            List<Hypothesis> found = LanguageModel.of(network).after(0).search(BeamSearch.of(3, 2_000_000_000).end(0));
            assertEquals(List.of(List.of(), List.of(1), List.of(2)), found.stream().map(Hypothesis::tokens).toList());
        }
    }

    @Test
    void aSearchRepeats() {
        try (Network network = network(CellKind.LSTM, 9, 4)) {
            BeamSearch settings = BeamSearch.of(7, 30).end(1).lengthPenalty(0.6);
            assertEquals(LanguageModel.of(network).after(PROMPT).search(settings),
                    LanguageModel.of(network).after(PROMPT).search(settings));
        }
    }

    private static String refusal(Class<? extends Exception> type, Runnable call) {
        return assertThrows(type, call::run).getMessage();
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertEquals("beam search: width is 0; wanted 1 or more",
                refusal(IllegalArgumentException.class, () -> BeamSearch.of(0, 5)));
        assertEquals("beam search: length is 0; wanted 1 or more",
                refusal(IllegalArgumentException.class, () -> BeamSearch.of(1, 0)));
        for (double alpha : new double[]{-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertEquals("beam search: lengthPenalty is %s; wanted 0 or more".formatted(alpha),
                    refusal(IllegalArgumentException.class, () -> BeamSearch.of(1, 1).lengthPenalty(alpha)));
        }
        assertEquals("beam search: end -1; wanted 0 or more",
                refusal(IndexOutOfBoundsException.class, () -> BeamSearch.of(1, 1).end(-1)));
        assertEquals("beam search: never -2; wanted 0 or more",
                refusal(IndexOutOfBoundsException.class, () -> BeamSearch.of(1, 1).never(3, -2)));
    }

    @Test
    void tokensThatThereAreNotAreRefused() {
        try (Network network = network(CellKind.GRU, SIZE, 3)) {
            Continuation continuation = LanguageModel.of(network).after(PROMPT);
            assertEquals("search: end: token 4; wanted 0 to 3", refusal(IndexOutOfBoundsException.class,
                    () -> continuation.search(BeamSearch.of(1, 1).end(4))));
            assertEquals("search: never: token 5; wanted 0 to 3", refusal(IndexOutOfBoundsException.class,
                    () -> continuation.search(BeamSearch.of(1, 1).never(5))));
            assertEquals("search: all 4 tokens are never to be taken", refusal(IllegalArgumentException.class,
                    () -> continuation.search(BeamSearch.of(1, 1).never(0, 1, 2, 3))));
        }
    }

    @Test
    void aBrokenNetworkIsNotSearched() {
        float[] broken = {0, Float.NaN};
        try (Network network = MarkovChain.of(kernels, broken, broken)) {
            assertEquals("search: a logit after token 0 is NaN or infinite", refusal(ArithmeticException.class,
                    () -> LanguageModel.of(network).after(0).search(BeamSearch.of(2, 2))));
        }
    }
}
