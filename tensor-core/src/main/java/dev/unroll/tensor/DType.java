package dev.unroll.tensor;

/**
 * What one element of a tensor in a safetensors file is. The constants carry the names that the file uses.
 *
 * <p>They stand in the order of the format's reference implementation, smaller elements first: a file whose tensors
 * follow one another from the last constant to the first has every tensor aligned to its element. The format's types of
 * less than a byte (F4, F6) are left out: an element of theirs has no address.
 */
public enum DType {
    /** A truth value, 0 or 1 in one byte. */
    BOOL(1),
    /** Unsigned integer of 8 bits. */
    U8(1),
    /** Signed integer of 8 bits. */
    I8(1),
    /** Float of 8 bits: 5 of exponent, 2 of mantissa. */
    F8_E5M2(1),
    /** Float of 8 bits: 4 of exponent, 3 of mantissa. */
    F8_E4M3(1),
    /** Power of two in 8 bits, all of them exponent. */
    F8_E8M0(1),
    /** Signed integer of 16 bits. */
    I16(2),
    /** Unsigned integer of 16 bits. */
    U16(2),
    /** IEEE 754 half: 5 bits of exponent, 10 of mantissa. */
    F16(2),
    /** The upper half of an {@link #F32}: 8 bits of exponent, 7 of mantissa. */
    BF16(2),
    /** Signed integer of 32 bits. */
    I32(4),
    /** Unsigned integer of 32 bits. */
    U32(4),
    /** IEEE 754 single, Java's {@code float}. */
    F32(4),
    /** Complex number: two {@link #F32}, real part first. */
    C64(8),
    /** IEEE 754 double, Java's {@code double}. */
    F64(8),
    /** Signed integer of 64 bits. */
    I64(8),
    /** Unsigned integer of 64 bits. */
    U64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /**
     * Size of one element.
     *
     * @return the size, in bytes
     */
    public int bytes() {
        return bytes;
    }
}
