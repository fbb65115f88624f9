package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specifies a matrix as a view on off-heap memory: allocation, slices, copies, and which views share elements. */
class MatrixTest {
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    /** Element (i, j) = 10*i + j + 1. */
    private Matrix counted(int rows, int cols) {
        Matrix matrix = Matrix.allocate(arena, rows, cols);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                matrix.set(i, j, 10 * i + j + 1);
            }
        }
        return matrix;
    }

    /** All but the outermost rows and columns: a view with gaps before, between and after its rows. */
    private Matrix inner(Matrix outer) {
        return outer.rows(1, outer.rows() - 2).cols(1, outer.cols() - 2);
    }

    @Nested
    class Allocation {
        @Test
        void isZeroAlignedAndWithoutGaps() {
            Matrix matrix = Matrix.allocate(arena, 3, 5);
            assertArrayEquals(new float[15], matrix.toArray());
            assertEquals(0, matrix.address() % Matrix.ALIGNMENT);
            assertEquals(Layout.rowMajor(3, 5), matrix.layout());
            assertEquals("3x5", matrix.shape());
        }

        @ParameterizedTest
        @CsvSource({"0, 0", "0, 7", "7, 0"})
        void mayBeEmpty(int rows, int cols) {
            Matrix matrix = Matrix.allocate(arena, rows, cols);
            assertEquals(rows, matrix.rows());
            assertEquals(cols, matrix.cols());
            assertEquals(0, matrix.toArray().length);
        }

        @Test
        void rowOfCopiesAnArray() {
            float[] row = {1, 2, 3};
            Matrix matrix = Matrix.rowOf(arena, row);
            row[0] = 9;
            assertEquals("1x3", matrix.shape());
            assertArrayEquals(new float[]{1, 2, 3}, matrix.toArray());
        }

        @Test
        void aNegativeSizeIsRefused() {
            assertThrows(IllegalArgumentException.class, () -> Matrix.allocate(arena, -1, 2));
            assertThrows(IllegalArgumentException.class, () -> Matrix.allocate(arena, 2, -1));
        }

        @Test
        void aSizePastTwoToTheSixtyThreeBytesIsRefused() {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> Matrix.allocate(arena, Integer.MAX_VALUE, Integer.MAX_VALUE));
            assertTrue(e.getMessage().contains("2147483647x2147483647"), e.getMessage());
        }

        @Test
        void moreThanTheSystemHasIsOutOfMemory() {
            assertThrows(OutOfMemoryError.class, () -> Matrix.allocate(arena, 1 << 22, 1 << 23));
        }
    }

    @Nested
    class OverMemory {
        @Test
        void readsAndWritesTheSegmentThatItIsAViewOn() {
            MemorySegment segment = arena.allocate(64, 64);
            Matrix matrix = Matrix.of(segment, new Layout(2, 2, 3, 5));
            matrix.set(1, 2, 4.5f);
            assertEquals(4.5f, segment.getAtIndex(ValueLayout.JAVA_FLOAT, 2 + 5 + 2));
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, 2, 2.5f);
            assertEquals(2.5f, matrix.get(0, 0));
            assertSame(segment, matrix.segment());
            assertEquals(segment.address() + 8, matrix.address());
        }

        @Test
        void mayEndWhereTheSegmentEnds() {
            Layout layout = new Layout(2, 2, 3, 5);
            assertEquals(layout, Matrix.of(arena.allocate(layout.end() * 4, 4), layout).layout());
        }

        @Test
        void pastTheSegmentIsRefusedWithBothEnds() {
            MemorySegment segment = arena.allocate(9 * 4 + 3, 4);
            String message = assertThrows(IllegalArgumentException.class,
                    () -> Matrix.of(segment, new Layout(2, 2, 3, 5))).getMessage();
            assertTrue(message.contains("ends at float 10") && message.contains("holds 9"), message);
        }

        @Test
        void onTheHeapIsRefused() {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> Matrix.of(MemorySegment.ofArray(new float[4]), Layout.rowMajor(2, 2))).getMessage();
            assertTrue(message.contains("heap") && message.contains("wanted off-heap"), message);
        }

        @ParameterizedTest
        @CsvSource({"1", "2", "3"})
        void misalignedIsRefused(long shift) {
            MemorySegment segment = arena.allocate(64, 64).asSlice(shift);
            String message = assertThrows(IllegalArgumentException.class,
                    () -> Matrix.of(segment, Layout.rowMajor(2, 2))).getMessage();
            assertTrue(message.contains("no multiple of 4"), message);
        }

        @Test
        void readOnlyMemoryCanBeReadAndNotWritten() {
            Matrix matrix = Matrix.of(counted(2, 2).segment().asReadOnly(), Layout.rowMajor(2, 2));
            assertEquals(12, matrix.get(1, 1));
            assertThrows(IllegalArgumentException.class, () -> matrix.set(1, 1, 0));
        }

        @Test
        void closedMemoryIsAnIllegalState() {
            Arena closed = Arena.ofConfined();
            Matrix matrix = Matrix.allocate(closed, 2, 2);
            closed.close();
            assertThrows(IllegalStateException.class, () -> matrix.get(0, 0));
            assertThrows(IllegalStateException.class, () -> matrix.set(0, 0, 1));
            assertThrows(IllegalStateException.class, () -> matrix.fill(0));
            assertThrows(IllegalStateException.class, () -> matrix.copyFrom(new float[4]));
            assertThrows(IllegalStateException.class, matrix::toArray);
        }
    }

    @Nested
    class Slices {
        @Test
        void areViewsNotCopies() {
            Matrix matrix = counted(4, 5);
            Matrix slice = matrix.rows(1, 2).cols(2, 3);
            assertArrayEquals(new float[]{13, 14, 15, 23, 24, 25}, slice.toArray());
            slice.set(1, 0, -1);
            assertEquals(-1, matrix.get(2, 2));
            assertArrayEquals(new float[]{21, 22, -1, 24, 25}, matrix.row(2).toArray());
        }

        @Test
        void ofSlicesAreInTheSlicesOwnIndices() {
            assertEquals(23, counted(4, 5).rows(1, 3).rows(1, 2).cols(1, 3).cols(1, 1).get(0, 0));
        }

        @ParameterizedTest
        @CsvSource({"-1, 0", "0, -1", "2, 0", "0, 3"})
        void elementsOutsideAreRefusedThoughMemoryIsThere(int i, int j) {
            Matrix slice = counted(4, 5).rows(1, 2).cols(1, 3);
            assertThrows(IndexOutOfBoundsException.class, () -> slice.get(i, j));
            assertThrows(IndexOutOfBoundsException.class, () -> slice.set(i, j, 0));
        }

        @Test
        void outsideAreRefused() {
            Matrix matrix = counted(4, 5);
            assertThrows(IndexOutOfBoundsException.class, () -> matrix.rows(3, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> matrix.cols(5, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> matrix.row(4));
            assertThrows(IndexOutOfBoundsException.class, () -> matrix.row(-1));
        }
    }

    @Nested
    class Copies {
        @Test
        void fillStaysInsideTheView() {
            for (float value : new float[]{7, 0, -0f, Float.NaN}) {
                Matrix outer = counted(4, 5);
                inner(outer).fill(value);
                for (int i = 0; i < 4; i++) {
                    for (int j = 0; j < 5; j++) {
                        boolean inside = (i == 1 || i == 2) && j >= 1 && j <= 3;
                        assertEquals(inside ? value : 10 * i + j + 1, outer.get(i, j), i + ", " + j);
                    }
                }
            }
        }

        @Test
        void copyFromMatrixTakesEveryElementAcrossStrides() {
            Matrix source = inner(counted(4, 5));
            Matrix outer = Matrix.allocate(arena, 4, 6);
            outer.rows(1, 2).cols(2, 3).copyFrom(source);
            assertArrayEquals(new float[]{0, 0, 12, 13, 14, 0, 0, 0, 22, 23, 24, 0},
                    outer.rows(1, 2).toArray());
            assertArrayEquals(new float[6], outer.row(0).toArray());
            assertArrayEquals(new float[6], outer.row(3).toArray());
        }

        @Test
        void copyFromMatrixTakesContiguousOnesWhole() {
            Matrix copy = Matrix.allocate(arena, 3, 5);
            copy.copyFrom(counted(3, 5));
            assertArrayEquals(counted(3, 5).toArray(), copy.toArray());
        }

        @Test
        void copyFromItselfChangesNothing() {
            Matrix matrix = inner(counted(4, 5));
            matrix.copyFrom(matrix);
            assertArrayEquals(new float[]{12, 13, 14, 22, 23, 24}, matrix.toArray());
        }

        @Test
        void copyFromAnotherShapeIsRefusedWithBothShapes() {
            Matrix matrix = counted(2, 3);
            String message = assertThrows(IllegalArgumentException.class, () -> matrix.copyFrom(counted(3, 2)))
                    .getMessage();
            assertTrue(message.contains("copyFrom") && message.contains("3x2") && message.contains("2x3"), message);
        }

        @Test
        void arraysGoInAndComeOutRowByRow() {
            Matrix outer = Matrix.allocate(arena, 4, 5);
            float[] values = {1, 2, 3, 4, 5, 6};
            inner(outer).copyFrom(values);
            assertEquals(4, outer.get(2, 1));
            float[] back = new float[6];
            inner(outer).copyTo(back);
            assertArrayEquals(values, back);
            assertArrayEquals(values, inner(outer).toArray());
        }

        @ParameterizedTest
        @CsvSource({"0", "5", "7"})
        void arraysOfAnotherLengthAreRefusedWithBothLengths(int length) {
            Matrix matrix = counted(2, 3);
            for (String message : new String[]{
                    assertThrows(IllegalArgumentException.class, () -> matrix.copyFrom(new float[length]))
                            .getMessage(),
                    assertThrows(IllegalArgumentException.class, () -> matrix.copyTo(new float[length]))
                            .getMessage()}) {
                assertTrue(message.startsWith("copy") && message.contains("array of " + length)
                        && message.contains("2x3") && message.contains("wanted 6"), message);
            }
        }

        @Test
        void ofTheEmptyRowsAfterTheLastMoveNothing() {
            Matrix tight = Matrix.of(arena.allocate(12 * 4, 4), new Layout(0, 3, 2, 5));
            Matrix none = tight.rows(3, 0);
            none.copyFrom(Matrix.allocate(arena, 0, 2));
            none.copyFrom(new float[0]);
            none.fill(0);
            none.fill(1);
            assertEquals(0, none.toArray().length);
        }

        @Test
        void ofRowsWithoutColumnsMoveNothing() {
            Matrix none = Matrix.of(arena.allocate(0, 4), new Layout(0, 5, 0, 100));
            none.copyFrom(Matrix.allocate(arena, 5, 0));
            none.copyFrom(new float[0]);
            none.fill(0);
            assertEquals(0, none.toArray().length);
        }
    }

    @Nested
    class Overlaps {
        private final Matrix whole = counted(6, 8);

        private void check(boolean expected, Matrix a, Matrix b) {
            assertEquals(expected, a.overlaps(b), a + " at " + a.offset() + ", " + b + " at " + b.offset());
            assertEquals(expected, b.overlaps(a), b + " at " + b.offset() + ", " + a + " at " + a.offset());
        }

        @Test
        void aViewAndItself() {
            check(true, whole, whole);
            check(true, whole.cols(2, 3), whole.cols(2, 3));
        }

        @Test
        void notOtherMemory() {
            check(false, whole, counted(6, 8));
        }

        @Test
        void rowsThatMeet() {
            check(true, whole.rows(0, 3), whole.rows(2, 3));
            check(false, whole.rows(0, 3), whole.rows(3, 3));
        }

        @Test
        void columnsThatMeet() {
            check(true, whole.cols(0, 3), whole.cols(2, 3));
            check(false, whole.cols(0, 3), whole.cols(3, 5));
            check(false, whole.cols(0, 3), whole.cols(5, 1));
        }

        @Test
        void blocksThatMeetInOneElement() {
            check(true, whole.rows(0, 3).cols(0, 4), whole.rows(2, 3).cols(3, 4));
            check(false, whole.rows(0, 3).cols(0, 4), whole.rows(2, 3).cols(4, 4));
            check(false, whole.rows(2, 3).cols(0, 4), whole.rows(0, 3).cols(4, 4));
        }

        @Test
        void columnsThatWrapIntoTheNextRow() {
            Matrix wrapped = Matrix.of(whole.segment(), new Layout(6, 2, 4, 8));
            check(true, whole.cols(0, 2), wrapped);
            check(false, whole.cols(2, 4), wrapped);
        }

        @Test
        void viewsInterleavedWithAnotherStrideCountAsOverlapping() {
            Matrix sparse = Matrix.of(whole.segment(), new Layout(0, 3, 1, 16));
            assertTrue(sparse.overlaps(whole.cols(1, 1)), "told by the first and the last of each alone");
        }

        @Test
        void neverWithAnEmptyView() {
            check(false, whole, whole.rows(2, 0));
            check(false, whole, whole.cols(2, 0));
            check(false, whole.rows(2, 0), whole.rows(2, 0));
        }

        @Test
        void agreesWithElementByElementWhereStridesAreTheSame() {
            for (int from = 0; from < 12; from++) {
                for (int rows = 1; rows <= 3; rows++) {
                    for (int cols = 1; cols <= 5; cols++) {
                        Matrix a = Matrix.of(whole.segment(), new Layout(from, rows, cols, 5));
                        Matrix b = Matrix.of(whole.segment(), new Layout(7, 2, 2, 5));
                        check(shareAnElement(a, b), a, b);
                    }
                }
            }
        }

        private boolean shareAnElement(Matrix a, Matrix b) {
            boolean[] mine = new boolean[48];
            for (int i = 0; i < a.rows(); i++) {
                for (int j = 0; j < a.cols(); j++) {
                    mine[(int) (a.offset() + i * a.rowStride() + j)] = true;
                }
            }
            boolean shared = false;
            for (int i = 0; i < b.rows(); i++) {
                for (int j = 0; j < b.cols(); j++) {
                    shared |= mine[(int) (b.offset() + i * b.rowStride() + j)];
                }
            }
            return shared;
        }
    }
}
