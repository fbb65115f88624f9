package dev.unroll.tensor;

import static dev.unroll.tensor.SafetensorsException.quote;

import java.util.List;
import java.util.Objects;

/**
 * What a safetensors file says of one tensor: its elements lie in bytes {@code begin} to {@code end} of the data section,
 * the last dimension running fastest. An instance is consistent: {@code end - begin = count * dtype.bytes()}.
 *
 * @param name the tensor's name
 * @param dtype what an element is
 * @param shape the dimensions, each 0 or more; empty for a scalar, which has one element; copied
 * @param begin first byte, counted from the start of the data section
 * @param end first byte that is the tensor's no more
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, long begin, long end) {
    /**
     * Checks what it is given.
     *
     * @throws IllegalArgumentException for a negative figure, a shape of more than 2^63-1 elements or bytes, or a span
     *         other than the shape takes
     */
    public TensorInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(dtype, "dtype");
        shape = List.copyOf(shape);
        long bytes = byteSize(name, dtype, shape);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("tensor %s has data_offsets [%d, %d]; wanted 0 <= begin <= end"
                    .formatted(quote(name), begin, end));
        }
        if (end - begin != bytes) {
            throw new IllegalArgumentException(
                    "tensor %s, %s of shape %s, takes %d bytes; its data_offsets [%d, %d] span %d"
                            .formatted(quote(name), dtype, shape, bytes, begin, end, end - begin));
        }
    }

    /**
     * Number of elements: the product of the dimensions, 1 for a scalar.
     *
     * @return the exact count
     */
    public long count() {
        return byteSize() / dtype.bytes();
    }

    /**
     * Space that the elements take.
     *
     * @return the size, in bytes
     */
    public long byteSize() {
        return end - begin;
    }

    /** The size of such a tensor in bytes; a dimension of 0 does not excuse a product before it that overflows. */
    static long byteSize(String name, DType dtype, List<Long> shape) {
        long count = 1;
        try {
            for (long size : shape) {
                if (size < 0) {
                    throw new IllegalArgumentException("tensor %s has shape %s; wanted no negative dimension"
                            .formatted(quote(name), shape));
                }
                count = Math.multiplyExact(count, size);
            }
            return Math.multiplyExact(count, dtype.bytes());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("tensor %s, %s of shape %s, is past 2^63 bytes"
                    .formatted(quote(name), dtype, shape), e);
        }
    }
}
