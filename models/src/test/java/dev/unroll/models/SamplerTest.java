package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    private static final float[] PROBABILITIES = {0.05f, 0.4f, 0, 0.25f, 0.3f};
    private static final int DRAWS = 100_000;
    /** What chi-square of three degrees of freedom passes once in a thousand. */
    private static final double CHI_SQUARE = 16.27;

    private static int[] counts(Sampler sampler, float[] probabilities) {
        int[] counts = new int[probabilities.length];
        for (int i = 0; i < DRAWS; i++) {
            counts[sampler.sample(probabilities)]++;
        }
        return counts;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.25, 0.7, 1, 1.5, 10})
    void frequenciesAreProbabilitiesToThePowerOfOneOverT(double temperature) {
        long seed = 20260117;
        int[] counts = counts(new Sampler(temperature, seed), PROBABILITIES);
        double sum = 0;
        for (float p : PROBABILITIES) {
            sum += Math.pow(p, 1 / temperature);
        }
        double chiSquare = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = DRAWS * Math.pow(PROBABILITIES[i], 1 / temperature) / sum;
            if (expected == 0) {
                assertEquals(0, counts[i], "seed " + seed);
            } else {
                chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
            }
        }
        assertTrue(chiSquare < CHI_SQUARE, "chi-square %s, %s, seed %d".formatted(chiSquare, Arrays.toString(counts),
                seed));
    }

    @Test
    void temperatureZeroTakesTheMostProbable() {
        assertEquals(DRAWS, counts(new Sampler(0, 1), PROBABILITIES)[1]);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 1e-300, Double.MIN_VALUE})
    void aSmallTemperatureComesNearThat(double temperature) {
        assertEquals(DRAWS, counts(new Sampler(temperature, 1), PROBABILITIES)[1]);
    }

    @Test
    void aHugeTemperatureDrawsAllThatArePossibleAlike() {
        int[] counts = counts(new Sampler(1e300, 1), PROBABILITIES);
        assertEquals(0, counts[2]);
        for (int i : new int[]{0, 1, 3, 4}) {
            assertEquals(DRAWS / 4.0, counts[i], 800, Arrays.toString(counts));
        }
    }

    @Test
    void weightsNeedNotAddUpToOne() {
        int[] counts = counts(new Sampler(1, 1), new float[]{3e38f, 0, 3e38f, 3e38f});
        assertEquals(0, counts[1]);
        assertEquals(DRAWS / 3.0, counts[0], 800, Arrays.toString(counts));
        int[] tiny = counts(new Sampler(1, 1), new float[]{Float.MIN_VALUE, 0, Float.MIN_VALUE});
        assertEquals(DRAWS / 2.0, tiny[0], 800, Arrays.toString(tiny));
    }

    @Test
    void theSameSeedDrawsTheSame() {
        Sampler one = new Sampler(1, 9);
        Sampler two = new Sampler(1, 9);
        for (int i = 0; i < 1_000; i++) {
            assertEquals(one.sample(PROBABILITIES), two.sample(PROBABILITIES));
        }
    }

    /** Sums of ten thousand draws, d_i*31^(n-i), by commit 0b51f18, before there were filters. */
    @ParameterizedTest
    @CsvSource({"0.25, 1152708567", "0.8, -862901986", "1, -1419461238", "3, -1782038420"})
    void aSeedMeansTheSameDrawsInEveryVersion(double temperature, int expected) {
        Sampler sampler = new Sampler(temperature, 42);
        int sum = 0;
        for (int i = 0; i < 10_000; i++) {
            sum = 31 * sum + sampler.sample(PROBABILITIES);
        }
        assertEquals(expected, sum);
    }

    @Test
    void aSingleProbabilityIsDrawn() {
        assertEquals(0, new Sampler(1, 1).sample(new float[]{0.1f}));
        assertEquals(2, new Sampler(1, 1).sample(new float[]{0, 0, Float.MIN_VALUE}));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, -Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY})
    void otherTemperaturesAreRefused(double temperature) {
        assertEquals("sampler: temperature " + temperature + "; wanted 0 or more",
                assertThrows(IllegalArgumentException.class, () -> new Sampler(temperature, 1)).getMessage());
    }

    private static String refusal(float... probabilities) {
        return assertThrows(IllegalArgumentException.class, () -> new Sampler(1, 1).sample(probabilities)).getMessage();
    }

    @Test
    void whatIsNoProbabilityIsRefusedWithItsPlace() {
        assertEquals("sample: probability 1 is NaN; wanted 0 or more", refusal(0.5f, Float.NaN));
        assertEquals("sample: probability 0 is -0.1; wanted 0 or more", refusal(-0.1f, 0.5f));
    }

    @Test
    void nothingToDrawIsRefused() {
        assertEquals("sample: no probability above 0", refusal());
        assertEquals("sample: no probability above 0", refusal(0, 0));
    }

    @Test
    void anInfiniteProbabilityIsRefusedAndNotDrawnFromWhatIsZero() {
        refusal(0, Float.POSITIVE_INFINITY);
    }

    @Test
    void argmaxIsTheFirstOfTheGreatest() {
        assertEquals(1, Sampler.argmax(new float[]{-3, 2, 2, 1}));
        assertEquals(0, Sampler.argmax(new float[]{Float.NEGATIVE_INFINITY}));
        assertEquals(2, Sampler.argmax(new float[]{0, 1, Float.POSITIVE_INFINITY}));
        assertEquals("argmax: output 1 is NaN; wanted a number", assertThrows(IllegalArgumentException.class,
                () -> Sampler.argmax(new float[]{1, Float.NaN})).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Sampler.argmax(new float[0]));
    }
}
