package dev.unroll.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A text to train on or to be measured with.
 *
 * @param name where it comes from, for messages
 * @param text the text, not empty
 */
record TextFile(String name, String text) {
    /** Reads a file of UTF-8. */
    static TextFile read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UserException("cannot read %s: %s".formatted(file,
                    Files.exists(file) ? "it is no regular file" : "there is no such file"));
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UserException("cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
        if (bytes.length == 0) {
            throw new UserException(file + " is empty; wanted a text");
        }
        try {
            return new TextFile(file.toString(),
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            throw new UserException(file + " is not UTF-8; convert it first (iconv -f ENCODING -t UTF-8)", e);
        }
    }

    /** A fingerprint, by which a resumed training knows its text again. */
    String sha256() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
