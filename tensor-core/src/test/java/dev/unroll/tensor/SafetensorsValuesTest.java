package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Elements of every type that a file may hold, as Java's numbers. */
class SafetensorsValuesTest {
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

    private double[] read(DType dtype, byte... data) throws IOException {
        Files.write(file, RawSafetensors.file(
                RawSafetensors.tensor(dtype, "[" + data.length / dtype.bytes() + "]", data.length), data));
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            float[] floats = reader.floats("t");
            double[] doubles = reader.doubles("t");
            for (int i = 0; i < floats.length; i++) {
                assertEquals((float) doubles[i], floats[i]);
            }
            return doubles;
        }
    }

    private static byte[] everyShort() {
        byte[] data = new byte[1 << 17];
        for (int i = 0; i < 1 << 16; i++) {
            data[2 * i] = (byte) i;
            data[2 * i + 1] = (byte) (i >> 8);
        }
        return data;
    }

    @Test
    void everyHalfFloatIsExact() throws IOException {
        double[] values = read(DType.F16, everyShort());
        for (int i = 0; i < 1 << 16; i++) {
            int exponent = i >> 10 & 31;
            int mantissa = i & 1023;
            double magnitude = exponent == 31
                    ? mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                    : exponent == 0 ? Math.scalb(mantissa, -24) : Math.scalb(1024 + mantissa, exponent - 25);
            assertEquals(i < 1 << 15 ? magnitude : -magnitude, values[i], "half 0x" + Integer.toHexString(i));
        }
    }

    @Test
    void everyBfloatIsTheUpperHalfOfAFloat() throws IOException {
        double[] values = read(DType.BF16, everyShort());
        for (int i = 0; i < 1 << 16; i++) {
            assertEquals(Float.intBitsToFloat(i << 16), values[i], "bfloat 0x" + Integer.toHexString(i));
        }
    }

    @Test
    void doublesAreRoundedToFloatsAndFloatsAreExactDoubles() throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().add("d", new double[]{0.1, 1e300, 1e-50}, 3).add("f",
                new float[]{0.1f}, 1);
        try (SafetensorsReader reader = written(writer)) {
            assertArrayEquals(new float[]{0.1f, Float.POSITIVE_INFINITY, 0}, reader.floats("d"));
            assertArrayEquals(new double[]{0.1f}, reader.doubles("f"));
        }
    }

    static Stream<List<Object>> integers() {
        return Stream.of(List.of(DType.I8, -2L), List.of(DType.U8, 254L), List.of(DType.I16, -2L),
                List.of(DType.U16, 65534L), List.of(DType.I32, -2L), List.of(DType.U32, 4294967294L),
                List.of(DType.I64, -2L));
    }

    @ParameterizedTest
    @MethodSource("integers")
    void integersOfEveryWidthBecomeLongs(List<Object> typeAndValue) throws IOException {
        DType dtype = (DType) typeAndValue.get(0);
        byte[] data = new byte[2 * dtype.bytes()];
        Arrays.fill(data, (byte) -1);
        data[0] = -2;
        Arrays.fill(data, dtype.bytes(), data.length, (byte) 0);
        data[dtype.bytes()] = 5;
        Files.write(file, RawSafetensors.file(RawSafetensors.tensor(dtype, "[2]", data.length), data));
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertArrayEquals(new long[]{(long) typeAndValue.get(1), 5}, reader.longs("t"));
        }
    }

    @Test
    void truthValuesAreBytes() throws IOException {
        Files.write(file,
                RawSafetensors.file(RawSafetensors.tensor(DType.BOOL, "[3]", 3), (byte) 1, (byte) 0, (byte) 1));
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertArrayEquals(new byte[]{1, 0, 1}, reader.bytes("t"));
        }
    }

    @Test
    void everyTypeIsListedThoughItsValuesMayNotBeRead() throws IOException {
        for (DType dtype : DType.values()) {
            Files.write(file,
                    RawSafetensors.file(RawSafetensors.tensor(dtype, "[1]", dtype.bytes()), new byte[dtype.bytes()]));
            try (SafetensorsReader reader = SafetensorsReader.open(file)) {
                assertEquals(dtype, reader.info("t").dtype());
            }
        }
        assertTrue(DType.values().length >= 15);
    }
}
