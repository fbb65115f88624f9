package dev.unroll.tensor;

import static dev.unroll.tensor.RawSafetensors.entry;
import static dev.unroll.tensor.RawSafetensors.file;
import static dev.unroll.tensor.RawSafetensors.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file holds, it opens, or it is a {@link SafetensorsException}; and it does not choose what that costs. */
class HostileSafetensorsTest {
    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("hostile.safetensors");
    }

    @Test
    void namesFromTheFileCannotBreakTheMessage() throws IOException {
        Files.write(file, file("{\"a\\n\\u001b[31mb\\u202e%s%n\":1}"));
        assertEquals(file + ": tensor 'a [31mb %s%n' is no object", refusal(file));
        Files.write(file, file("{\"" + "n".repeat(100_000) + "\":1}"));
        assertEquals(file + ": tensor '" + "n".repeat(120) + "...' is no object", refusal(file));
        Files.write(file, file("{\"%1$s\":1,\"%1$s\":1}".formatted("n".repeat(100_000))));
        refusal(file);
    }

    private static byte[] small() {
        String header = "{\"__metadata__\":{\"k\":\"v\u00fc\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]}}  ";
        return file(header, new byte[11]);
    }

    /** Opens the file and reads all there is; false where it was refused. */
    private boolean opens(String circumstance) {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (TensorInfo info : reader.tensors().values()) {
                switch (info.dtype()) {
                    case F32, F64, F16, BF16 -> reader.floats(info.name());
                    case BOOL -> reader.bytes(info.name());
                    case I64, I32, I16, I8, U32, U16, U8 -> reader.longs(info.name());
                    case F8_E5M2, F8_E4M3, F8_E8M0, C64, U64 -> {
                    }
                }
            }
            return true;
        } catch (SafetensorsException e) {
            return false;
        } catch (IOException | RuntimeException e) {
            return fail(circumstance, e);
        }
    }

    @Test
    void noPrefixOpens() throws IOException {
        byte[] whole = small();
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            refusal(file);
        }
        Files.write(file, whole);
        assertTrue(opens("whole"));
    }

    @Test
    void noSuffixOpens() throws IOException {
        byte[] whole = small();
        for (int begin = 1; begin < whole.length; begin++) {
            Files.write(file, Arrays.copyOfRange(whole, begin, whole.length));
            refusal(file);
        }
    }

    @Test
    void everyChangeOfOneByteOpensOrIsRefused() throws IOException {
        byte[] whole = small();
        Files.write(file, whole);
        int opened = 0;
        try (RandomAccessFile patch = new RandomAccessFile(file.toFile(), "rw")) {
            for (int i = 0; i < whole.length - 11; i++) {
                for (int value = 0; value < 256; value++) {
                    patch.seek(i);
                    patch.write(value);
                    opened += opens("byte %d is %d".formatted(i, value)) ? 1 : 0;
                }
                patch.seek(i);
                patch.write(whole[i]);
            }
        }
        // The bytes as they were, and other letters for names and text.
        assertTrue(opened > whole.length, opened + " opened");
    }

    private static byte[] replace(byte[] bytes, int from, int to, byte[] piece) {
        byte[] result = new byte[from + piece.length + bytes.length - to];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(piece, 0, result, from, piece.length);
        System.arraycopy(bytes, to, result, from + piece.length, bytes.length - to);
        return result;
    }

    /** Gives the file other bytes; in place, since creating thousands of files takes much longer. */
    private static void overwrite(RandomAccessFile open, byte[] bytes) throws IOException {
        open.setLength(bytes.length);
        open.seek(0);
        open.write(bytes);
    }

    @Test
    void randomDamageOpensOrIsRefused() throws IOException {
        long seed = Long.getLong("unroll.seed", 20260117);
        Random random = new Random(seed);
        String[] words = {"{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "-", "0", "9223372036854775807", "1e9",
                "null",
                "\"__metadata__\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"F64\"", "\"t\":{}", " ", "\n",
                "\ud83c\udf00"};
        byte[] whole = small();
        byte[] header = Arrays.copyOfRange(whole, 8, whole.length - 11);
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            for (int round = 0; round < 10_000; round++) {
                byte[] damaged = header;
                for (int changes = random.nextInt(4); changes >= 0; changes--) {
                    int from = random.nextInt(damaged.length + 1);
                    int to = random.nextBoolean() ? from : Math.min(damaged.length, from + random.nextInt(20));
                    String word = words[random.nextInt(words.length)];
                    damaged = replace(damaged, from, to, word.getBytes(StandardCharsets.UTF_8));
                }
                overwrite(open, file(damaged, new byte[random.nextInt(4) == 0 ? random.nextInt(20) : 11]));
                opens("-Dunroll.seed=%d, round %d".formatted(seed, round));
            }
        }
    }

    @Test
    void randomBytesOpenOrAreRefused() throws IOException {
        long seed = Long.getLong("unroll.seed", 20260117);
        Random random = new Random(seed);
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            for (int round = 0; round < 2_000; round++) {
                byte[] bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
                overwrite(open, random.nextBoolean() ? bytes : file(bytes));
                opens("-Dunroll.seed=%d, round %d".formatted(seed, round));
            }
        }
    }

    /** Opens files in a JVM of its own: 0 where each opens or is refused, 1 where anything else happens. */
    static final class Opening {
        private Opening() {}

        public static void main(String[] files) throws IOException {
            for (String name : files) {
                try (SafetensorsReader reader = SafetensorsReader.open(Path.of(name))) {
                    reader.tensors();
                } catch (SafetensorsException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    private Path written(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private static void opensWithHeap(String heap, Path... files) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap, "-cp", System.getProperty("java.class.path"), Opening.class.getName()));
        Stream.of(files).map(Path::toString).forEach(command::add);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }

    @Test
    void aClaimIsCheckedBeforeItCostsMemory() throws Exception {
        Path header = written("header", file(100_000_000, "{}".getBytes(StandardCharsets.UTF_8)));
        Path data = written("data", file(entry("\"F64\"", "[1152921504606846975]", "[0,9223372036854775800]")));
        Path brokenEarly = written("brokenEarly", file(100_000_000, "{".getBytes(StandardCharsets.UTF_8)));
        try (RandomAccessFile sparse = new RandomAccessFile(brokenEarly.toFile(), "rw")) {
            sparse.setLength(100_000_008);
        }
        byte[] spaces = new byte[100_000_000];
        Arrays.fill(spaces, (byte) ' ');
        spaces[0] = '{';
        spaces[1] = '}';
        Path padded = written("padded", file(spaces));
        opensWithHeap("16m", header, data, brokenEarly, padded);
    }

    @Test
    void theMostThatAHeaderMayHoldFitsASmallHeap() throws Exception {
        String entries = IntStream.range(0, HeaderLimits.ENTRIES)
                .mapToObj(i -> "\"%d\":{\"dtype\":\"U8\",\"shape\":[0,%s1],\"data_offsets\":[0,0]}".formatted(i,
                        "12345,".repeat(HeaderLimits.RANK - 2)))
                .collect(Collectors.joining(","));
        String text = "\u5c64".repeat((HeaderLimits.TEXT - 500_000) / 2);
        opensWithHeap("256m", written("full",
                file("{\"__metadata__\":{\"a\":\"%s\",\"b\":\"%s\"},%s}".formatted(text, text, entries))));
    }

    @Test
    void entriesAndTextAreLimited() throws IOException {
        String many = IntStream.rangeClosed(0, 100_000).mapToObj(i -> "\"%d\":\"\"".formatted(i))
                .collect(Collectors.joining(","));
        Files.write(file, file("{\"__metadata__\":{" + many + "}}"));
        assertEquals(file + ": more than 100000 metadata entries", refusal(file));
        String tensors = IntStream.rangeClosed(0, 100_000)
                .mapToObj(i -> "\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}".formatted(i))
                .collect(Collectors.joining(","));
        Files.write(file, file("{" + tensors + "}"));
        assertEquals(file + ": more than 100000 tensors", refusal(file));
        Files.write(file, file("{\"__metadata__\":{\"a\":\"%1$s\",\"b\":\"%1$s\"}}".formatted("x".repeat(1 << 23))));
        assertEquals(file + ": names and metadata of more than 16777216 characters", refusal(file));
    }

    @Test
    void aStringOrNameOfManyMegabytesIsRefused() throws IOException {
        Files.write(file, file("{\"__metadata__\":{\"a\":\"" + "x".repeat(20_000_000) + "\"}}"));
        refusal(file);
        Files.write(file, file("{\"" + "x".repeat(20_000_000) + "\":1}"));
        refusal(file);
        Files.write(file, file(entry("\"U8\"", "[" + "1".repeat(20_000_000) + "]", "[0,1]")));
        refusal(file);
    }
}
