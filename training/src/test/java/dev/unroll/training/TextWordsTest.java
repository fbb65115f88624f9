package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import dev.unroll.models.VocabularyBuilder;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The judge is the text in memory: the same builder's {@code count(text)}, and {@code encode(text)} of what it builds. */
class TextWordsTest {
    private static final long SEED = Long.getLong("unroll.seed", 20261122);
    private static final Tokenizer.Words WORDS = Tokenizer.words().lowerCased().endingLines();

    @TempDir
    private Path directory;

    private Path file(String text) throws IOException {
        return Files.write(directory.resolve("text.txt"), text.getBytes(StandardCharsets.UTF_8));
    }

    private int[] encode(TextTokens text, Vocabulary vocabulary) throws IOException {
        try (TokenFile mapped = TokenFile.temporary(directory, vocabulary.size(),
                sink -> text.encode(vocabulary, sink))) {
            int[] tokens = new int[(int) mapped.count()];
            mapped.read(0, tokens, 0, tokens.length);
            return tokens;
        }
    }

    private static VocabularyBuilder builder() {
        return Vocabulary.builder(WORDS).atMost(12);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 7, 64, 1 << 16})
    void vocabularyAndTokensAreThoseOfTheTextInMemory(int buffer) throws IOException {
        String[] words = {"one", "Two", "don't", "\ud83d\udc4d\ud83c\udffd", "\u4e2d\u6587", "caf\u00e9", ".", "\n",
                "\r\n", "a".repeat(700), "3.14", "\"", "zebra", "yak", "x"};
        Random random = new Random(SEED);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            text.append(words[random.nextInt(words.length)]).append(random.nextInt(5) == 0 ? "" : " ");
        }
        String message = "-Dunroll.seed=" + SEED;
        TextTokens read = TextTokens.of(file(text.toString()), buffer, builder());
        Vocabulary vocabulary = builder().count(text.toString()).build();
        assertEquals(vocabulary, read.vocabulary(), message);
        assertEquals(12, vocabulary.size(), message);
        int[] wanted = vocabulary.encode(text.toString());
        assertEquals(wanted.length, read.count(), message);
        assertArrayEquals(wanted, encode(read, read.vocabulary()), message);
    }

    @Test
    void aTextThatWasReadForItsCharactersIsEncodedByAVocabularyOfWords() throws IOException {
        Vocabulary vocabulary = Vocabulary.builder(WORDS).count("one two\n").build();
        assertArrayEquals(new int[]{3, 0, 2, 1}, encode(TextTokens.of(file("TWO three one\n")), vocabulary));
    }

    @Test
    void unknownCharactersAreUnkWhereThereIsOne() throws IOException {
        Vocabulary vocabulary = Vocabulary.builder(Tokenizer.characters()).count("ab").padding().unknown().build();
        assertArrayEquals(new int[]{3, 1, 2}, encode(TextTokens.of(file("bxa")), vocabulary));
    }

    @Test
    void aVocabularyOfLabelsEncodesNoText() throws IOException {
        TextTokens text = TextTokens.of(file("O"));
        assertEquals("encode: Vocabulary of 1 labels; wanted characters or words",
                assertThrows(IllegalArgumentException.class, () -> encode(text, Vocabulary.ofLabels("O")))
                        .getMessage());
    }

    @Test
    void aTextWithoutWordsIsRefused() throws IOException {
        Path spaces = file(" \n\t ");
        assertThrows(IllegalArgumentException.class, () -> TextTokens.of(spaces, builder()));
        Path empty = file("");
        assertEquals(empty + " is empty; wanted a text",
                assertThrows(IOException.class, () -> TextTokens.of(empty, builder())).getMessage());
    }

    @Test
    void aBuilderOfCharactersIsRefused() throws IOException {
        Path file = file("abc");
        assertThrows(IllegalArgumentException.class,
                () -> TextTokens.of(file, Vocabulary.builder(Tokenizer.characters())));
    }

    @Test
    void aFileThatHasChangedIsRefused() throws IOException {
        TextTokens text = TextTokens.of(file("one two"), builder());
        file("two one");
        assertThrows(IOException.class, () -> encode(text, text.vocabulary()));
    }

    /** Counts and encodes the words of a file: what is run in a process with little memory. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] arguments) throws IOException {
            Path file = Path.of(arguments[0]);
            TextTokens text = TextTokens.of(file, builder());
            try (TokenFile tokens = TokenFile.temporary(file.getParent(), 12,
                    sink -> text.encode(text.vocabulary(), sink))) {
                System.out.print(tokens.count());
            }
        }
    }

    @Test
    void aTextOfOneLineMayBeLongerThanMemory() throws IOException, InterruptedException {
        int words = 5_000_000;
        try (Writer writer = Files.newBufferedWriter(directory.resolve("text.txt"))) {
            for (int i = 0; i < words; i++) {
                writer.append((char) ('a' + i % 20)).append("xy ");
            }
        }
        Path out = directory.resolve("out");
        Process reader = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx12m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Reader.class.getName(),
                directory.resolve("text.txt").toString()).redirectErrorStream(true).redirectOutput(out.toFile())
                .start();
        assertTrue(reader.waitFor(300, TimeUnit.SECONDS));
        assertEquals(Integer.toString(words), Files.readString(out));
    }
}
