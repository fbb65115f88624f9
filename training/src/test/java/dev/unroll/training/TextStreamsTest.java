package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextStreamsTest {
    /** Each token is its own place. */
    private static TextStreams places(int count, int batch) {
        return new TextStreams(Tokens.of(IntStream.range(0, count).toArray()), batch);
    }

    /** The targets of each stream, window after window; each must follow its input. */
    private static List<Integer> targets(TextStreams streams, int time) {
        List<List<Integer>> read = new ArrayList<>();
        for (int i = 0; i < streams.batch(); i++) {
            read.add(new ArrayList<>());
        }
        for (long from = 0; from < streams.time(0); from += time) {
            Window window = Windows.read(streams, 0, from, time);
            for (int row = 0; row < window.count() * window.batch(); row++) {
                assertEquals(window.classes()[row] - 1, window.tokens()[row]);
                read.get(row % window.batch()).add(window.classes()[row]);
            }
        }
        return read.stream().flatMap(List::stream).toList();
    }

    @ParameterizedTest
    @CsvSource({"2, 1, 1", "7, 2, 3", "8, 2, 3", "9, 2, 3", "13, 3, 4", "14, 3, 4", "100, 7, 5", "101, 1, 100",
            "101, 100, 1", "64, 1, 7", "50, 4, 12", "5, 2, 70"})
    void everyTargetComesOnceAndInOrder(int count, int batch, int time) {
        int length = (count - 1) / batch;
        assertEquals(IntStream.rangeClosed(1, batch * length).boxed().toList(), targets(places(count, batch), time));
    }

    @Test
    void aBatchIsOnePassOverTheText() {
        TextStreams streams = places(14, 4);
        assertEquals(4, streams.batch());
        assertEquals(1, streams.epoch());
        assertEquals(3, streams.time(0));
        assertEquals(3, streams.time(1L << 40));
        assertEquals(3, streams.longest());
        assertEquals(Windows.text(Windows.read(streams, 0, 1, 2)), Windows.text(Windows.read(streams, 7, 1, 2)));
    }

    @Test
    void everySequenceFillsTheWindowAndEveryStepCounts() {
        assertEquals("1>2 2>3\n4>5 5>6\n", Windows.text(Windows.read(places(7, 2), 0, 1, 5)));
    }

    @Test
    void aWindowBegunAnewIsReadAnew() {
        TextStreams streams = places(14, 2);
        Window window = Windows.read(streams, 0, 0, 2);
        window.begin(1);
        streams.read(0, 5, window);
        assertEquals("5>6\n11>12\n", Windows.text(window));
    }

    private static String refusal(int count, int batch) {
        return assertThrows(IllegalArgumentException.class, () -> places(count, batch)).getMessage();
    }

    @Test
    void aTextWithoutAStepForEachStreamIsRefused() {
        assertEquals("streams: 2 tokens for 2 streams; wanted 3 or more", refusal(2, 2));
        assertEquals("streams: 0 tokens for 1 streams; wanted 2 or more", refusal(0, 1));
        assertEquals("streams: 0 tokens for 2147483647 streams; wanted 2147483648 or more",
                refusal(0, Integer.MAX_VALUE));
        assertEquals("streams: batch is 0; wanted 1 or more", refusal(9, 0));
    }

    @Test
    void aWindowOfAnotherBatchIsRefused() {
        Window window = Windows.ofTokens(Loss.Target.CLASS, 2, 3);
        window.begin(2);
        assertEquals("batches: a window of batch 3 for batches of 2; wanted the same",
                assertThrows(IllegalArgumentException.class, () -> places(9, 2).read(0, 0, window)).getMessage());
    }

    @Test
    void stepsPastTheEndAreRefused() {
        Window window = Windows.ofTokens(Loss.Target.CLASS, 2, 2);
        window.begin(2);
        assertEquals("batches: steps 3 to 5 of batch 0; wanted steps within 0 to 4",
                assertThrows(IndexOutOfBoundsException.class, () -> places(9, 2).read(0, 3, window)).getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> places(9, 2).read(0, -1, window));
        assertThrows(IndexOutOfBoundsException.class, () -> places(9, 2).read(0, Long.MAX_VALUE, window));
        assertThrows(IllegalArgumentException.class, () -> places(9, 2).read(-1, 0, window));
    }

    @Test
    void aWindowOfFeaturesOrValuesIsRefused() {
        Window features = Windows.ofFeatures(Loss.Target.CLASS, 2, 2);
        Window values = Windows.ofTokens(Loss.Target.VALUES, 2, 2);
        assertThrows(IllegalStateException.class, () -> places(9, 2).read(0, 0, features));
        assertThrows(IllegalStateException.class, () -> places(9, 2).read(0, 0, values));
    }
}
