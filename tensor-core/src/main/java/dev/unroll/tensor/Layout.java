package dev.unroll.tensor;

import java.util.Objects;

/**
 * Where the elements of a matrix lie in a segment: element (i, j) is the float number {@code offset + i*rowStride + j}.
 *
 * <p>All figures count floats, not bytes. A layout is arithmetic only; {@link Matrix} joins it with memory. Every
 * product is exact: a layout that would pass 2^63 bytes is an error, not a wrap.
 *
 * @param offset where element (0, 0) lies
 * @param rows number of rows, 0 or more
 * @param cols number of columns, 0 or more
 * @param rowStride distance from a row to the next, at least {@code cols}
 */
public record Layout(long offset, int rows, int cols, long rowStride) {
    /**
     * Checks what it is given.
     *
     * @throws IllegalArgumentException for a negative size, a stride shorter than a row, or an extent past 2^63 bytes
     */
    public Layout {
        if (offset < 0 || rows < 0 || cols < 0 || rowStride < cols) {
            throw new IllegalArgumentException(("layout: offset %d, %dx%d, row stride %d; wanted none negative and a"
                    + " row stride of at least the columns").formatted(offset, rows, cols, rowStride));
        }
        try {
            long last = rows == 0 ? 0 : Math.addExact(Math.multiplyExact(rows - 1L, rowStride), cols);
            Math.multiplyExact(Math.addExact(offset, last), (long) Float.BYTES);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("layout: offset %d, %dx%d, row stride %d is past 2^63 bytes"
                    .formatted(offset, rows, cols, rowStride), e);
        }
    }

    /**
     * The layout of a matrix whose rows follow one another without a gap, from offset 0.
     *
     * @param rows number of rows
     * @param cols number of columns
     * @return the layout
     */
    public static Layout rowMajor(int rows, int cols) {
        return new Layout(0, rows, cols, cols);
    }

    /**
     * Number of elements, rows*cols.
     *
     * @return the count
     */
    public long size() {
        return (long) rows * cols;
    }

    /**
     * The first float past the last element: what a segment must hold at least. {@code offset} itself where there is no
     * element.
     *
     * @return the end, in floats
     */
    public long end() {
        return size() == 0 ? offset : offset + (rows - 1L) * rowStride + cols;
    }

    /**
     * Whether each row begins where the one before ends.
     *
     * @return true where the elements are one run
     */
    public boolean isContiguous() {
        return rowStride == cols || rows <= 1;
    }

    /**
     * Rows {@code from} to {@code from + count}, as a view.
     *
     * @param from first row
     * @param count number of rows
     * @return the layout of these rows
     * @throws IndexOutOfBoundsException where these are not rows of this layout
     */
    public Layout rows(int from, int count) {
        Objects.checkFromIndexSize(from, count, rows);
        return new Layout(count == 0 ? offset : offset + from * rowStride, count, cols, rowStride);
    }

    /**
     * Columns {@code from} to {@code from + count}, as a view.
     *
     * @param from first column
     * @param count number of columns
     * @return the layout of these columns
     * @throws IndexOutOfBoundsException where these are not columns of this layout
     */
    public Layout cols(int from, int count) {
        Objects.checkFromIndexSize(from, count, cols);
        return new Layout(offset + from, rows, count, rowStride);
    }
}
