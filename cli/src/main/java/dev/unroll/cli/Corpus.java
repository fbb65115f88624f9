package dev.unroll.cli;

import dev.unroll.models.Vocabulary;
import dev.unroll.models.VocabularyBuilder;
import dev.unroll.training.TextTokens;
import dev.unroll.training.TokenFile;
import dev.unroll.training.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * A text to train on or to be measured with, as tokens, characters or words: that of a file in a temporary file of tokens, so
 * that it may be longer than memory.
 */
final class Corpus implements AutoCloseable {
    private static final int BLOCK = 1 << 16;

    private final String name;
    private final Vocabulary vocabulary;
    private final String sha256;
    private final Tokens tokens;
    private final Optional<TokenFile> file;

    private Corpus(String name, Vocabulary vocabulary, String sha256, Tokens tokens, Optional<TokenFile> file) {
        this.name = name;
        this.vocabulary = vocabulary;
        this.sha256 = sha256;
        this.tokens = tokens;
        this.file = file;
    }

    /**
     * Reads a file of UTF-8.
     *
     * @param file the text
     * @param words what makes its vocabulary, where that is of words
     * @param directory on a disk with room for 1, 2 or 4 bytes a token
     * @return it, with a vocabulary of its own characters or words; the caller closes it
     */
    static Corpus read(Path file, Optional<VocabularyBuilder> words, Path directory) throws IOException {
        TextTokens text = words.isPresent() ? TextTokens.of(file, words.get()) : TextTokens.of(file);
        return read(file, text, text.vocabulary(), directory);
    }

    /** Reads a file of UTF-8 whose characters are all in a vocabulary, or whose words may be unknown to it. */
    static Corpus read(Path file, Vocabulary by, Path directory) throws IOException {
        return read(file, TextTokens.of(file), by, directory);
    }

    private static Corpus read(Path file, TextTokens text, Vocabulary by, Path directory) throws IOException {
        TokenFile tokens = TokenFile.temporary(directory, by.size(), sink -> text.encode(by, sink));
        return new Corpus(file.toString(), by, text.sha256(), tokens, Optional.of(tokens));
    }

    /** The text that comes with Unroll, in memory. */
    static Corpus ofDefault(Optional<VocabularyBuilder> words) {
        String text = DefaultText.read();
        Vocabulary vocabulary = words.map(builder -> builder.count(text).build())
                .orElseGet(() -> Vocabulary.ofCharacters(text));
        return new Corpus(DefaultText.NAME, vocabulary, sha256(text), Tokens.of(vocabulary.encode(text)),
                Optional.empty());
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Where a file beside another may be written, or else the usual directory for temporary files. */
    static Path writableBeside(Path other) {
        Path directory = other.toAbsolutePath().getParent();
        return Files.isWritable(directory) ? directory : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Where it comes from, for messages. */
    String name() {
        return name;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /** What its tokens are. */
    Unit unit() {
        return Unit.of(vocabulary);
    }

    /** A fingerprint, by which a resumed training knows its text again. */
    String sha256() {
        return sha256;
    }

    Tokens tokens() {
        return tokens;
    }

    /** How long it is, how many tokens its model knows, and how much of it that model does not. */
    String sizeText() {
        String length = String.format(Locale.ROOT, "%s: %,d %s", name, tokens.count(), unit().many());
        return length + (vocabulary.unknown().isEmpty()
                ? String.format(Locale.ROOT, ", %d different", vocabulary.size())
                : String.format(Locale.ROOT, ", %.2f %% of them <UNK> to a vocabulary of %,d",
                        100.0 * count(vocabulary.unknown().getAsInt()) / Math.max(1, tokens.count()),
                        vocabulary.size()));
    }

    private long count(int token) {
        int[] block = new int[BLOCK];
        long count = 0;
        for (long from = 0; from < tokens.count(); from += BLOCK) {
            int length = (int) Math.min(BLOCK, tokens.count() - from);
            tokens.read(from, block, 0, length);
            for (int i = 0; i < length; i++) {
                count += block[i] == token ? 1 : 0;
            }
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        if (file.isPresent()) {
            file.get().close();
        }
    }
}
