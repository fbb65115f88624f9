package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specifies where the steps of a batch lie, and how it is cut for threads. */
class ScheduleTest {
    private static final long SEED = 20261123;

    @ParameterizedTest
    @CsvSource({"32, 1, 1", "1, 2, 1", "7, 2, 1", "8, 2, 2", "32, 2, 2", "33, 2, 2", "128, 2, 4", "11, 3, 1",
            "12, 3, 3", "0, 2, 1"})
    void aBatchIsCutWhereEachThreadHasSequencesEnough(int batch, int threads, int bands) {
        assertEquals(bands, Schedule.forward(Lengths.full(5, batch), threads).bands());
    }

    @Test
    void bandsOfOneLengthAreNeighboursOfTheSameSize() {
        for (int batch = 1; batch < 150; batch++) {
            for (int threads = 1; threads < 9; threads++) {
                Schedule schedule = Schedule.forward(Lengths.full(2, batch), threads);
                assertEquals(0, schedule.begin(0));
                assertEquals(batch, schedule.begin(schedule.bands()));
                for (int i = 0; i < schedule.bands(); i++) {
                    int even = batch / schedule.bands();
                    int count = schedule.count(i, 1);
                    assertTrue(count == even || count == even + 1, "batch %d, band %d: %d".formatted(batch, i, count));
                    assertEquals(batch + schedule.begin(i), schedule.row(i, 1));
                }
            }
        }
    }

    @Test
    void sequencesOfOneLengthStayInTheirOrder() {
        Schedule schedule = Schedule.forward(Lengths.full(4, 3), 2);
        assertTrue(schedule.isInOrder());
        assertArrayEquals(IntStream.range(0, 12).toArray(), schedule.source());
        assertArrayEquals(new int[]{0, 1, 2}, schedule.order());
    }

    @Test
    void aStepOfALongerSequenceHasNoRowForAShorterOne() {
        Schedule schedule = Schedule.forward(Lengths.of(4, 2, 0, 4), 1);
        assertFalse(schedule.isInOrder());
        assertArrayEquals(new int[]{2, 0, 1}, schedule.order());
        assertArrayEquals(new int[]{1, 2, 0}, schedule.places());
        // [time][batch] rows of sequences 2 and 0 at times 0 and 1, then of sequence 2 alone.
        assertArrayEquals(new int[]{2, 0, 5, 3, 8, 11}, schedule.source());
        assertArrayEquals(new int[]{2, 2, 1, 1, 0}, IntStream.range(0, 5).map(t -> schedule.count(0, t)).toArray());
    }

    @Test
    void whatGoesBackwardBeginsAtEachSequencesOwnEnd() {
        Schedule forward = Schedule.forward(Lengths.of(4, 2, 0, 4), 1);
        Schedule backward = Schedule.backward(forward, 1);
        assertArrayEquals(new int[]{11, 3, 8, 0, 5, 2}, backward.padded());
        assertArrayEquals(backward.padded(),
                Arrays.stream(backward.source()).map(row -> forward.padded()[row]).toArray());
    }

    @Test
    void everyStepOfEverySequenceHasOneRowWhateverTheBands() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 300; round++) {
            int time = random.nextInt(1, 9);
            int[] lengths = random.ints(random.nextInt(1, 70), 0, time + 1).toArray();
            int threads = random.nextInt(1, 5);
            Schedule forward = Schedule.forward(Lengths.of(time, lengths), threads);
            for (Schedule schedule : new Schedule[]{forward, Schedule.backward(forward, threads)}) {
                String context = "seed %d, %s, %d threads".formatted(SEED, schedule.lengths(), threads);
                int[] wanted = IntStream.range(0, time * lengths.length)
                        .filter(row -> row / lengths.length < lengths[row % lengths.length]).toArray();
                assertArrayEquals(wanted, Arrays.stream(schedule.padded()).sorted().toArray(), context);
                int rows = 0;
                for (int band = 0; band < schedule.bands(); band++) {
                    for (int t = 0; t < schedule.time(band); t++) {
                        rows += schedule.count(band, t);
                        checkStep(context, schedule, band, t);
                    }
                }
                assertEquals(wanted.length, rows, context);
            }
        }
    }

    /** The sequences that go on are a band's first ones, in the order of its places. */
    private static void checkStep(String context, Schedule schedule, int band, int t) {
        int batch = schedule.lengths().batch();
        for (int i = 0; i < schedule.count(band, t); i++) {
            int sequence = schedule.padded()[schedule.row(band, t) + i] % batch;
            assertEquals(schedule.order()[schedule.begin(band) + i], sequence, context);
        }
    }
}
