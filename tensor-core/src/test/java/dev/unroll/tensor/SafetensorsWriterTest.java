package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the writer makes of what it is given, and what it refuses. */
class SafetensorsWriterTest {
    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("network.safetensors");
    }

    private SafetensorsReader written(SafetensorsWriter writer) throws IOException {
        writer.write(file);
        return SafetensorsReader.open(file);
    }

    @Test
    void theBytesAreTheFormat() throws IOException {
        new SafetensorsWriter().metadata("k", "v").add("b", new float[]{1}, 1).add("i", new long[]{-2})
                .add("a", new float[]{0.5f}, 1, 1).write(file);
        String json = "{\"__metadata__\":{\"k\":\"v\"},\"i\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[8,12]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}";
        byte[] header = (json + " ".repeat((8 - json.length() % 8) % 8)).getBytes(StandardCharsets.US_ASCII);
        byte[] data = {-2, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0x3f, 0, 0, (byte) 0x80, 0x3f};
        assertArrayEquals(RawSafetensors.file(header, data), Files.readAllBytes(file));
    }

    @Test
    void theFileDoesNotDependOnTheOrderOfCalls() throws IOException {
        new SafetensorsWriter().metadata("a", "1").metadata("b", "2").add("x", new float[2], 2)
                .add("y", new float[1], 1)
                .add("z", new byte[3], 3).write(file);
        byte[] first = Files.readAllBytes(file);
        new SafetensorsWriter().add("z", new byte[3], 3).add("y", new float[1], 1).metadata("b", "2").metadata("a", "1")
                .add("x", new float[2], 2).write(file);
        assertArrayEquals(first, Files.readAllBytes(file));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void everyTensorIsAlignedToItsElement(int nameLength) throws IOException {
        new SafetensorsWriter().add("n".repeat(nameLength), new byte[3], 3).add("a", new float[3], 3)
                .add("b", new double[1]).add("c", new long[1], 1).write(file);
        long header = Files.readAllBytes(file)[0] & 0xffL;
        assertEquals(0, header % 8);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (TensorInfo info : reader.tensors().values()) {
                assertEquals(0, info.begin() % info.dtype().bytes(), info.toString());
            }
        }
    }

    @Test
    void dataIsReadWhenTheFileIsWritten() throws IOException {
        float[] values = {1};
        SafetensorsWriter writer = new SafetensorsWriter().add("w", values, 1);
        values[0] = 2;
        try (SafetensorsReader reader = written(writer)) {
            assertArrayEquals(new float[]{2}, reader.floats("w"));
        }
    }

    @Test
    void aWriterMayWriteAgain() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().add("a", new float[]{1}, 1);
        writer.write(file);
        try (SafetensorsReader reader = written(writer.add("b", new float[]{2}, 1))) {
            assertArrayEquals(new float[]{1}, reader.floats("a"));
            assertArrayEquals(new float[]{2}, reader.floats("b"));
        }
    }

    @Test
    void aMatrixWhoseMemoryIsGoneLeavesTheOldFile() throws IOException {
        new SafetensorsWriter().add("w", new float[]{1}, 1).write(file);
        SafetensorsWriter writer = new SafetensorsWriter();
        try (Arena arena = Arena.ofConfined()) {
            writer.add("w", Matrix.allocate(arena, 2, 2));
        }
        assertThrows(IllegalStateException.class, () -> writer.write(file));
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertArrayEquals(new float[]{1}, reader.floats("w"));
        }
    }

    @Test
    void whatIsWrittenStaysWithinTheReadersLimits() throws IOException {
        long[] ones = new long[HeaderLimits.RANK];
        Arrays.fill(ones, 1);
        String text = "x".repeat(HeaderLimits.TEXT - 1);
        SafetensorsWriter writer = new SafetensorsWriter().add("w", new float[]{1}, ones).metadata("", text);
        try (SafetensorsReader reader = written(writer)) {
            assertEquals(Collections.nCopies(HeaderLimits.RANK, 1L), reader.info("w").shape());
            assertEquals(text, reader.metadata().get(""));
        }
        refused("names and metadata of more than 16777216 characters", () -> writer.metadata("a", ""));
        refused("tensor 'r' has 33 dimensions; wanted 32 at most",
                () -> writer.add("r", new float[]{1}, Arrays.copyOf(ones, 33)));
    }

    @Test
    void manyTensorsAreTheReadersLimitToo() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (int i = 0; i < HeaderLimits.ENTRIES; i++) {
            writer.add("t" + i, new byte[0], 0);
        }
        refused("more than 100000 tensors", () -> writer.add("t", new byte[0], 0));
        try (SafetensorsReader reader = written(writer)) {
            assertEquals(HeaderLimits.ENTRIES, reader.tensors().size());
        }
    }

    private static void refused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    @Test
    void aShapeThatDoesNotFitIsRefused() {
        SafetensorsWriter writer = new SafetensorsWriter();
        refused("tensor 'w' of shape [2, 3] has 6 elements; 5 were given", () -> writer.add("w", new float[5], 2, 3));
        refused("tensor 'w' of shape [] has 1 elements; 2 were given", () -> writer.add("w", new double[2]));
        refused("tensor 'w' has shape [-1, -1]; wanted no negative dimension",
                () -> writer.add("w", new long[1], -1, -1));
        refused("tensor 'w', U8 of shape [4611686018427387904, 4], is past 2^63 bytes",
                () -> writer.add("w", new byte[0], 1L << 62, 4));
    }

    @Test
    void aNameIsGivenOnce() {
        SafetensorsWriter writer = new SafetensorsWriter().add("w", new float[1], 1).metadata("k", "v");
        refused("tensor name 'w' is there already", () -> writer.add("w", new long[1], 1));
        refused("metadata 'k' is there already", () -> writer.metadata("k", "v"));
        refused("tensor name '__metadata__' is reserved", () -> writer.add("__metadata__", new long[1], 1));
    }

    @Test
    void textThatUtf8CannotHoldIsRefused() {
        SafetensorsWriter writer = new SafetensorsWriter();
        String message = "'\ud800' has half a surrogate pair, which UTF-8 cannot hold";
        refused(message, () -> writer.add("\ud800", new long[1], 1));
        refused(message, () -> writer.metadata("\ud800", ""));
        refused(message, () -> writer.metadata("", "\ud800"));
    }
}
