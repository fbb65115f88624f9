package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifies which tokens the filters of a {@link Sampler} leave, and how often each of these is drawn. */
class SamplerFilterTest {
    private static final float[] PROBABILITIES = {0.05f, 0.4f, 0, 0.25f, 0.3f};
    private static final int DRAWS = 20_000;
    /** How seldom a right sampler fails with a seed at random. */
    private static final double SIGNIFICANCE = 1e-4;

    private static int[] counts(Sampler sampler, float[] probabilities, int draws) {
        int[] counts = new int[probabilities.length];
        for (int i = 0; i < draws; i++) {
            counts[sampler.sample(probabilities)]++;
        }
        return counts;
    }

    /**
     * Chi-square of what was drawn against what was wanted. What has no probability must not be drawn at all; what is wanted
     * fewer than ten times is one class.
     */
    private static void assertDrawn(double[] weights, int[] counts, String what) {
        double sum = Arrays.stream(weights).sum();
        int draws = Arrays.stream(counts).sum();
        double chiSquare = 0;
        int classes = 0;
        double rareExpected = 0;
        double rare = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = draws * weights[i] / sum;
            if (expected == 0) {
                assertEquals(0, counts[i], what + ": class " + i);
            } else if (expected < 10) {
                rareExpected += expected;
                rare += counts[i];
            } else {
                chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
                classes++;
            }
        }
        if (rareExpected > 0) {
            chiSquare += (rare - rareExpected) * (rare - rareExpected) / rareExpected;
            classes++;
        }
        double limit = classes == 1
                ? 1e-20
                : new ChiSquaredDistribution(classes - 1).inverseCumulativeProbability(1 - SIGNIFICANCE);
        assertTrue(chiSquare <= limit, "%s: chi-square %s above %s, drawn %s".formatted(what, chiSquare, limit,
                Arrays.toString(counts)));
    }

    /** The weights that are left, straight from the definition: sorted, cut, and put back. */
    private static double[] left(float[] probabilities, double temperature, Set<Integer> never, int k, double p) {
        double[] weights = new double[probabilities.length];
        Arrays.setAll(weights, i -> never.contains(i) ? 0 : Math.pow(probabilities[i], 1 / temperature));
        Integer[] order = new Integer[weights.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (i, j) -> weights[i] == weights[j] ? i - j : Double.compare(weights[j], weights[i]));
        double sum = 0;
        for (int i = 0; i < Math.min(k, order.length); i++) {
            sum += weights[order[i]];
        }
        double[] left = new double[weights.length];
        double reached = 0;
        for (int i = 0; i < Math.min(k, order.length) && reached < p * sum; i++) {
            left[order[i]] = weights[order[i]];
            reached += weights[order[i]];
        }
        return left;
    }

    private static float[] floats(int size, IntToDoubleFunction value) {
        float[] floats = new float[size];
        for (int i = 0; i < size; i++) {
            floats[i] = (float) value.applyAsDouble(i);
        }
        return floats;
    }

    static Stream<Arguments> distributions() {
        SplittableRandom random = new SplittableRandom(11);
        float[] flat = floats(50, _ -> 0.02);
        float[] zipf = floats(200, i -> 1.0 / (i + 1));
        float[] any = floats(33, _ -> random.nextDouble());
        return Stream.of(Arguments.of("by hand", PROBABILITIES), Arguments.of("flat", flat),
                Arguments.of("Zipf", zipf), Arguments.of("any", any), Arguments.of("two", new float[]{0.1f, 0.9f}));
    }

    @ParameterizedTest
    @MethodSource("distributions")
    void frequenciesAreWhatTheFiltersLeave(String name, float[] probabilities) {
        long seed = 20260118;
        for (double temperature : new double[]{0.5, 1, 2}) {
            for (int k : new int[]{1, 2, 3, 20, 1000}) {
                for (double p : new double[]{0.051, 0.333, 0.777, 0.94, 1}) {
                    for (Set<Integer> never : Stream.of(Set.<Integer>of(), Set.of(1)).toList()) {
                        Sampler sampler = Sampler.of(seed++).temperature(temperature).topK(k).topP(p)
                                .never(never.stream().mapToInt(i -> i).toArray());
                        assertDrawn(left(probabilities, temperature, never, k, p),
                                counts(sampler, probabilities, 10_000),
                                "%s, temperature %s, top-k %d, top-p %s, never %s, seed %d".formatted(name, temperature,
                                        k, p, never, seed - 1));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("distributions")
    void logitsAreDrawnAsTheirSoftmaxIs(String name, float[] probabilities) {
        float[] logits = floats(probabilities.length, i -> Math.log(probabilities[i]) + 3);
        for (double temperature : new double[]{0.5, 1, 2}) {
            Sampler sampler = Sampler.of(5).temperature(temperature).topK(20).topP(0.777).never(1);
            int[] counts = new int[logits.length];
            for (int i = 0; i < 10_000; i++) {
                counts[sampler.sampleLogits(logits)]++;
            }
            assertDrawn(left(probabilities, temperature, Set.of(1), 20, 0.777), counts, name + ", " + temperature);
        }
    }

    /** All that many draws find. */
    private static Set<Integer> drawn(Sampler sampler, float... probabilities) {
        Set<Integer> drawn = new TreeSet<>();
        for (int i = 0; i < DRAWS; i++) {
            drawn.add(sampler.sample(probabilities));
        }
        return drawn;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1 4", "3, 1 3 4", "4, 0 1 3 4", "5, 0 1 3 4", "2147483647, 0 1 3 4"})
    void topKLeavesTheKMostProbable(int k, String left) {
        assertEquals(left, words(drawn(Sampler.of(1).topK(k), PROBABILITIES)));
    }

    private static String words(Set<Integer> drawn) {
        return String.join(" ", drawn.stream().map(String::valueOf).toList());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1 2", "3, 0 1 2", "4, 0 1 2 3", "5, 0 1 2 3 4"})
    void ofEqualsAtTheCutTopKLeavesTheFirst(int k, String left) {
        assertEquals(left, words(drawn(Sampler.of(1).topK(k), 0.125f, 0.25f, 0.25f, 0.125f, 0.125f)));
    }

    @ParameterizedTest
    @CsvSource({"1e-300, 1", "4.9e-324, 1", "0.1, 1", "0.4, 1", "0.401, 1 4", "0.7, 1 4", "0.701, 1 3 4", "0.95, 1 3 4",
            "0.951, 0 1 3 4", "0.9999999, 0 1 3 4", "1, 0 1 3 4"})
    void topPLeavesTheSmallestSetThatReachesP(double p, String left) {
        assertEquals(left, words(drawn(Sampler.of(1).topP(p), PROBABILITIES)));
    }

    @ParameterizedTest
    @CsvSource({"0.25, 1", "0.5, 1 2", "0.55, 0 1 2", "0.625, 0 1 2", "0.75, 0 1 2 3"})
    void ofEqualsAtTheCutTopPLeavesTheFirst(double p, String left) {
        assertEquals(left, words(drawn(Sampler.of(1).topP(p), 0.125f, 0.25f, 0.25f, 0.125f, 0.125f, 0.125f)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
    void aSumThatIsPButForRoundingReachesIt(int tenths) {
        float[] equal = new float[10];
        Arrays.fill(equal, 0.1f);
        assertEquals(tenths, drawn(Sampler.of(1).topP(tenths / 10.0), equal).size());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.4, 0.6, 0.7, 0.8, 0.9, 0.99})
    void aProbabilityThatIsPButForRoundingReachesIt(double p) {
        float rest = (float) ((1 - p) / 3);
        assertEquals(Set.of(1), drawn(Sampler.of(1).topP(p), rest, (float) p, rest, rest));
    }

    @Test
    void topPIsOfWhatTopKAndNeverLeave() {
        // Of 0.4, 0.3, 0.25, 0.05 never leaves 0.3, 0.25, 0.05; top-k 0.3, 0.25: the first of them is 0.545 of the sum.
        Sampler sampler = Sampler.of(1).never(1).topK(2);
        assertEquals(Set.of(4), drawn(sampler.topP(0.54), PROBABILITIES));
        assertEquals(Set.of(3, 4), drawn(sampler.topP(0.55), PROBABILITIES));
        assertEquals(Set.of(4), drawn(sampler.topK(3).topP(0.49), PROBABILITIES));
        assertEquals(Set.of(3, 4), drawn(sampler.topK(3).topP(0.51), PROBABILITIES));
    }

    @Test
    void topPIsOfWhatTheTemperatureMakes() {
        // Squares of 0.4, 0.3, 0.25, 0.05: the first is 0.507 of their sum.
        assertEquals(Set.of(1), drawn(Sampler.of(1).temperature(0.5).topP(0.5), PROBABILITIES));
        assertEquals(Set.of(1, 4), drawn(Sampler.of(1).temperature(0.5).topP(0.51), PROBABILITIES));
    }

    @Test
    void filtersMayBeSetInAnyOrder() {
        Sampler one = Sampler.of(3).topP(0.8).never(1).topK(3).temperature(0.7);
        Sampler other = Sampler.of(3).temperature(0.7).topK(3).never(1).topP(0.8);
        for (int i = 0; i < 1_000; i++) {
            assertEquals(one.sample(PROBABILITIES), other.sample(PROBABILITIES));
        }
    }

    @Test
    void filtersThatCutNothingOffChangeNoDraw() {
        Sampler plain = new Sampler(0.7, 9);
        Sampler filtered = Sampler.of(9).temperature(0.7).topK(4).topP(0.9999999).never(2);
        for (int i = 0; i < DRAWS; i++) {
            assertEquals(plain.sample(PROBABILITIES), filtered.sample(PROBABILITIES), "draw " + i);
        }
    }

    @Test
    void theSameSeedDrawsTheSame() {
        Sampler sampler = Sampler.of(4).topK(3).topP(0.9);
        int[] first = counts(sampler, PROBABILITIES, 1_000);
        assertTrue(!Arrays.equals(first, counts(sampler, PROBABILITIES, 1_000)), "it goes on");
        assertTrue(Arrays.equals(first, counts(sampler.topK(3), PROBABILITIES, 1_000)),
                "new settings begin at the seed");
    }

    @Test
    void settingsNeverChange() {
        Sampler plain = Sampler.of(1);
        plain.topK(1);
        plain.topP(0.1);
        plain.temperature(0);
        plain.never(1, 3, 4);
        assertEquals(Set.of(0, 1, 3, 4), drawn(plain, PROBABILITIES));
    }

    @ParameterizedTest
    @MethodSource("allSettings")
    void whatIsNeverDrawnIsNotHoweverProbable(UnaryOperator<Sampler> settings) {
        float[] probabilities = {1e-7f, 0.9999999f, 0, 1e-30f, 0.25f};
        float[] logits = {0, 1e30f, Float.NEGATIVE_INFINITY, -50, 1};
        Sampler sampler = settings.apply(Sampler.of(8)).never(1).never(4);
        for (int i = 0; i < 1_000_000; i++) {
            int drawn = sampler.sample(probabilities);
            int drawnByLogits = sampler.sampleLogits(logits);
            if (drawn == 1 || drawn == 4 || drawnByLogits == 1 || drawnByLogits == 4) {
                throw new AssertionError("draw %d is %d, by logits %d".formatted(i, drawn, drawnByLogits));
            }
        }
    }

    static Stream<UnaryOperator<Sampler>> allSettings() {
        return Stream.of(UnaryOperator.identity(), s -> s.temperature(0), s -> s.temperature(0.01),
                s -> s.temperature(100), s -> s.topK(1), s -> s.topK(4), s -> s.topP(0.5), s -> s.topK(3).topP(0.99));
    }

    @Test
    void temperatureZeroTakesTheMostProbableThatMayBeDrawn() {
        assertEquals(Set.of(4), drawn(Sampler.of(1).temperature(0).never(1), PROBABILITIES));
        assertEquals(4, Sampler.of(1).temperature(0).never(1).sampleLogits(PROBABILITIES));
    }

    @Test
    void ofEqualsTemperatureZeroTakesTheFirst() {
        assertEquals(1, Sampler.of(1).temperature(0).sample(new float[]{0.1f, 0.4f, 0.4f, 0.1f}));
        assertEquals(1, Sampler.of(1).temperature(0).sampleLogits(new float[]{-9, -2, -2, -3}));
    }

    private static String refusal(Class<? extends Exception> type, Runnable call) {
        return assertThrows(type, call::run).getMessage();
    }

    @Test
    void nothingThatMayBeDrawnIsRefused() {
        assertEquals("sample: no probability above 0 but of what is never drawn, {1, 3}",
                refusal(IllegalArgumentException.class,
                        () -> Sampler.of(1).never(3, 1).sample(new float[]{0, 0.5f, 0, 0.5f})));
        assertEquals("sample: no logit above -Infinity but of what is never drawn, {0}",
                refusal(IllegalArgumentException.class, () -> Sampler.of(1).never(0).sampleLogits(new float[]{7})));
    }

    @Test
    void aTokenThatThereIsNotIsRefused() {
        assertEquals("sampler: never -1; wanted 0 or more",
                refusal(IndexOutOfBoundsException.class, () -> Sampler.of(1).never(-1)));
        assertEquals("sample: never 5; wanted 0 to 4",
                refusal(IllegalArgumentException.class, () -> Sampler.of(1).never(5).sample(PROBABILITIES)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.5, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY})
    void anotherTopPIsRefused(double p) {
        assertEquals("sampler: topP is " + p + "; wanted above 0, up to 1",
                refusal(IllegalArgumentException.class, () -> Sampler.of(1).topP(p)));
    }

    @Test
    void anotherTopKIsRefused() {
        assertEquals("sampler: topK is 0; wanted 1 or more",
                refusal(IllegalArgumentException.class, () -> Sampler.of(1).topK(0)));
    }

    @Test
    void whatIsNoLogitIsRefusedWithItsPlace() {
        assertEquals("sample: logit 1 is NaN; wanted a number below infinity",
                refusal(IllegalArgumentException.class, () -> Sampler.of(1).sampleLogits(new float[]{0, Float.NaN})));
        assertEquals("sample: logit 0 is Infinity; wanted a number below infinity", refusal(
                IllegalArgumentException.class,
                () -> Sampler.of(1).sampleLogits(new float[]{Float.POSITIVE_INFINITY})));
    }

    @Test
    void aDrawAllocatesNothing() throws ReflectiveOperationException {
        AllocatedBytes allocated = new AllocatedBytes();
        Sampler sampler = Sampler.of(1).temperature(0.8).topK(3).topP(0.9).never(0);
        long perDraw = Long.MAX_VALUE;
        for (int round = 0; round < 40 && perDraw > 0; round++) {
            long before = allocated.now();
            for (int i = 0; i < 10_000; i++) {
                sampler.sample(PROBABILITIES);
                sampler.sampleLogits(PROBABILITIES);
            }
            perDraw = (allocated.now() - before) / 10_000;
        }
        assertEquals(0, perDraw);
    }
}
