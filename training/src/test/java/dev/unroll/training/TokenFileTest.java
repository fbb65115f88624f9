package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFileTest {
    private static final long SEED = Long.getLong("unroll.seed", 20260301);

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("text.tokens");
    }

    private Path written(int size, int... tokens) throws IOException {
        TokenFile.write(file(), size, sink -> sink.write(tokens, 0, tokens.length));
        return file();
    }

    private static int[] read(Tokens tokens) {
        int[] to = new int[(int) tokens.count()];
        tokens.read(0, to, 0, to.length);
        return to;
    }

    /** Tokens of every size, the smallest and the largest among them. */
    private static int[] random(int size, int count) {
        int[] tokens = new Random(SEED).ints(count, 0, size).toArray();
        tokens[0] = 0;
        tokens[count - 1] = size - 1;
        return tokens;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 255, 256, 257, 65535, 65536, 65537, 1 << 24, Integer.MAX_VALUE})
    void whatIsWrittenIsRead(int size) throws IOException {
        int[] tokens = random(size, 1000);
        try (TokenFile mapped = TokenFile.map(written(size, tokens))) {
            assertEquals(1000, mapped.count());
            assertEquals(size, mapped.size());
            assertArrayEquals(tokens, read(mapped), "-Dunroll.seed=" + SEED);
        }
    }

    @ParameterizedTest
    @CsvSource({"256, 1", "257, 2", "65536, 2", "65537, 4"})
    void aTokenTakesAsFewBytesAsTheLargestNeeds(int size, int width) throws IOException {
        assertEquals(32 + 10 * width, Files.size(written(size, new int[10])));
    }

    @Test
    void tokensComeInPiecesThatAreLongerThanAnyBuffer() throws IOException {
        int[] tokens = random(70_000, 100_003);
        TokenFile.Source pieces = sink -> {
            for (int from = 0; from < tokens.length; from += 33_000) {
                sink.write(tokens, from, Math.min(33_000, tokens.length - from));
            }
        };
        TokenFile.write(file(), 70_000, pieces);
        try (TokenFile mapped = TokenFile.map(file())) {
            assertArrayEquals(tokens, read(mapped), "-Dunroll.seed=" + SEED);
        }
    }

    @Test
    void anyPartIsRead() throws IOException {
        try (TokenFile mapped = TokenFile.map(written(300, 5, 6, 7, 299, 9))) {
            int[] to = {-1, -1, -1, -1};
            mapped.read(2, to, 1, 2);
            assertArrayEquals(new int[]{-1, 7, 299, -1}, to);
            assertArrayEquals(new int[]{6, 7}, read(mapped.slice(1, 2)));
        }
    }

    @Test
    void aTextMayBeEmpty() throws IOException {
        try (TokenFile mapped = TokenFile.map(written(3))) {
            assertEquals(0, mapped.count());
        }
    }

    @Test
    void whatIsOutsideIsRefused() throws IOException {
        try (TokenFile mapped = TokenFile.map(written(3, 0, 1, 2))) {
            assertThrows(IndexOutOfBoundsException.class, () -> mapped.read(2, new int[2], 0, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> mapped.read(-1, new int[2], 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> mapped.read(0, new int[2], 1, 2));
        }
    }

    @Test
    void aClosedFileIsNotRead() throws IOException {
        TokenFile mapped = TokenFile.map(written(3, 0, 1, 2));
        mapped.close();
        mapped.close();
        assertEquals("read: %s is closed".formatted(file()),
                assertThrows(IllegalStateException.class, () -> read(mapped)).getMessage());
    }

    @Test
    void aTokenThatIsNotBelowTheSizeIsNotWritten() {
        String message = assertThrows(IllegalArgumentException.class, () -> written(3, 0, 1, 3)).getMessage();
        assertEquals("token file: token 3 at position 2; wanted 0 to 2", message);
        assertThrows(IllegalArgumentException.class, () -> written(3, -1));
        assertThrows(IllegalArgumentException.class, () -> written(0));
        assertTrue(Files.notExists(file()));
    }

    @Test
    void aSourceThatFailsLeavesTheOldFile() throws IOException {
        written(3, 0, 1, 2);
        assertThrows(IOException.class, () -> TokenFile.write(file(), 9, sink -> {
            sink.write(new int[]{8}, 0, 1);
            throw new IOException("no more");
        }));
        try (TokenFile mapped = TokenFile.map(file())) {
            assertArrayEquals(new int[]{0, 1, 2}, read(mapped));
        }
    }

    @Test
    void aMappedFileThatIsReplacedIsReadAsItWas() throws IOException {
        assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
        try (TokenFile mapped = TokenFile.map(written(3, 0, 1, 2))) {
            written(3, 2);
            assertArrayEquals(new int[]{0, 1, 2}, read(mapped));
        }
    }

    private String refusal(byte... bytes) throws IOException {
        Files.write(file(), bytes);
        return assertThrows(IOException.class, () -> TokenFile.map(file()).close()).getMessage()
                .replace(file().toString(), "FILE");
    }

    @Test
    void anotherFileIsRefused() throws IOException {
        assertEquals("FILE is no token file: it has 0 bytes; wanted 32 or more", refusal());
        assertEquals("FILE is no token file: it has 31 bytes; wanted 32 or more", refusal(new byte[31]));
        assertEquals("FILE is no token file: it does not begin with UNROLLTK", refusal(new byte[100]));
    }

    @Test
    void aFileThatIsNotThereIsRefused() {
        assertEquals("cannot read %s: there is no such file".formatted(file()),
                assertThrows(IOException.class, () -> TokenFile.map(file()).close()).getMessage());
        assertEquals("cannot read %s: it is no regular file".formatted(directory),
                assertThrows(IOException.class, () -> TokenFile.map(directory).close()).getMessage());
    }

    @Test
    void aFileThatIsTooShortOrTooLongIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(written(300, 1, 2, 3));
        String wanted = "wanted 32, and 2 for each of 3 tokens";
        assertEquals("FILE is damaged: it has 37 bytes; " + wanted, refusal(Arrays.copyOf(whole, 37)));
        assertEquals("FILE is damaged: it has 36 bytes; " + wanted, refusal(Arrays.copyOf(whole, 36)));
        assertEquals("FILE is damaged: it has 32 bytes; " + wanted, refusal(Arrays.copyOf(whole, 32)));
        assertEquals("FILE is damaged: it has 40 bytes; " + wanted, refusal(Arrays.copyOf(whole, 40)));
    }

    @Test
    void anotherVersionIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(written(300, 1, 2, 3));
        whole[8] = 2;
        assertEquals("FILE is a token file of version 2; wanted version 1", refusal(whole));
    }

    @Test
    void anyDamageToTheHeaderIsFoundOrHarmless() throws IOException {
        byte[] whole = Files.readAllBytes(written(300, 1, 2, 299));
        Random random = new Random(SEED);
        for (int round = 0; round < 2000; round++) {
            byte[] damaged = whole.clone();
            int at = random.nextInt(32);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file(), damaged);
            try (TokenFile mapped = TokenFile.map(file())) {
                assertArrayEquals(new int[]{1, 2, 299}, read(mapped));
            } catch (IOException | UncheckedIOException e) {
                assertTrue(e.getMessage().contains("token"), e.getMessage());
            } catch (RuntimeException e) {
                fail("-Dunroll.seed=%d, round %d, byte %d".formatted(SEED, round, at), e);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 32, 255", "300, 35, 65281", "70000, 39, 4278190081"})
    void aDamagedTokenIsRefusedWhereItIsRead(int size, int at, long token) throws IOException {
        byte[] whole = Files.readAllBytes(written(size, 1, 1, 1));
        int position = (at - 32) / ((whole.length - 32) / 3);
        whole[at] = -1;
        Files.write(file(), whole);
        try (TokenFile mapped = TokenFile.map(file())) {
            String message = assertThrows(UncheckedIOException.class, () -> read(mapped)).getCause().getMessage();
            assertEquals("%s is damaged: token %d at position %d; wanted 0 to %d".formatted(file(), token, position,
                    size - 1), message);
        }
    }

    private TokenFile temporary(int... tokens) throws IOException {
        return TokenFile.temporary(directory, 300, sink -> sink.write(tokens, 0, tokens.length));
    }

    private long filesHere() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    @Test
    void aTemporaryFileIsReadLikeAnyOther() throws IOException {
        try (TokenFile mapped = temporary(5, 299, 0)) {
            assertArrayEquals(new int[]{5, 299, 0}, read(mapped));
            assertEquals(300, mapped.size());
        }
    }

    @Test
    void aTemporaryFileIsGoneWhenItIsClosed() throws IOException {
        temporary(1, 2, 3).close();
        assertEquals(0, filesHere());
    }

    @Test
    void aTemporaryFileHasNoNameWhereThePlatformAllows() throws IOException {
        assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
        try (TokenFile mapped = TokenFile.temporary(directory, 300, sink -> {
            assertEquals(0, filesHere());
            sink.write(new int[]{7}, 0, 1);
        })) {
            assertEquals(0, filesHere());
            assertArrayEquals(new int[]{7}, read(mapped));
        }
    }

    @Test
    void aTemporaryFileWhoseSourceFailsIsGoneToo() throws IOException {
        assertEquals("no more", assertThrows(IOException.class, () -> TokenFile.temporary(directory, 3, sink -> {
            throw new IOException("no more");
        }).close()).getMessage());
        assertEquals(0, filesHere());
    }
}
