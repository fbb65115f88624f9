package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenStreamsTest {
    /** Each token is its own place. */
    private static int[] places(int count) {
        return IntStream.range(0, count).toArray();
    }

    /** The targets of each stream, window after window; each must follow its input. */
    private static List<List<Integer>> targets(TokenStreams streams, int count) {
        List<List<Integer>> read = new ArrayList<>();
        for (int i = 0; i < streams.batch(); i++) {
            read.add(new ArrayList<>());
        }
        int[] inputs = new int[streams.batch() * streams.time()];
        int[] targets = new int[inputs.length];
        for (int window = 0; window < streams.windows(); window++) {
            streams.read(window, inputs, targets);
            for (int t = 0; t < streams.steps(window); t++) {
                for (int i = 0; i < streams.batch(); i++) {
                    int target = targets[t * streams.batch() + i];
                    assertEquals(target - 1, inputs[t * streams.batch() + i], "of " + count);
                    read.get(i).add(target);
                }
            }
        }
        return read;
    }

    @ParameterizedTest
    @CsvSource({"2, 1, 1", "7, 2, 3", "8, 2, 3", "9, 2, 3", "13, 3, 4", "14, 3, 4", "100, 7, 5", "101, 1, 100",
            "101, 100, 1", "64, 1, 7", "50, 4, 12"})
    void everyTargetComesOnceAndInOrder(int count, int batch, int time) {
        TokenStreams streams = new TokenStreams(places(count), batch, time);
        List<Integer> all = new ArrayList<>();
        targets(streams, count).forEach(all::addAll);
        int length = (count - 1) / batch;
        assertEquals(IntStream.rangeClosed(1, batch * length).boxed().toList(), all);
    }

    @Test
    void upToBatchTokensAreLeftOver() {
        for (int count = 13; count < 40; count++) {
            int read = targets(new TokenStreams(places(count), 4, 3), count).stream().mapToInt(List::size).sum();
            int left = count - 1 - read;
            assertEquals((count - 1) % 4, left);
        }
    }

    @Test
    void windowsAreFullButTheLast() {
        TokenStreams streams = new TokenStreams(places(2 * 10 + 1), 2, 4);
        assertEquals(3, streams.windows());
        assertArrayEquals(new int[]{4, 4, 2}, new int[]{streams.steps(0), streams.steps(1), streams.steps(2)});
        assertEquals(1, new TokenStreams(places(2 * 4 + 1), 2, 4).windows());
    }

    @Test
    void aShortWindowLeavesTheRestOfTheArraysAlone() {
        TokenStreams streams = new TokenStreams(places(2 * 5 + 1), 2, 3);
        int[] inputs = new int[6];
        int[] targets = new int[6];
        Arrays.fill(inputs, -1);
        Arrays.fill(targets, -1);
        streams.read(1, inputs, targets);
        assertArrayEquals(new int[]{3, 8, 4, 9, -1, -1}, inputs);
        assertArrayEquals(new int[]{4, 9, 5, 10, -1, -1}, targets);
    }

    private static String refusal(int count, int batch, int time) {
        return assertThrows(IllegalArgumentException.class, () -> new TokenStreams(places(count), batch, time))
                .getMessage();
    }

    @Test
    void aTextShorterThanAWindowOfAllStreamsIsRefused() {
        assertEquals("streams: 6 tokens for 2 streams of a window of 3; wanted 7 or more", refusal(6, 2, 3));
        assertEquals("streams: 0 tokens for 1 streams of a window of 1; wanted 2 or more", refusal(0, 1, 1));
        assertEquals("streams: 10 tokens for 65536 streams of a window of 65536; wanted 4294967297 or more",
                refusal(10, 1 << 16, 1 << 16));
    }

    @Test
    void numbersBelowOneAreRefused() {
        assertEquals("streams: batch is 0; wanted 1 or more", refusal(10, 0, 1));
        assertEquals("streams: time is -1; wanted 1 or more", refusal(10, 1, -1));
    }
}
