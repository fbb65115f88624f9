package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BucketedBatchesTest {
    private static final long SEED = Long.getLong("unroll.seed", 20260302);

    /** The tokens of example i are 1000*i, 1000*i + 1 and so on, the class of each its token too. */
    private static Sequences ofLengths(int... lengths) {
        int[][] tokens = IntStream.range(0, lengths.length)
                .mapToObj(i -> IntStream.range(1000 * i, 1000 * i + lengths[i]).toArray()).toArray(int[][]::new);
        return Sequences.ofTokens(tokens).withClasses(tokens);
    }

    private static int[] lengths(int size) {
        return new Random(SEED).ints(size, 1, 40).toArray();
    }

    /** Numbers of the examples of a batch, in their order there. */
    private static List<Integer> examples(Batches batches, long number) {
        Window window = Windows.read(batches, number, 0, 1);
        return IntStream.range(0, batches.batch()).filter(i -> window.lengths()[i] > 0)
                .mapToObj(i -> window.tokens()[i] / 1000).toList();
    }

    private static List<Integer> epoch(Batches batches, long epoch) {
        List<Integer> all = new ArrayList<>();
        for (long number = epoch * batches.epoch(); number < (epoch + 1) * batches.epoch(); number++) {
            all.addAll(examples(batches, number));
        }
        return all;
    }

    private static List<Integer> range(int size) {
        return IntStream.range(0, size).boxed().toList();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 4", "5, 1", "12, 4", "13, 4", "15, 4", "200, 3", "192, 3", "193, 3", "194, 3", "700, 2"})
    void everyExampleComesOnceAnEpoch(int size, int batch) {
        BucketedBatches shuffled = BucketedBatches.shuffled(ofLengths(lengths(size)), batch, SEED);
        BucketedBatches byLength = BucketedBatches.byLength(ofLengths(lengths(size)), batch);
        assertEquals((size + batch - 1) / batch, shuffled.epoch());
        for (int epoch = 0; epoch < 3; epoch++) {
            assertEquals(range(size), epoch(shuffled, epoch).stream().sorted().toList(), "-Dunroll.seed=" + SEED);
            assertEquals(range(size), epoch(byLength, epoch).stream().sorted().toList(), "-Dunroll.seed=" + SEED);
        }
    }

    @Test
    void onlyTheLastBatchOfAnEpochHasFewer() {
        BucketedBatches batches = BucketedBatches.shuffled(ofLengths(lengths(14)), 4, SEED);
        int[] sizes = IntStream.range(0, 8).map(number -> examples(batches, number).size()).toArray();
        assertEquals(List.of(4, 4, 4, 2, 4, 4, 4, 2), Arrays.stream(sizes).boxed().toList());
    }

    @Test
    void theSameSeedGivesTheSameOrder() {
        Batches one = BucketedBatches.shuffled(ofLengths(lengths(500)), 3, SEED);
        Batches two = BucketedBatches.shuffled(ofLengths(lengths(500)), 3, SEED);
        for (int epoch = 0; epoch < 3; epoch++) {
            assertEquals(epoch(one, epoch), epoch(two, epoch), "-Dunroll.seed=" + SEED);
        }
    }

    @Test
    void anotherSeedOrEpochGivesAnotherOrder() {
        Set<List<Integer>> orders = new HashSet<>();
        for (long seed = SEED; seed < SEED + 4; seed++) {
            Batches batches = BucketedBatches.shuffled(ofLengths(lengths(500)), 3, seed);
            for (int epoch = 0; epoch < 4; epoch++) {
                orders.add(epoch(batches, epoch));
            }
        }
        assertEquals(16, orders.size(), "-Dunroll.seed=" + SEED);
    }

    @Test
    void aBatchIsKnownByItsNumberAlone() {
        Batches batches = BucketedBatches.shuffled(ofLengths(lengths(50)), 4, SEED);
        List<String> inOrder = IntStream.range(0, 60).mapToObj(number -> Windows.text(whole(batches, number))).toList();
        Random random = new Random(SEED);
        Batches anew = BucketedBatches.shuffled(ofLengths(lengths(50)), 4, SEED);
        for (int round = 0; round < 100; round++) {
            int number = random.nextInt(60);
            assertEquals(inOrder.get(number), Windows.text(whole(anew, number)), "-Dunroll.seed=" + SEED);
        }
    }

    private static Window whole(Batches batches, long number) {
        return Windows.read(batches, number, 0, (int) batches.time(number));
    }

    /** Those that share a batch change, and its place in the epoch. */
    @Test
    void chanceMixesTheBatches() {
        Batches batches = BucketedBatches.shuffled(ofLengths(lengths(512)), 2, SEED);
        Set<Set<Integer>> first = pairs(batches, 0);
        Set<Set<Integer>> second = pairs(batches, 1);
        first.retainAll(second);
        assertTrue(first.size() < 64, first.size() + " of 256 pairs again, -Dunroll.seed=" + SEED);
        double half = IntStream.range(0, 128).mapToLong(batches::time).average().orElseThrow();
        double other = IntStream.range(128, 256).mapToLong(batches::time).average().orElseThrow();
        assertEquals(half, other, 5, "-Dunroll.seed=" + SEED);
    }

    private static Set<Set<Integer>> pairs(Batches batches, int epoch) {
        Set<Set<Integer>> pairs = new HashSet<>();
        for (long number = epoch * batches.epoch(); number < (epoch + 1) * batches.epoch(); number++) {
            pairs.add(Set.copyOf(examples(batches, number)));
        }
        return pairs;
    }

    @Test
    void theBatchWithFewerHasNotAlwaysTheLongest() {
        Batches batches = BucketedBatches.shuffled(ofLengths(lengths(33)), 4, SEED);
        long[] times = IntStream.range(0, 20).mapToLong(epoch -> batches.time(epoch * 9L + 8)).toArray();
        assertTrue(Arrays.stream(times).distinct().count() > 3, Arrays.toString(times) + " -Dunroll.seed=" + SEED);
    }

    @Test
    void withoutShufflingTheShortestComeFirst() {
        Batches batches = BucketedBatches.byLength(ofLengths(3, 1, 4, 1, 5), 2);
        assertEquals(List.of(1, 3, 0, 2, 4), epoch(batches, 0));
        assertEquals(List.of(1, 3, 0, 2, 4), epoch(batches, 7));
        assertEquals(List.of(1L, 4L, 5L), IntStream.range(0, 3).mapToObj(batches::time).toList());
    }

    @Test
    void theTimeOfABatchIsThatOfItsLongest() {
        int[] lengths = lengths(103);
        Batches batches = BucketedBatches.shuffled(ofLengths(lengths), 4, SEED);
        for (long number = 0; number < 2 * batches.epoch(); number++) {
            int longest = examples(batches, number).stream().mapToInt(i -> lengths[i]).max().orElseThrow();
            assertEquals(longest, batches.time(number), "-Dunroll.seed=" + SEED);
        }
        assertEquals(Arrays.stream(lengths).max().orElseThrow(), batches.longest());
    }

    @Test
    void aWindowHasEachExampleUpToItsEnd() {
        Batches batches = BucketedBatches.byLength(ofLengths(2, 3, 5), 4);
        assertEquals("0>0 1>1\n1000>1000 1001>1001\n2000>2000 2001>2001\n\n",
                Windows.text(Windows.read(batches, 0, 0, 2)));
        assertEquals("\n1002>1002\n2002>2002 2003>2003\n\n", Windows.text(Windows.read(batches, 0, 2, 2)));
        assertEquals("\n\n2004>2004\n\n", Windows.text(Windows.read(batches, 0, 4, 2)));
    }

    @Test
    void whatIsBehindTheEndHasNoWeightAndNoClass() {
        Window window = Windows.read(BucketedBatches.byLength(ofLengths(1, 2), 3), 0, 0, 2);
        assertEquals("[1.0, 1.0, 0.0, 0.0, 1.0, 0.0]", Arrays.toString(window.weights()));
        assertEquals("[0, 1000, -1, -1, 1001, -1]", Arrays.toString(window.classes()));
    }

    /** Lengths as of sentences: their logarithms are normal, the median 20 and the longest about 150. */
    @ParameterizedTest
    @ValueSource(ints = {16, 64, 256})
    void littleOfABatchIsPadding(int batch) {
        Random random = new Random(SEED);
        int[] lengths = IntStream.range(0, 20_000).map(i -> 1 + (int) Math.exp(3 + 0.5 * random.nextGaussian()))
                .toArray();
        double padding = padding(BucketedBatches.shuffled(ofLengths(lengths), batch, SEED), lengths);
        assertTrue(padding < 0.08, "%.3f of it, -Dunroll.seed=%d".formatted(padding, SEED));
    }

    private static double padding(Batches batches, int[] lengths) {
        long room = 0;
        for (long number = 0; number < batches.epoch(); number++) {
            room += batches.time(number) * batches.batch();
        }
        return 1 - (double) Arrays.stream(lengths).sum() / room;
    }

    @Test
    void whatCannotBeBatchedIsRefused() {
        Sequences examples = ofLengths(1, 2);
        assertEquals("batches: batch is 0; wanted 1 or more", assertThrows(IllegalArgumentException.class,
                () -> BucketedBatches.byLength(examples, 0)).getMessage());
        assertEquals("sequences: number of examples is 0; wanted 1 or more", assertThrows(
                IllegalArgumentException.class, () -> BucketedBatches.shuffled(new Elsewhere(), 3, 1)).getMessage());
        assertEquals("sequences: example 1 has length 0; wanted 1 or more", assertThrows(
                IllegalArgumentException.class, () -> BucketedBatches.shuffled(new Elsewhere(4, 0), 3, 1))
                .getMessage());
    }

    /** Examples that are not in memory. */
    private record Elsewhere(List<Integer> lengths) implements Sequences {
        Elsewhere(Integer... lengths) {
            this(List.of(lengths));
        }

        @Override
        public int size() {
            return lengths.size();
        }

        @Override
        public int length(int example) {
            return lengths.get(example);
        }

        @Override
        public void read(int example, int from, int count, Window window, int column) {
            for (int t = 0; t < count; t++) {
                window.tokens()[t * window.batch() + column] = 10 * example + from + t;
            }
        }
    }

    @Test
    void examplesMayComeFromElsewhere() {
        Batches batches = BucketedBatches.byLength(new Elsewhere(3, 2), 2);
        assertEquals("11>-1\n1>-1 2>-1\n", Windows.text(Windows.read(batches, 0, 1, 3)));
    }

    @Test
    void aWindowThatDoesNotFitIsRefused() {
        Batches batches = BucketedBatches.byLength(ofLengths(3, 2), 2);
        Window window = Windows.ofTokens(Loss.Target.CLASS, 2, 2);
        assertEquals("batches: steps 2 to 4 of batch 0; wanted steps within 0 to 3",
                assertThrows(IndexOutOfBoundsException.class, () -> batches.read(0, 2, window)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> batches.read(-1, 0, window));
        assertThrows(IllegalArgumentException.class, () -> batches.time(-1));
        Window other = Windows.ofTokens(Loss.Target.CLASS, 2, 3);
        assertThrows(IllegalArgumentException.class, () -> batches.read(0, 0, other));
    }
}
