package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.Matrix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specifies how the text files of GloVe and word2vec are read into an embedding. */
class WordVectorsTest extends OnBackendUnderTest {
    /** UNK 0, one 1, two 2, three 3. */
    private static final Vocabulary VOCABULARY = Vocabulary.builder(Tokenizer.words())
            .count("one one one two two three").build();

    @TempDir
    private Path directory;

    private WordVectors read(String text) throws IOException {
        return read(text, VOCABULARY);
    }

    private WordVectors read(String text, Vocabulary vocabulary) throws IOException {
        return WordVectors.read(Files.writeString(directory.resolve("vectors.txt"), text), vocabulary);
    }

    private float[][] embedding(WordVectors vectors) {
        Initialization weights = Initialization.uniformByUnits().withEmbedding(vectors.initializer());
        try (Network network = Network.builder(new Input.Embedding(4, vectors.dimension())).rnn(2).softmax(4)
                .initialize(weights).build(1, kernels)) {
            return rows(network);
        }
    }

    private static float[][] rows(Network network) {
        Matrix table = network.parameters().get(Input.EMBEDDING);
        float[][] rows = new float[table.rows()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = table.rows(i, 1).toArray();
        }
        return rows;
    }

    @Test
    void linesOfGloveBecomeRows() throws IOException {
        WordVectors vectors = read("two 0.5 -1e-2 3\nother 9 9 9\none 1 2.25 3\n");
        assertEquals(3, vectors.dimension());
        assertEquals(2, vectors.found());
        assertEquals("vectors of 3 numbers for 2 of 4 words", vectors.toString());
        float[][] rows = embedding(vectors);
        assertArrayEquals(new float[]{1, 2.25f, 3}, rows[1]);
        assertArrayEquals(new float[]{0.5f, -0.01f, 3}, rows[2]);
    }

    @Test
    void word2vecSaysItsSizesFirst() throws IOException {
        WordVectors vectors = read("2 3\nother 9 9 9 \none 1 2 3 \n");
        assertEquals(3, vectors.dimension());
        assertEquals(1, vectors.found());
        assertTrue(vectors.has(1));
        assertFalse(vectors.has(2));
    }

    @Test
    void rowsOfOtherWordsKeepWhatTheyWere() throws IOException {
        float[][] rows = embedding(read("two 7 7\n"));
        try (Network drawn = Network.builder(new Input.Embedding(4, 2)).rnn(2).softmax(4).build(1, kernels)) {
            float[][] before = rows(drawn);
            for (int i : new int[]{0, 1, 3}) {
                assertArrayEquals(before[i], rows[i]);
            }
            assertArrayEquals(new float[]{7, 7}, rows[2]);
        }
    }

    @Test
    void theFirstLineOfAWordCounts() throws IOException {
        assertArrayEquals(new float[]{1, 2}, embedding(read("one 1 2\none 3 4\n"))[1]);
    }

    @Test
    void aWordMayHaveSpaces() throws IOException {
        Vocabulary vocabulary = Vocabulary.builder(Tokenizer.words()).count(List.of("new york")).build();
        assertTrue(read("x 1 2\nnew york 3 4\n", vocabulary).has(1));
    }

    @Test
    void aNumberMayBeAWord() throws IOException {
        Vocabulary vocabulary = Vocabulary.builder(Tokenizer.words()).count("1999").build();
        assertTrue(read("x 1 2\n1999 3 4\n", vocabulary).has(1));
    }

    @Test
    void lineEndsAndTabsMayBeAnyProgramsOwn() throws IOException {
        assertEquals(2, read("one\t1\t2\r\ntwo 3 4\r\n\r\n").found());
    }

    @Test
    void aSpecialTokenIsNoWord() throws IOException {
        assertEquals(0, read("<UNK> 1 2\n").found());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"one 1 2\\ntwo 1 | line 2: 1 numbers behind the word; wanted 2",
            "one 1 2\\nother 1 2 3 | line 2: 3 numbers behind the word; wanted 2",
            "one 1 2\\n two 1 2\\nthree | line 3: 0 numbers behind the word; wanted 2",
            "1 3\\none 1 2 | line 2: 2 numbers behind the word; wanted 3",
            "1 0\\none | line 1: the dimension is 0; wanted 1 or more",
            "other x y\\none 1 2x | line 2: number 2 of 'one' is '2x'; wanted a finite number",
            "one 1 NaN | line 1: number 2 of 'one' is 'NaN'; wanted a finite number",
            "one 1 1e99 | line 1: number 2 of 'one' is '1e99'; wanted a finite number",
            "one 1  2\\ntwo 1 2 3 | line 1: number 2 of 'one' is ''; wanted a finite number"})
    void aFaultIsNamedWithItsLine(String text, String fault) {
        String message = assertThrows(IOException.class, () -> read(text.replace("\\n", "\n"))).getMessage();
        assertEquals(directory.resolve("vectors.txt") + " " + fault, message);
    }

    @Test
    void aFileThatWasCutShortIsToldByItsFirstLine() {
        assertEquals(directory.resolve("vectors.txt") + " has 1 words; its first line says 2",
                assertThrows(IOException.class, () -> read("2 3\none 1 2 3\n")).getMessage());
    }

    @Test
    void aFileWithoutVectorsIsRefused() {
        assertThrows(IOException.class, () -> read(""));
        assertThrows(IOException.class, () -> read("0 3\n"));
        assertThrows(IOException.class, () -> WordVectors.read(directory.resolve("nowhere"), VOCABULARY));
    }

    @Test
    void anotherEncodingIsNamed() throws IOException {
        Path file = directory.resolve("latin.txt");
        Files.write(file, "one 1 2\n\u00e9t\u00e9 1 2\n".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(assertThrows(IOException.class, () -> WordVectors.read(file, VOCABULARY)).getMessage()
                .startsWith(file + " is not UTF-8"));
    }

    @Test
    void anEmbeddingOfAnotherWidthIsRefused() throws IOException {
        WordVectors vectors = read("one 1 2\n");
        Matrix table = Matrix.allocate(arena, 4, 3);
        assertEquals("rows: row 1 of length 2 for a block of 4x3",
                assertThrows(IllegalArgumentException.class, () -> vectors.initializer().fill(table, null))
                        .getMessage());
    }

    @Test
    void rowsOfDifferentLengthsAreRefused() {
        TreeMap<Integer, float[]> rows = new TreeMap<>();
        rows.put(0, new float[2]);
        rows.put(1, new float[3]);
        assertThrows(IllegalArgumentException.class, () -> Initializer.rows(rows));
        rows.remove(1);
        rows.put(-1, new float[2]);
        assertThrows(IllegalArgumentException.class, () -> Initializer.rows(rows));
    }
}
