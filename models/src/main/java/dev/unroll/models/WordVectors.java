package dev.unroll.models;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Word vectors that somebody else has learned, of the words of a vocabulary: rows for an embedding to begin with.
 *
 * <p>A line is a word and its numbers, with spaces between them, as GloVe writes them; word2vec's text form has a line {@code
 * count dimension} before these. A word may have spaces itself. Words are found as they are written there: of a vocabulary of small
 * letters those that are small in the file.
 *
 * <pre>{@code
 * WordVectors vectors = WordVectors.read(Path.of("glove.6B.200d.txt"), vocabulary);
 * Network.builder(new Input.Embedding(vocabulary.size(), vectors.dimension())).lstm(200).softmax(vocabulary.size())
 *     .initialize(Initialization.uniformByUnits().withEmbedding(vectors.initializer())).build(1);
 * }</pre>
 */
public final class WordVectors {
    private static final Pattern WORD2VEC = Pattern.compile("(\\d{1,18}) (\\d{1,9})");

    private final int size;
    private final int dimension;
    private final SequencedMap<Integer, float[]> rows;

    private WordVectors(int size, int dimension, SequencedMap<Integer, float[]> rows) {
        this.size = size;
        this.dimension = dimension;
        this.rows = rows;
    }

    /**
     * Reads a file line by line; in memory is what the vocabulary has. Lines of other words are passed over, and so are all
     * but the first of one word.
     *
     * @param file of UTF-8
     * @param vocabulary whose words are wanted
     * @return their vectors
     * @throws IOException where the file cannot be read, a line has too few or too many numbers, a number of a word that is
     *         wanted is none or not finite, or there are not as many words as word2vec's first line says; the message names
     *         the line
     */
    public static WordVectors read(Path file, Vocabulary vocabulary) throws IOException {
        Reading reading = new Reading(file, vocabulary);
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                reading.line(line);
            }
        } catch (CharacterCodingException e) {
            throw new IOException("%s is not UTF-8 somewhere behind line %d".formatted(file, reading.number), e);
        }
        return reading.end();
    }

    /**
     * Numbers of a word.
     *
     * @return n
     */
    public int dimension() {
        return dimension;
    }

    /**
     * How many words of the vocabulary the file has.
     *
     * @return 0 to the vocabulary's size
     */
    public int found() {
        return rows.size();
    }

    /**
     * Whether the file has a word.
     *
     * @param index of the word
     * @return whether there is a vector
     */
    public boolean has(int index) {
        return rows.containsKey(index);
    }

    /**
     * Writes the vectors over the rows of an embedding, and leaves the rows of the other words as they are.
     *
     * @return for {@link Initialization#withEmbedding}
     */
    public Initializer initializer() {
        return Initializer.rows(rows);
    }

    @Override
    public String toString() {
        return "vectors of %d numbers for %d of %d words".formatted(dimension, found(), size);
    }

    /** A file that is being read. */
    private static final class Reading {
        private final Path file;
        private final Vocabulary vocabulary;
        private final SequencedMap<Integer, float[]> rows = new TreeMap<>();
        private long number;
        private long words;
        /** What the first line says, or -1. */
        private long count = -1;
        private int dimension = -1;

        Reading(Path file, Vocabulary vocabulary) {
            this.file = file;
            this.vocabulary = vocabulary;
        }

        void line(String text) throws IOException {
            number++;
            String line = text.stripTrailing().replace('\t', ' ');
            if (line.isEmpty()) {
                return;
            }
            if (number == 1 && WORD2VEC.matcher(line).matches()) {
                count = Long.parseLong(line.substring(0, line.indexOf(' ')));
                dimension = Integer.parseInt(line.substring(line.indexOf(' ') + 1));
                if (dimension == 0) {
                    throw fault("the dimension is 0; wanted 1 or more");
                }
                return;
            }
            if (dimension < 0) {
                dimension = Math.toIntExact(line.chars().filter(c -> c == ' ').count());
            }
            words++;
            int end = wordEnd(line);
            int index = vocabulary.indexOf(line.substring(0, end));
            if (index >= 0 && !rows.containsKey(index)) {
                rows.put(index, numbers(line, end + 1));
            }
        }

        /** Where the last numbers begin, as many as the dimension. */
        private int wordEnd(String line) throws IOException {
            int end = line.length();
            for (int i = 0; i < dimension && end > 0; i++) {
                end = line.lastIndexOf(' ', end - 1);
            }
            if (end <= 0) {
                throw fault("%d numbers behind the word; wanted %d".formatted(
                        line.chars().filter(c -> c == ' ').count(), dimension));
            }
            // A word may have spaces, and end in a number; but no word is one and nothing but numbers then.
            String[] parts = line.substring(0, end).split(" ", -1);
            if (parts.length > 1 && isNumber(parts[1])) {
                throw fault("%d numbers behind the word; wanted %d".formatted(dimension + parts.length - 1, dimension));
            }
            return end;
        }

        private static boolean isNumber(String text) {
            try {
                Float.parseFloat(text);
                return true;
            } catch (NumberFormatException _) {
                return false;
            }
        }

        private float[] numbers(String line, int from) throws IOException {
            String[] texts = line.substring(from).split(" ", -1);
            float[] numbers = new float[dimension];
            for (int i = 0; i < dimension; i++) {
                numbers[i] = isNumber(texts[i]) ? Float.parseFloat(texts[i]) : Float.NaN;
                if (!Float.isFinite(numbers[i])) {
                    throw fault("number %d of %s is %s; wanted a finite number".formatted(i + 1,
                            Vocabulary.quote(line.substring(0, from - 1)), Vocabulary.quote(texts[i])));
                }
            }
            return numbers;
        }

        WordVectors end() throws IOException {
            if (words == 0) {
                throw new IOException(file + " has no word vector; wanted lines of a word and its numbers");
            }
            if (count >= 0 && words != count) {
                throw new IOException("%s has %d words; its first line says %d".formatted(file, words, count));
            }
            return new WordVectors(vocabulary.size(), dimension, Collections.unmodifiableSequencedMap(rows));
        }

        private IOException fault(String what) {
            return new IOException("%s line %d: %s".formatted(file, number, what));
        }
    }
}
