package dev.unroll.training;

import dev.unroll.models.TokenEncoder;
import dev.unroll.models.Tokenizer;
import dev.unroll.models.Tokenizer.Words;
import dev.unroll.models.Vocabulary;
import dev.unroll.models.VocabularyBuilder;
import dev.unroll.models.WordSplitter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;

/**
 * A file of UTF-8 as tokens, characters or words, in the memory of a small buffer: read once for what is in it, and once for
 * each encoding. The tokens are those of {@code vocabulary.encode(Files.readString(file))}; of characters every one counts as
 * it is, line ends and a byte order mark too.
 */
public final class TextTokens {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final int buffer;
    private final Vocabulary vocabulary;
    private final long count;
    private final String sha256;

    private TextTokens(Path file, int buffer, Vocabulary vocabulary, long count, String sha256) {
        this.file = file;
        this.buffer = buffer;
        this.vocabulary = vocabulary;
        this.count = count;
        this.sha256 = sha256;
    }

    /**
     * Reads a file once, for its characters.
     *
     * @param file of UTF-8
     * @return what is in it
     * @throws IOException where it cannot be read, is empty, or is not UTF-8; the message says at which byte
     */
    public static TextTokens of(Path file) throws IOException {
        return of(file, BUFFER);
    }

    /**
     * Reads a file once, for its commonest words. The words that are different from each other are in memory, and nothing else.
     *
     * @param file of UTF-8
     * @param words counts them, and says how many the vocabulary has
     * @return what is in it
     * @throws IOException where the file cannot be read, is empty, or is not UTF-8; the message says at which byte
     * @throws IllegalArgumentException where the builder is not of words, or no word is left for the vocabulary
     */
    public static TextTokens of(Path file, VocabularyBuilder words) throws IOException {
        return of(file, BUFFER, words);
    }

    static TextTokens of(Path file, int buffer, VocabularyBuilder words) throws IOException {
        if (!(words.tokenizer() instanceof Words tokenizer)) {
            throw new IllegalArgumentException(
                    "text: a builder of %s; wanted one of words".formatted(words.tokenizer()));
        }
        checkFile(file);
        WordCounter counter = new WordCounter(words);
        WordSplitter splitter = new WordSplitter(tokenizer, counter);
        MessageDigest digest = sha256Digest();
        long characters = read(file, buffer, digest,
                (codePoints, from, number) -> splitter.add(new String(codePoints, from, number)));
        checkNotEmpty(file, characters);
        splitter.end();
        return new TextTokens(file, buffer, words.build(), counter.count,
                HexFormat.of().formatHex(digest.digest()));
    }

    /** How many tokens there are, line ends with them. */
    private static final class WordCounter implements Tokenizer.Sink {
        private final VocabularyBuilder words;
        private long count;

        WordCounter(VocabularyBuilder words) {
            this.words = words;
        }

        @Override
        public void token(String token) {
            words.token(token);
            count++;
        }

        @Override
        public void lineEnd() {
            count++;
        }
    }

    private static void checkFile(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("cannot read %s: %s".formatted(file,
                    Files.exists(file) ? "it is no regular file" : "there is no such file"));
        }
    }

    private static void checkNotEmpty(Path file, long characters) throws IOException {
        if (characters == 0) {
            throw new IOException(file + " is empty; wanted a text");
        }
    }

    static TextTokens of(Path file, int buffer) throws IOException {
        checkFile(file);
        BitSet seen = new BitSet();
        MessageDigest digest = sha256Digest();
        long count = read(file, buffer, digest, (codePoints, from, number) -> {
            for (int i = from; i < from + number; i++) {
                seen.set(codePoints[i]);
            }
        });
        checkNotEmpty(file, count);
        int[] characters = seen.stream().toArray();
        return new TextTokens(file, buffer, Vocabulary.ofCharacters(new String(characters, 0, characters.length)),
                count, HexFormat.of().formatHex(digest.digest()));
    }

    /** Reads the file from begin to end; gives its length in characters. */
    private static long read(Path file, int buffer, MessageDigest digest, TokenFile.Sink codePoints)
            throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            CodePointReader reader = new CodePointReader(file.toString(), channel, digest, buffer);
            int[] piece = new int[buffer];
            long count = 0;
            for (int number = reader.read(piece); number > 0; number = reader.read(piece)) {
                codePoints.write(piece, 0, number);
                count += number;
            }
            return count;
        }
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /**
     * The characters of the text, or its words.
     *
     * @return each once, as far as they were not cut
     */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /**
     * Length of the text.
     *
     * @return characters, as Unicode code points; or words and line ends, as {@link #vocabulary} splits them
     */
    public long count() {
        return count;
    }

    /**
     * A fingerprint of the file's bytes, by which a resumed training knows its text again.
     *
     * @return 64 hexadecimal digits
     */
    public String sha256() {
        return sha256;
    }

    /**
     * Reads the file again and encodes it: {@code TokenFile.temporary(directory, vocabulary.size(), sink ->
     * text.encode(vocabulary, sink))}.
     *
     * @param by a vocabulary, the text's own or a network's
     * @param sink gets the tokens
     * @throws IOException where the file cannot be read, is no longer what it was, or from the sink
     * @throws IllegalArgumentException for a token that the vocabulary has not, if it has no {@code <UNK>}; the message says
     *         which and where; or for a vocabulary of labels
     */
    public void encode(Vocabulary by, TokenFile.Sink sink) throws IOException {
        MessageDigest digest = sha256Digest();
        switch (by.tokenizer()) {
            case Tokenizer.Characters() -> read(file, buffer, digest, new CharacterEncoder(by, sink));
            case Words words -> encode(words, by, sink, digest);
            case Tokenizer.Labels() ->
                throw new IllegalArgumentException("encode: %s; wanted characters or words".formatted(by));
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(sha256)) {
            throw new IOException(file + " has changed since it was first read");
        }
    }

    private void encode(Words words, Vocabulary by, TokenFile.Sink sink, MessageDigest digest) throws IOException {
        TokenEncoder encoder = new TokenEncoder(by, " of " + file);
        WordSplitter splitter = new WordSplitter(words, encoder);
        read(file, buffer, digest, (codePoints, from, number) -> {
            splitter.add(new String(codePoints, from, number));
            int[] tokens = encoder.take();
            sink.write(tokens, 0, tokens.length);
        });
        splitter.end();
        int[] last = encoder.take();
        sink.write(last, 0, last.length);
    }

    /** Turns code points into tokens where they lie. */
    private final class CharacterEncoder implements TokenFile.Sink {
        private final Vocabulary known;
        private final TokenFile.Sink sink;
        /** Token of each code point, -1 where there is none: a search for each would take longer than all the rest. */
        private final int[] tokens = new int[Character.MAX_CODE_POINT + 1];
        private long position;

        CharacterEncoder(Vocabulary known, TokenFile.Sink sink) {
            this.known = known;
            this.sink = sink;
            Arrays.fill(tokens, known.unknown().orElse(-1));
            for (String token : known.tokens()) {
                tokens[token.codePointAt(0)] = known.indexOf(token);
            }
        }

        @Override
        public void write(int[] codePoints, int from, int number) throws IOException {
            for (int i = from; i < from + number; i++) {
                int token = tokens[codePoints[i]];
                if (token < 0) {
                    throw new IllegalArgumentException(
                            "encode: the character %s at position %d of %s is none of the %d known".formatted(
                                    name(codePoints[i]), position + i - from, file, known.size()));
                }
                codePoints[i] = token;
            }
            sink.write(codePoints, from, number);
            position += number;
        }

        private static String name(int codePoint) {
            return (Character.isISOControl(codePoint) ? "" : "'" + Character.toString(codePoint) + "' ")
                    + "U+%04X".formatted(codePoint);
        }
    }
}
