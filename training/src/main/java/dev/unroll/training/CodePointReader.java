package dev.unroll.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** UTF-8 as code points, piece by piece, every byte going through a digest as it comes. */
final class CodePointReader {
    private final String name;
    private final ReadableByteChannel channel;
    private final MessageDigest digest;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final ByteBuffer bytes;
    private final CharBuffer characters;
    /** Bytes of the file before the buffer's. */
    private long before;
    private boolean ended;

    /**
     * Begins to read.
     *
     * @param name for messages
     * @param channel of bytes
     * @param digest gets every byte that is read
     * @param buffer bytes at a time, at least the 4 of the longest character
     */
    CodePointReader(String name, ReadableByteChannel channel, MessageDigest digest, int buffer) {
        this.name = name;
        this.channel = channel;
        this.digest = digest;
        this.bytes = ByteBuffer.allocate(buffer).flip();
        this.characters = CharBuffer.allocate(buffer);
    }

    /**
     * The next characters.
     *
     * @param codePoints as long as the buffer
     * @return how many, 0 at the end
     */
    int read(int[] codePoints) throws IOException {
        while (true) {
            characters.clear();
            CoderResult result = decoder.decode(bytes, characters, ended);
            characters.flip();
            // What comes before the fault is handed out first: decoding again finds the fault again.
            if (characters.hasRemaining()) {
                return toCodePoints(codePoints);
            }
            if (result.isError()) {
                throw new IOException("%s is not UTF-8 at byte %d; convert it first (iconv -f ENCODING -t UTF-8)"
                        .formatted(name, before + bytes.position()));
            }
            if (ended) {
                return 0;
            }
            fill();
        }
    }

    /** The decoder never parts a surrogate pair. */
    private int toCodePoints(int[] codePoints) {
        int count = 0;
        for (int i = 0; i < characters.length(); count++) {
            codePoints[count] = Character.codePointAt(characters, i);
            i += Character.charCount(codePoints[count]);
        }
        return count;
    }

    private void fill() throws IOException {
        before += bytes.position();
        bytes.compact();
        int old = bytes.position();
        ended = channel.read(bytes) < 0;
        bytes.flip();
        digest.update(bytes.array(), old, bytes.limit() - old);
    }
}
