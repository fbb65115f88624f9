package dev.unroll.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A matrix of 32-bit floats in off-heap memory: a {@link Layout} over a segment. A slice is a view on the same memory,
 * never a copy.
 *
 * <p>The arena that the segment came from owns the memory. Once it is closed every access throws {@link
 * IllegalStateException}. Several threads may read a matrix of a shared arena; a matrix has no lock, so who writes must
 * be alone.
 */
public final class Matrix {
    /** Alignment of every allocation, in bytes: a cache line, and the widest vector. */
    public static final long ALIGNMENT = 64;

    private final MemorySegment segment;
    private final Layout layout;

    private Matrix(MemorySegment segment, Layout layout) {
        this.segment = segment;
        this.layout = layout;
    }

    /**
     * A new matrix of zeros, aligned to {@link #ALIGNMENT}, its rows without gaps.
     *
     * @param arena owner of the memory
     * @param rows number of rows
     * @param cols number of columns
     * @return the matrix
     * @throws IllegalArgumentException for a negative size or one past 2^63 bytes
     * @throws OutOfMemoryError where the system has not that much
     */
    public static Matrix allocate(Arena arena, int rows, int cols) {
        Layout layout = Layout.rowMajor(rows, cols);
        return new Matrix(arena.allocate(layout.end() * Float.BYTES, ALIGNMENT), layout);
    }

    /**
     * A copy of an array as a matrix of one row.
     *
     * @param arena owner of the memory
     * @param row the elements
     * @return the matrix, 1 x row.length
     */
    public static Matrix rowOf(Arena arena, float... row) {
        Matrix matrix = allocate(arena, 1, row.length);
        matrix.copyFrom(row);
        return matrix;
    }

    /**
     * A view on memory that is there already.
     *
     * @param segment off-heap memory, aligned to 4 bytes at least
     * @param layout where the elements lie in it
     * @return the view
     * @throws IllegalArgumentException where the segment is on the heap, misaligned, or ends before the layout does
     */
    public static Matrix of(MemorySegment segment, Layout layout) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException("matrix: the segment lies on the heap; wanted off-heap memory");
        }
        if (segment.address() % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    "matrix: address %d is no multiple of %d".formatted(segment.address(), Float.BYTES));
        }
        if (layout.end() > segment.byteSize() / Float.BYTES) {
            throw new IllegalArgumentException("matrix: %s ends at float %d; the segment holds %d".formatted(layout,
                    layout.end(), segment.byteSize() / Float.BYTES));
        }
        return new Matrix(segment, layout);
    }

    /**
     * The memory that this is a view on.
     *
     * @return the segment, whole
     */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * Where the elements lie in {@link #segment()}.
     *
     * @return the layout
     */
    public Layout layout() {
        return layout;
    }

    /**
     * Number of rows.
     *
     * @return rows
     */
    public int rows() {
        return layout.rows();
    }

    /**
     * Number of columns.
     *
     * @return columns
     */
    public int cols() {
        return layout.cols();
    }

    /**
     * Where element (0, 0) lies.
     *
     * @return distance from the segment's begin, in floats
     */
    public long offset() {
        return layout.offset();
    }

    /**
     * Distance from a row to the next.
     *
     * @return the distance, in floats
     */
    public long rowStride() {
        return layout.rowStride();
    }

    /**
     * Rows {@code from} to {@code from + count}.
     *
     * @param from first row
     * @param count number of rows
     * @return a view
     * @throws IndexOutOfBoundsException where these are not rows of this matrix
     */
    public Matrix rows(int from, int count) {
        return new Matrix(segment, layout.rows(from, count));
    }

    /**
     * Columns {@code from} to {@code from + count}.
     *
     * @param from first column
     * @param count number of columns
     * @return a view
     * @throws IndexOutOfBoundsException where these are not columns of this matrix
     */
    public Matrix cols(int from, int count) {
        return new Matrix(segment, layout.cols(from, count));
    }

    /**
     * One row.
     *
     * @param i its number
     * @return a view, 1 x cols
     * @throws IndexOutOfBoundsException where this matrix has no such row
     */
    public Matrix row(int i) {
        return rows(i, 1);
    }

    /**
     * One element.
     *
     * @param i row
     * @param j column
     * @return its value
     * @throws IndexOutOfBoundsException where this matrix has no such element
     */
    public float get(int i, int j) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index(i, j));
    }

    /**
     * Writes one element.
     *
     * @param i row
     * @param j column
     * @param value what to write
     * @throws IndexOutOfBoundsException where this matrix has no such element
     */
    public void set(int i, int j, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index(i, j), value);
    }

    private long index(int i, int j) {
        Objects.checkIndex(i, layout.rows());
        Objects.checkIndex(j, layout.cols());
        return layout.offset() + i * layout.rowStride() + j;
    }

    /**
     * Sets every element.
     *
     * @param value what to write
     */
    public void fill(float value) {
        int bits = Float.floatToRawIntBits(value);
        for (int i = 0; i < rowsWithElements(); i++) {
            if (bits == 0) {
                segment.asSlice(rowByte(i), rowBytes()).fill((byte) 0);
            } else {
                for (int j = 0; j < cols(); j++) {
                    set(i, j, value);
                }
            }
        }
    }

    /**
     * Takes every element of another matrix.
     *
     * @param source a matrix of the same shape; it may overlap this one only where both are the same view
     * @throws IllegalArgumentException where the shapes differ
     */
    public void copyFrom(Matrix source) {
        if (source.rows() != rows() || source.cols() != cols()) {
            throw new IllegalArgumentException("copyFrom: source is %s, destination is %s; wanted the same shape"
                    .formatted(source.shape(), shape()));
        }
        if (rowsWithElements() > 0 && layout.isContiguous() && source.layout.isContiguous()) {
            MemorySegment.copy(source.segment, source.rowByte(0), segment, rowByte(0), layout.size() * Float.BYTES);
            return;
        }
        for (int i = 0; i < rowsWithElements(); i++) {
            MemorySegment.copy(source.segment, source.rowByte(i), segment, rowByte(i), rowBytes());
        }
    }

    /**
     * Takes every element of an array, row by row.
     *
     * @param source rows*cols floats
     * @throws IllegalArgumentException for another length
     */
    public void copyFrom(float[] source) {
        checkLength("copyFrom", source);
        for (int i = 0; i < rowsWithElements(); i++) {
            MemorySegment.copy(source, i * cols(), segment, ValueLayout.JAVA_FLOAT, rowByte(i), cols());
        }
    }

    /**
     * Writes every element into an array, row by row.
     *
     * @param destination rows*cols floats
     * @throws IllegalArgumentException for another length
     */
    public void copyTo(float[] destination) {
        checkLength("copyTo", destination);
        for (int i = 0; i < rowsWithElements(); i++) {
            MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, rowByte(i), destination, i * cols(), cols());
        }
    }

    /**
     * Every element, row by row.
     *
     * @return a new array of rows*cols floats
     * @throws ArithmeticException where an array cannot be that long
     */
    public float[] toArray() {
        float[] array = new float[Math.toIntExact(layout.size())];
        copyTo(array);
        return array;
    }

    /**
     * Whether this and another view have an element in common, told by the first and the last of each: two column slices
     * of one matrix, side by side, count as apart.
     *
     * @param other another view
     * @return true where writing one may change the other
     */
    public boolean overlaps(Matrix other) {
        if (layout.size() == 0 || other.layout.size() == 0) {
            return false;
        }
        long begin = address();
        long otherBegin = other.address();
        long end = segment.address() + layout.end() * Float.BYTES;
        long otherEnd = other.segment.address() + other.layout.end() * Float.BYTES;
        if (begin >= otherEnd || otherBegin >= end) {
            return false;
        }
        return !(rowStride() == other.rowStride() && areColumnsApart(other, (otherBegin - begin) / Float.BYTES));
    }

    private boolean areColumnsApart(Matrix other, long distance) {
        long column = Math.floorMod(distance, rowStride());
        return column >= cols() && column + other.cols() <= rowStride();
    }

    /**
     * Address of element (0, 0), for native calls and alignment checks. Whoever passes it on keeps the memory alive.
     *
     * @return the address, in bytes
     */
    public long address() {
        return segment.address() + layout.offset() * Float.BYTES;
    }

    /**
     * The shape as messages print it.
     *
     * @return for example {@code 32x512}
     */
    public String shape() {
        return rows() + "x" + cols();
    }

    @Override
    public String toString() {
        return "Matrix " + shape() + " row stride " + rowStride();
    }

    /** A row without elements may begin past the end of the memory. */
    private int rowsWithElements() {
        return cols() == 0 ? 0 : rows();
    }

    private long rowByte(int i) {
        return (layout.offset() + i * layout.rowStride()) * Float.BYTES;
    }

    private long rowBytes() {
        return (long) cols() * Float.BYTES;
    }

    private void checkLength(String operation, float[] array) {
        if (array.length != layout.size()) {
            throw new IllegalArgumentException("%s: an array of %d for a matrix of %s; wanted %d".formatted(operation,
                    array.length, shape(), layout.size()));
        }
    }
}
