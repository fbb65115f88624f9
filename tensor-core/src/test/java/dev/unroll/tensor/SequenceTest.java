package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specifies a batch of sequences as time-major rows of one matrix. */
class SequenceTest {
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    /** Feature j of sequence i at time t = 100*t + 10*i + j. */
    private Sequence counted(int time, int batch, int feature) {
        Sequence sequence = Sequence.allocate(arena, time, batch, feature);
        for (int t = 0; t < time; t++) {
            for (int i = 0; i < batch; i++) {
                for (int j = 0; j < feature; j++) {
                    sequence.asMatrix().set(t * batch + i, j, 100 * t + 10 * i + j);
                }
            }
        }
        return sequence;
    }

    @Test
    void isAllocatedAsZeros() {
        Sequence sequence = Sequence.allocate(arena, 4, 3, 2);
        assertEquals("[4][3][2]", sequence.shape());
        assertEquals("12x2", sequence.asMatrix().shape());
        assertArrayEquals(new float[24], sequence.asMatrix().toArray());
    }

    @Test
    void atIsAllSequencesAtOneTime() {
        Sequence sequence = counted(4, 3, 2);
        assertArrayEquals(new float[]{200, 201, 210, 211, 220, 221}, sequence.at(2).toArray());
        sequence.at(2).set(1, 0, -1);
        assertEquals(-1, sequence.asMatrix().get(2 * 3 + 1, 0));
    }

    @ParameterizedTest
    @CsvSource({"-1", "4"})
    void atAnotherTimeIsRefused(int t) {
        assertThrows(IndexOutOfBoundsException.class, () -> counted(4, 3, 2).at(t));
    }

    @Test
    void atWithoutSequencesIsStillATime() {
        assertEquals("0x2", Sequence.allocate(arena, 4, 0, 2).at(3).shape());
        assertThrows(IndexOutOfBoundsException.class, () -> Sequence.allocate(arena, 4, 0, 2).at(4));
    }

    @Test
    void sliceIsAViewOnSomeTimes() {
        Sequence sequence = counted(5, 3, 2);
        Sequence slice = sequence.slice(1, 3);
        assertEquals("[3][3][2]", slice.shape());
        assertArrayEquals(sequence.at(3).toArray(), slice.at(2).toArray());
        slice.at(0).fill(7);
        assertEquals(7, sequence.at(1).get(2, 1));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "4, 0", "0, 4"})
    void sliceMayBeEmptyOrAll(int from, int count) {
        assertEquals(count, counted(4, 3, 2).slice(from, count).time());
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 5", "4, 1", "5, 0", "1, -1"})
    void sliceOutsideIsRefused(int from, int count) {
        assertThrows(IndexOutOfBoundsException.class, () -> counted(4, 3, 2).slice(from, count));
    }

    @Test
    void ofAMatrixIsAViewOnItsRows() {
        Matrix rows = Matrix.allocate(arena, 6, 5).cols(1, 3);
        Sequence sequence = Sequence.of(rows, 2, 3);
        assertSame(rows, sequence.asMatrix());
        assertEquals(2, sequence.time());
        assertEquals(3, sequence.batch());
        assertEquals(3, sequence.feature());
        sequence.at(1).set(2, 2, 4);
        assertEquals(4, rows.get(5, 2));
    }

    @Test
    void ofAMatrixOfOtherRowsIsRefusedWithBothCounts() {
        Matrix rows = Matrix.allocate(arena, 7, 5);
        String message = assertThrows(IllegalArgumentException.class, () -> Sequence.of(rows, 2, 3)).getMessage();
        assertTrue(message.contains("7 rows") && message.contains("time 2") && message.contains("batch 3")
                && message.contains("wanted 6"), message);
    }

    @ParameterizedTest
    @CsvSource({"-1, 3, 2", "3, -1, 2", "3, 2, -1", "-1, -1, 2"})
    void negativeSizesAreRefused(int time, int batch, int feature) {
        assertThrows(IllegalArgumentException.class, () -> Sequence.allocate(arena, time, batch, feature));
    }

    @ParameterizedTest
    @CsvSource({"65536, 32768", "65536, 65536", "2147483647, 2"})
    void moreRowsThanAnIntCountsAreRefusedNotWrapped(int time, int batch) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> Sequence.allocate(arena, time, batch, 0)).getMessage();
        assertTrue(message.contains("time " + time) && message.contains("batch " + batch), message);
        Matrix empty = Matrix.allocate(arena, 0, 0);
        assertThrows(IllegalArgumentException.class, () -> Sequence.of(empty, time, batch));
    }

    @Test
    void asManyRowsAsAnIntCountsAreAllowed() {
        Sequence sequence = Sequence.allocate(arena, Integer.MAX_VALUE, 1, 0);
        assertEquals(Integer.MAX_VALUE, sequence.asMatrix().rows());
        assertEquals("1x0", sequence.at(Integer.MAX_VALUE - 1).shape());
        assertEquals(1, sequence.slice(Integer.MAX_VALUE - 1, 1).time());
    }
}
