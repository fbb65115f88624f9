package dev.unroll.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** How numbers lie in a safetensors file: lowest byte first on every platform, aligned or not. */
final class LittleEndian {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Bytes that go between file and memory at a time: a whole number of elements of every {@link DType}. */
    static final int BUFFER_BYTES = 1 << 16;

    private LittleEndian() {}

    /** Element {@code i} of a buffer of floats; what is narrower than a double is exact. */
    static double real(DType dtype, MemorySegment buffer, int i) {
        return switch (dtype) {
            case F64 -> buffer.get(DOUBLE, i * 8L);
            case F32 -> buffer.get(FLOAT, i * 4L);
            case F16 -> Float.float16ToFloat(buffer.get(SHORT, i * 2L));
            case BF16 -> Float.intBitsToFloat(buffer.get(SHORT, i * 2L) << 16);
            default -> throw new IllegalArgumentException(dtype + " is no float");
        };
    }

    /** Element {@code i} of a buffer of integers. */
    static long integer(DType dtype, MemorySegment buffer, int i) {
        return switch (dtype) {
            case I64 -> buffer.get(LONG, i * 8L);
            case I32 -> buffer.get(INT, i * 4L);
            case I16 -> buffer.get(SHORT, i * 2L);
            case I8 -> buffer.get(ValueLayout.JAVA_BYTE, i);
            case U32 -> Integer.toUnsignedLong(buffer.get(INT, i * 4L));
            case U16 -> Short.toUnsignedLong(buffer.get(SHORT, i * 2L));
            case U8 -> Byte.toUnsignedLong(buffer.get(ValueLayout.JAVA_BYTE, i));
            default -> throw new IllegalArgumentException(dtype + " is no integer");
        };
    }
}
