package dev.unroll.training;

import dev.unroll.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** CRC-32C of texts and numbers, their lowest byte first. */
final class Checksum {
    private final CRC32C crc = new CRC32C();

    Checksum add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(new long[]{bytes.length});
        crc.update(bytes);
        return this;
    }

    Checksum add(long... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(numbers);
        crc.update(bytes);
        return this;
    }

    Checksum add(double... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(numbers);
        crc.update(bytes);
        return this;
    }

    Checksum add(Matrix matrix) {
        add(matrix.rows(), matrix.cols());
        for (int i = 0; i < matrix.rows(); i++) {
            ByteBuffer bytes = ByteBuffer.allocate(matrix.cols() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(matrix.row(i).toArray());
            crc.update(bytes);
        }
        return this;
    }

    /** Eight hexadecimal digits. */
    @Override
    public String toString() {
        return "%08x".formatted(crc.getValue());
    }
}
