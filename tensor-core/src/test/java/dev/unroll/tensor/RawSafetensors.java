package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Safetensors files put together by hand, well-formed or not. */
final class RawSafetensors {
    private RawSafetensors() {}

    /** A file of this header, taken as it is, and this data. */
    static byte[] file(String header, byte... data) {
        return file(header.getBytes(StandardCharsets.UTF_8), data);
    }

    /** A file of this header, taken as it is, and this data. */
    static byte[] file(byte[] header, byte... data) {
        return file(header.length, header, data);
    }

    /** A file that claims a header of this length, whatever follows. */
    static byte[] file(long length, byte[] header, byte... data) {
        return ByteBuffer.allocate(Long.BYTES + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(header).put(data).array();
    }

    /** The JSON of one tensor {@code t} that fills the data. */
    static String tensor(DType dtype, String shape, long bytes) {
        return entry("\"" + dtype + "\"", shape, "[0," + bytes + "]");
    }

    /** A JSON entry of one tensor {@code t}, its fields taken as they are. */
    static String entry(String dtype, String shape, String offsets) {
        return "{\"t\":{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}}".formatted(dtype, shape, offsets);
    }

    /** Checks that a file is refused in one line that begins with its name; returns the line. */
    static String refusal(Path file) {
        SafetensorsException e = assertThrows(SafetensorsException.class, () -> SafetensorsReader.open(file).close());
        String message = e.getMessage();
        assertTrue(message.startsWith(file + ": "), message);
        assertTrue(message.length() < file.toString().length() + 400, message);
        assertEquals(-1, message.indexOf('\n'), message);
        return message;
    }
}
