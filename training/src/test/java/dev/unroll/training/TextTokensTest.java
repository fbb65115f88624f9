package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.models.Vocabulary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The judge is the text in memory: {@code Vocabulary.ofCharacters(text).encode(text)}. */
class TextTokensTest {
    private static final long SEED = Long.getLong("unroll.seed", 20260304);

    @TempDir
    Path directory;

    private Path file(byte... bytes) throws IOException {
        return Files.write(directory.resolve("text.txt"), bytes);
    }

    private Path file(String text) throws IOException {
        return file(text.getBytes(StandardCharsets.UTF_8));
    }

    private int[] encode(TextTokens text, Vocabulary vocabulary) throws IOException {
        try (TokenFile mapped = TokenFile.temporary(directory, vocabulary.size(),
                sink -> text.encode(vocabulary, sink))) {
            int[] tokens = new int[(int) mapped.count()];
            mapped.read(0, tokens, 0, tokens.length);
            return tokens;
        }
    }

    private void assertAsInMemory(String text, int buffer) throws IOException {
        String message = "buffer of %d, -Dunroll.seed=%d".formatted(buffer, SEED);
        TextTokens read = TextTokens.of(file(text), buffer);
        Vocabulary vocabulary = Vocabulary.ofCharacters(text);
        assertEquals(vocabulary, read.vocabulary(), message);
        assertEquals(text.codePointCount(0, text.length()), read.count(), message);
        assertArrayEquals(vocabulary.encode(text), encode(read, vocabulary), message);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 8, 13, 64, 1 << 16})
    void theTokensAreThoseOfTheTextInMemory(int buffer) throws IOException {
        assertAsInMemory("Grüße, Ωmega! 你好 😀👩‍👩‍👧 𝄞\r\n\tend\n", buffer);
        assertAsInMemory("a", buffer);
        assertAsInMemory("😀", buffer);
        assertAsInMemory("aaaa😀", buffer);
    }

    @Test
    void aByteOrderMarkAndLineEndsAreCharactersToo() throws IOException {
        String text = "\uFEFFone\r\ntwo\rthree\n";
        assertAsInMemory(text, 1 << 16);
        assertEquals("\n\rehnortw\uFEFF", TextTokens.of(file(text)).vocabulary().characters());
    }

    @Test
    void charactersOfEveryLengthLieAcrossEveryBorder() throws IOException {
        Random random = new Random(SEED);
        int[] largest = {0x7F, 0x7FF, 0xD7FF, 0x10FFFF};
        for (int round = 0; round < 100; round++) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(200);
            while (text.length() < length) {
                int codePoint = random.nextInt(largest[random.nextInt(4)] + 1);
                text.appendCodePoint(Character.getType(codePoint) == Character.SURROGATE ? 'x' : codePoint);
            }
            assertAsInMemory(text.toString(), 4 + random.nextInt(20));
        }
    }

    @Test
    void anotherVocabularyMayEncode() throws IOException {
        TextTokens text = TextTokens.of(file("abba"));
        assertArrayEquals(new int[]{1, 2, 2, 1}, encode(text, Vocabulary.ofCharacters("xba ")));
    }

    @Test
    void aCharacterThatTheVocabularyHasNotIsNamed() throws IOException {
        TextTokens text = TextTokens.of(file("a😀ab\nc"), 4);
        String message = assertThrows(IllegalArgumentException.class,
                () -> encode(text, Vocabulary.ofCharacters("a😀b"))).getMessage();
        assertEquals("encode: the character U+000A at position 4 of %s is none of the 3 known".formatted(
                directory.resolve("text.txt")), message);
        message = assertThrows(IllegalArgumentException.class, () -> encode(text, Vocabulary.ofCharacters("a")))
                .getMessage();
        assertEquals("encode: the character '😀' U+1F600 at position 1 of %s is none of the 1 known".formatted(
                directory.resolve("text.txt")), message);
    }

    @Test
    void theFingerprintIsThatOfTheBytes() throws Exception {
        String text = "\uFEFFein Text, 😀\r\n".repeat(10_000);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        assertEquals(HexFormat.of().formatHex(digest), TextTokens.of(file(text)).sha256());
        assertEquals(HexFormat.of().formatHex(digest), TextTokens.of(file(text), 5).sha256());
    }

    private String refusal(int buffer, int... values) throws IOException {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        Path file = file(bytes);
        return assertThrows(IOException.class, () -> TextTokens.of(file, buffer)).getMessage()
                .replace(file.toString(), "FILE");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 1 << 16})
    void bytesThatAreNotUtf8AreNamedByTheirPlace(int buffer) throws IOException {
        String message = "FILE is not UTF-8 at byte %d; convert it first (iconv -f ENCODING -t UTF-8)";
        assertEquals(message.formatted(0), refusal(buffer, 0xFF));
        assertEquals(message.formatted(6), refusal(buffer, 'G', 'r', 0xC3, 0xBC, 's', 's', 0xE9, 'e', 'x'));
        assertEquals(message.formatted(3), refusal(buffer, 'a', 'b', 'c', 0xC0, 0x80), "a long form of U+0000");
        assertEquals(message.formatted(1), refusal(buffer, 'a', 0xED, 0xA0, 0x80, 'b'), "half of a surrogate pair");
        assertEquals(message.formatted(5), refusal(buffer, 'a', 'b', 'c', 'd', 'e', 0xF0, 0x9F, 0x98), "cut short");
    }

    @Test
    void aFileWithoutATextIsRefused() throws IOException {
        assertEquals("FILE is empty; wanted a text", refusal(64));
        assertEquals("cannot read %s: it is no regular file".formatted(directory),
                assertThrows(IOException.class, () -> TextTokens.of(directory)).getMessage());
        Path none = directory.resolve("none");
        assertEquals("cannot read %s: there is no such file".formatted(none),
                assertThrows(IOException.class, () -> TextTokens.of(none)).getMessage());
    }

    @Test
    void aFileThatHasChangedIsRefused() throws IOException {
        TextTokens text = TextTokens.of(file("abc"));
        Path file = file("cba");
        assertEquals(file + " has changed since it was first read",
                assertThrows(IOException.class, () -> encode(text, text.vocabulary())).getMessage());
    }
}
