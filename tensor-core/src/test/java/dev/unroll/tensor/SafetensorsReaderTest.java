package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What an open file answers, and what it does when it changes or is asked for too much. */
class SafetensorsReaderTest {
    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        file = directory.resolve("network.safetensors");
        new SafetensorsWriter().metadata("kind", "lstm").add("bias", new float[]{1, 2, 3}, 3)
                .add("ids", new long[]{7}, 1)
                .add("text", new byte[]{'a'}, 1).write(file);
    }

    private void refused(String fault, Executable call) {
        assertEquals(file + ": " + fault, assertThrows(SafetensorsException.class, call).getMessage());
    }

    @Test
    void aMissingTensorIsNamedWithThoseThatAreThere() throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            String fault = "holds no tensor 'weight'; it holds ids, bias, text";
            refused(fault, () -> reader.info("weight"));
            refused(fault, () -> reader.floats("weight"));
        }
    }

    @Test
    void aTensorOfAnotherTypeIsRefusedWithTheTypesWanted() throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file); Arena arena = Arena.ofConfined()) {
            refused("tensor 'ids' is I64; wanted F32 or F64 or F16 or BF16", () -> reader.floats("ids"));
            refused("tensor 'text' is U8; wanted F64 or F32 or F16 or BF16", () -> reader.doubles("text"));
            refused("tensor 'bias' is F32; wanted I64 or I32 or I16 or I8 or U32 or U16 or U8",
                    () -> reader.longs("bias"));
            refused("tensor 'bias' is F32; wanted U8 or I8 or BOOL", () -> reader.bytes("bias"));
            refused("tensor 'ids' is I64; wanted F32", () -> reader.read("ids", arena.allocate(8)));
        }
    }

    @Test
    void theMapsCannotBeChanged() throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThrows(UnsupportedOperationException.class, () -> reader.metadata().clear());
            assertThrows(UnsupportedOperationException.class, () -> reader.tensors().clear());
            assertThrows(UnsupportedOperationException.class, () -> reader.info("bias").shape().set(0, 4L));
        }
    }

    @Test
    void aClosedReaderKeepsItsMapsAndReadsNothing() throws IOException {
        SafetensorsReader reader = SafetensorsReader.open(file);
        reader.close();
        reader.close();
        assertEquals("lstm", reader.metadata().get("kind"));
        assertEquals(3, reader.info("bias").count());
        assertThrows(ClosedChannelException.class, () -> reader.floats("bias"));
    }

    @Test
    void aFileCutShortWhileOpenIsRefused() throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file);
                RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
            long size = other.length();
            other.setLength(size - 2);
            refused("ends at or before byte %d; it was longer when it was opened".formatted(size - 1),
                    () -> reader.bytes("text"));
            assertThrows(SafetensorsException.class, () -> reader.floats("bias"));
            assertArrayEquals(new long[]{7}, reader.longs("ids"));
            other.setLength(0);
            assertThrows(SafetensorsException.class, () -> reader.longs("ids"));
        }
    }

    @Test
    void aFileReplacedWhileOpenReadsAsItWas() throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            new SafetensorsWriter().add("other", new double[]{0}).write(file);
            assertArrayEquals(new float[]{1, 2, 3}, reader.floats("bias"));
        }
    }

    @Test
    void aTensorTooLongForAnArrayIsRefusedAndOneBehindItIsRead() throws IOException {
        long huge = (1L << 32) + 5;
        String header = "{\"huge\":{\"dtype\":\"U8\",\"shape\":[%1$d],\"data_offsets\":[0,%1$d]},".formatted(huge)
                + "\"w\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[%d,%d]}}".formatted(huge, huge + 4);
        byte[] head = RawSafetensors.file(header);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(0);
            sparse.write(head);
            sparse.seek(head.length + huge);
            sparse.write(new byte[]{0, 0, (byte) 0x80, 0x3f});
        }
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertEquals(huge, reader.info("huge").count());
            refused("tensor 'huge' has 4294967301 elements; an array holds 2147483639 at most",
                    () -> reader.bytes("huge"));
            assertArrayEquals(new float[]{1}, reader.floats("w"));
        }
    }

    @Test
    void threadsReadOneFileAtOnce() throws Exception {
        int length = 100_000;
        SafetensorsWriter writer = new SafetensorsWriter();
        for (int t = 0; t < 4; t++) {
            double[] values = new double[length];
            Arrays.fill(values, t);
            writer.add("t" + t, values, length);
        }
        writer.write(file);
        try (SafetensorsReader reader = SafetensorsReader.open(file);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<double[]>> readings = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String name = "t" + i % 4;
                readings.add(threads.submit(() -> reader.doubles(name)));
            }
            for (int i = 0; i < 40; i++) {
                double wanted = i % 4;
                double[] values = readings.get(i).get();
                assertEquals(length, values.length);
                for (double value : values) {
                    assertEquals(wanted, value);
                }
            }
        }
    }

    @Test
    void aRefusedFileIsNotLeftOpen() throws IOException {
        Path descriptorsOfThis = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(descriptorsOfThis));
        Files.write(file, new byte[20]);
        for (int i = 0; i < 10; i++) {
            assertThrows(SafetensorsException.class, () -> SafetensorsReader.open(file));
        }
        try (Stream<Path> descriptors = Files.list(descriptorsOfThis)) {
            assertTrue(descriptors.noneMatch(descriptor -> pointsTo(descriptor, file)));
        }
    }

    private static boolean pointsTo(Path link, Path target) {
        try {
            return Files.readSymbolicLink(link).equals(target.toRealPath());
        } catch (IOException e) {
            // The descriptor that lists them is closed by now.
            return false;
        }
    }
}
