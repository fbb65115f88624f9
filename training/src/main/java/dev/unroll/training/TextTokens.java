package dev.unroll.training;

import dev.unroll.models.Vocabulary;
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
 * A file of UTF-8 as tokens, one a character, in the memory of a small buffer: read once for what is in it, and once for
 * each encoding. Every character counts as it is, line ends and a byte order mark too: the tokens are those of {@code
 * vocabulary.encode(Files.readString(file))}.
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

    static TextTokens of(Path file, int buffer) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("cannot read %s: %s".formatted(file,
                    Files.exists(file) ? "it is no regular file" : "there is no such file"));
        }
        BitSet seen = new BitSet();
        MessageDigest digest = sha256Digest();
        long count = read(file, buffer, digest, (codePoints, from, number) -> {
            for (int i = from; i < from + number; i++) {
                seen.set(codePoints[i]);
            }
        });
        if (count == 0) {
            throw new IOException(file + " is empty; wanted a text");
        }
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
     * The characters of the text.
     *
     * @return each once
     */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /**
     * Length of the text.
     *
     * @return characters, as Unicode code points
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
     * @param sink gets one token a character
     * @throws IOException where the file cannot be read, is no longer what it was, or from the sink
     * @throws IllegalArgumentException for a character that the vocabulary has not; the message says which and where
     */
    public void encode(Vocabulary by, TokenFile.Sink sink) throws IOException {
        Encoder encoder = new Encoder(by, sink);
        MessageDigest digest = sha256Digest();
        read(file, buffer, digest, encoder);
        if (!HexFormat.of().formatHex(digest.digest()).equals(sha256)) {
            throw new IOException(file + " has changed since it was first read");
        }
    }

    /** Turns code points into tokens where they lie. */
    private final class Encoder implements TokenFile.Sink {
        private final Vocabulary known;
        private final TokenFile.Sink sink;
        /** Token of each code point, -1 where there is none: a search for each would take longer than all the rest. */
        private final int[] tokens = new int[Character.MAX_CODE_POINT + 1];
        private long position;

        Encoder(Vocabulary known, TokenFile.Sink sink) {
            this.known = known;
            this.sink = sink;
            Arrays.fill(tokens, -1);
            for (int i = 0; i < known.size(); i++) {
                tokens[known.token(i).codePointAt(0)] = i;
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
