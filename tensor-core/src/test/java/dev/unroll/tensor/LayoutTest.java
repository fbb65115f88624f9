package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specifies the arithmetic of a layout: exact, checked, and the same for every view that is cut out of it. */
class LayoutTest {
    /** Floats that 2^63 bytes hold, less one: the furthest end there is. */
    private static final long FURTHEST = (1L << 61) - 1;

    @Test
    void rowMajorHasNoGaps() {
        Layout layout = Layout.rowMajor(3, 5);
        assertEquals(new Layout(0, 3, 5, 5), layout);
        assertTrue(layout.isContiguous());
        assertEquals(15, layout.size());
        assertEquals(15, layout.end());
    }

    @Test
    void endIsOnePastTheLastElementAndNotPastTheLastStride() {
        assertEquals(7 + 2 * 11 + 5, new Layout(7, 3, 5, 11).end());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 5", "5, 0"})
    void endIsTheOffsetWhereThereIsNoElement(int rows, int cols) {
        assertEquals(7, new Layout(7, rows, cols, 11).end());
        assertEquals(0, new Layout(7, rows, cols, 11).size());
    }

    @Test
    void aGapBetweenRowsIsNotContiguous() {
        assertFalse(new Layout(0, 2, 5, 6).isContiguous());
        assertTrue(new Layout(0, 2, 5, 5).isContiguous());
    }

    @Test
    void aSingleRowIsContiguousWhateverItsStride() {
        assertTrue(new Layout(3, 1, 5, 600).isContiguous());
        assertTrue(new Layout(3, 0, 5, 600).isContiguous());
    }

    @Test
    void rowsMoveTheOffsetByStrides() {
        Layout layout = new Layout(7, 5, 3, 11);
        assertEquals(new Layout(7 + 2 * 11, 2, 3, 11), layout.rows(2, 2));
        assertEquals(layout, layout.rows(0, 5));
    }

    @Test
    void colsMoveTheOffsetByOnes() {
        Layout layout = new Layout(7, 5, 3, 11);
        assertEquals(new Layout(8, 5, 2, 11), layout.cols(1, 2));
        assertEquals(layout, layout.cols(0, 3));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 6", "5, 1", "6, 0", "0, -1", "2147483647, 2147483647"})
    void rowsOutsideAreRefused(int from, int count) {
        assertThrows(IndexOutOfBoundsException.class, () -> new Layout(7, 5, 3, 11).rows(from, count));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 4", "3, 1", "4, 0", "0, -1", "2147483647, 2147483647"})
    void colsOutsideAreRefused(int from, int count) {
        assertThrows(IndexOutOfBoundsException.class, () -> new Layout(7, 5, 3, 11).cols(from, count));
    }

    @ParameterizedTest
    @CsvSource({"-1, 2, 3, 3", "0, -1, 3, 3", "0, 2, -1, 3", "0, 2, 3, -3", "0, 2, 3, 2", "0, 1, 3, 2"})
    void negativesAndShortStridesAreRefusedWithEveryFigure(long offset, int rows, int cols, long rowStride) {
        String message = refusal(offset, rows, cols, rowStride);
        assertTrue(message.contains("offset " + offset) && message.contains(rows + "x" + cols)
                && message.contains("row stride " + rowStride) && message.contains("wanted"), message);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 7, 600", "5, 7, 7", "2147483647, 3, 1000000000"})
    void theFurthestEndIsExactlyBelowTwoToTheSixtyThreeBytes(int rows, int cols, long rowStride) {
        long offset = FURTHEST - cols - (rows - 1L) * rowStride;
        assertEquals(FURTHEST, new Layout(offset, rows, cols, rowStride).end());
        assertTrue(refusal(offset + 1, rows, cols, rowStride).contains("past 2^63 bytes"));
    }

    @ParameterizedTest
    @CsvSource({"0, 3, 1, 9223372036854775807", "9223372036854775807, 1, 1, 1", "0, 2147483647, 1, 4294967299"})
    void anExtentThatWouldWrapIsRefused(long offset, int rows, int cols, long rowStride) {
        assertTrue(refusal(offset, rows, cols, rowStride).contains("past 2^63 bytes"));
    }

    @Test
    void sizesPastTwoToTheThirtyOneDoNotWrap() {
        Layout layout = Layout.rowMajor(1 << 20, 1 << 20);
        assertEquals(1L << 40, layout.size());
        assertEquals(1L << 40, layout.end());
        assertEquals((1L << 40) - (1 << 20), layout.rows((1 << 20) - 1, 1).offset());
    }

    @Test
    void anEmptyViewAtTheEndOfTheFurthestLayoutIsAView() {
        Layout layout = new Layout(0, 2, 1, FURTHEST - 1);
        assertEquals(0, layout.rows(2, 0).size());
    }

    private static String refusal(long offset, int rows, int cols, long rowStride) {
        return assertThrows(IllegalArgumentException.class, () -> new Layout(offset, rows, cols, rowStride))
                .getMessage();
    }
}
