package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link SafetensorsWriter} writes, {@link SafetensorsReader} reads. */
class SafetensorsRoundTripTest {
    /** Not a whole number of buffers in any type. */
    private static final int LONG = 3 * LittleEndian.BUFFER_BYTES + 13;

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

    private static int[] bits(float... values) {
        return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
    }

    private static float[] randomFloats(int count) {
        Random random = new Random(42);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    @Test
    void floatsKeepEveryBit() throws IOException {
        float[] values = {0f, -0f, 1f, Float.MIN_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN,
                Float.intBitsToFloat(0xffc01234)};
        try (SafetensorsReader reader = written(new SafetensorsWriter().add("w", values, 2, 4))) {
            assertEquals(new TensorInfo("w", DType.F32, List.of(2L, 4L), 0, 32), reader.info("w"));
            assertArrayEquals(bits(values), bits(reader.floats("w")));
        }
    }

    @Test
    void doublesKeepEveryBit() throws IOException {
        double[] values = {0, -0.0, Math.PI, Double.MIN_VALUE, Double.MAX_VALUE, Double.NEGATIVE_INFINITY, Double.NaN};
        try (SafetensorsReader reader = written(new SafetensorsWriter().add("w", values, 7))) {
            assertEquals(DType.F64, reader.info("w").dtype());
            assertArrayEquals(values, reader.doubles("w"));
        }
    }

    @Test
    void longsAreExact() throws IOException {
        long[] values = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 53 | 1};
        try (SafetensorsReader reader = written(new SafetensorsWriter().add("ids", values, 5))) {
            assertEquals(DType.I64, reader.info("ids").dtype());
            assertArrayEquals(values, reader.longs("ids"));
        }
    }

    @Test
    void bytesAreUnsigned() throws IOException {
        byte[] values = {0, 1, 127, -128, -1};
        try (SafetensorsReader reader = written(new SafetensorsWriter().add("text", values, 5))) {
            assertEquals(DType.U8, reader.info("text").dtype());
            assertArrayEquals(values, reader.bytes("text"));
            assertArrayEquals(new long[]{0, 1, 127, 128, 255}, reader.longs("text"));
        }
    }

    @Test
    void tensorsLongerThanTheBufferArriveWhole() throws IOException {
        Random random = new Random(42);
        float[] floats = randomFloats(LONG);
        double[] doubles = random.doubles(LONG).toArray();
        long[] longs = random.longs(LONG).toArray();
        byte[] bytes = new byte[LONG];
        random.nextBytes(bytes);
        SafetensorsWriter writer = new SafetensorsWriter().add("floats", floats, LONG).add("doubles", doubles, LONG)
                .add("longs", longs, LONG).add("bytes", bytes, LONG);
        try (SafetensorsReader reader = written(writer)) {
            assertArrayEquals(floats, reader.floats("floats"));
            assertArrayEquals(doubles, reader.doubles("doubles"));
            assertArrayEquals(longs, reader.longs("longs"));
            assertArrayEquals(bytes, reader.bytes("bytes"));
        }
    }

    @Test
    void aScalarHasOneElementAndNoDimension() throws IOException {
        try (SafetensorsReader reader = written(new SafetensorsWriter().add("loss", new double[]{1.5}))) {
            assertEquals(List.of(), reader.info("loss").shape());
            assertEquals(1, reader.info("loss").count());
            assertArrayEquals(new double[]{1.5}, reader.doubles("loss"));
        }
    }

    @Test
    void emptyTensorsKeepTheirShapes() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().add("a", new float[0], 0, 3).add("b", new float[]{1}, 1)
                .add("c", new float[0], 7, 0);
        try (SafetensorsReader reader = written(writer)) {
            assertEquals(List.of(0L, 3L), reader.info("a").shape());
            assertEquals(List.of(7L, 0L), reader.info("c").shape());
            assertEquals(0, reader.floats("c").length);
            assertArrayEquals(new float[]{1}, reader.floats("b"));
        }
    }

    @Test
    void aFileMayHoldNothing() throws IOException {
        try (SafetensorsReader reader = written(new SafetensorsWriter())) {
            assertEquals(Map.of(), reader.tensors());
            assertEquals(Map.of(), reader.metadata());
            assertEquals(file, reader.file());
        }
    }

    @Test
    void aStridedMatrixIsWrittenWithoutItsGaps() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Matrix whole = Matrix.allocate(arena, 207, 333);
            whole.copyFrom(randomFloats(207 * 333));
            Matrix view = whole.rows(3, 201).cols(17, 300);
            try (SafetensorsReader reader = written(new SafetensorsWriter().add("w", view))) {
                assertEquals(List.of(201L, 300L), reader.info("w").shape());
                assertArrayEquals(view.toArray(), reader.floats("w"));
            }
        }
    }

    @Test
    void aRowLongerThanTheBufferIsWrittenWhole() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Matrix whole = Matrix.allocate(arena, 3, LONG);
            whole.copyFrom(randomFloats(3 * LONG));
            Matrix view = whole.cols(1, LONG - 5);
            try (SafetensorsReader reader = written(new SafetensorsWriter().add("w", view))) {
                assertArrayEquals(view.toArray(), reader.floats("w"));
            }
        }
    }

    @Test
    void aMatrixMayBeEmpty() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsWriter writer = new SafetensorsWriter().add("a", Matrix.allocate(arena, 0, 5)).add("b",
                    Matrix.allocate(arena, 5, 0));
            try (SafetensorsReader reader = written(writer)) {
                assertEquals(List.of(0L, 5L), reader.info("a").shape());
                assertEquals(List.of(5L, 0L), reader.info("b").shape());
            }
        }
    }

    @Test
    void floatsAreReadStraightIntoOffHeapMemory() throws IOException {
        float[] values = randomFloats(LONG);
        values[7] = Float.intBitsToFloat(0x7fc00042);
        try (SafetensorsReader reader = written(new SafetensorsWriter().add("w", values, LONG));
                Arena arena = Arena.ofConfined()) {
            MemorySegment destination = arena.allocate(4L * LONG, Matrix.ALIGNMENT);
            reader.read("w", destination);
            assertArrayEquals(bits(values), bits(destination.toArray(ValueLayout.JAVA_FLOAT)));
        }
    }

    @Test
    void aDestinationOfAnotherSizeIsRefused() throws IOException {
        try (SafetensorsReader reader = written(new SafetensorsWriter().add("w", new float[3], 3))) {
            for (float[] destination : new float[][]{new float[2], new float[4]}) {
                Exception e = assertThrows(IllegalArgumentException.class,
                        () -> reader.read("w", MemorySegment.ofArray(destination)));
                assertEquals("read: tensor 'w' has 12 bytes, the destination %d; wanted as many, writable"
                        .formatted(4 * destination.length), e.getMessage());
            }
            assertThrows(IllegalArgumentException.class,
                    () -> reader.read("w", MemorySegment.ofArray(new float[3]).asReadOnly()));
        }
    }

    @Test
    void metadataKeepsEveryCharacter() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("plain", "text").metadata("", "")
                .metadata("quote \" \\ /", "line\nbreak\ttab\0nul").metadata("ünï", "文字 \ud83c\udf00 \u2028");
        try (SafetensorsReader reader = written(writer)) {
            assertEquals(Map.of("plain", "text", "", "", "quote \" \\ /", "line\nbreak\ttab\0nul", "ünï",
                    "文字 \ud83c\udf00 \u2028"), reader.metadata());
        }
    }

    @Test
    void tensorNamesKeepEveryCharacter() throws IOException {
        List<String> names = List.of("", "a\"b", "層.0.重み", "line\n", "\ud83c\udf00");
        SafetensorsWriter writer = new SafetensorsWriter();
        names.forEach(name -> writer.add(name, new float[]{name.length()}, 1));
        try (SafetensorsReader reader = written(writer)) {
            for (String name : names) {
                assertArrayEquals(new float[]{name.length()}, reader.floats(name));
            }
        }
    }
}
