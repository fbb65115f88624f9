package dev.unroll.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The first 32 bytes of a {@link TokenFile}, every number little-endian: 8 bytes of magic, and as 4 bytes each the version,
 * the bytes a token, the number of different tokens and 0; then the count of tokens as 8.
 *
 * @param size number of different tokens, 1 or more
 * @param count of all tokens
 */
record TokenFileHeader(int size, long count) {
    static final int LENGTH = 32;

    /** "UNROLLTK" as it is read from the file. */
    private static final long MAGIC = 0x4B544C4C4F524E55L;
    private static final int VERSION = 1;

    /** Bytes a token, the fewest that hold the largest: 1, 2 or 4. */
    int width() {
        return size <= 1 << Byte.SIZE ? 1 : size <= 1 << Short.SIZE ? 2 : 4;
    }

    ByteBuffer encode() {
        return ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN).putLong(MAGIC).putInt(VERSION).putInt(width())
                .putInt(size).putInt(0).putLong(count).flip();
    }

    /** Reads and checks it, the length of the file too: what has passed can be mapped. */
    static TokenFileHeader read(String name, FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, bytes.position()) < 0) {
                throw new IOException("%s is no token file: it has %d bytes; wanted %d or more".formatted(name,
                        channel.size(), LENGTH));
            }
        }
        bytes.flip();
        if (bytes.getLong() != MAGIC) {
            throw new IOException(name + " is no token file: it does not begin with UNROLLTK");
        }
        int version = bytes.getInt();
        if (version != VERSION) {
            throw new IOException(
                    "%s is a token file of version %d; wanted version %d".formatted(name, version, VERSION));
        }
        int width = bytes.getInt();
        int size = bytes.getInt();
        int zero = bytes.getInt();
        TokenFileHeader header = new TokenFileHeader(size, bytes.getLong());
        if (size < 1 || width != header.width() || zero != 0) {
            throw new IOException("%s is damaged: its header has %d different tokens in %d bytes each".formatted(name,
                    size, width));
        }
        long room = channel.size() - LENGTH;
        if (room % width != 0 || room / width != header.count()) {
            throw new IOException("%s is damaged: it has %d bytes; wanted %d, and %d for each of %d tokens"
                    .formatted(name, channel.size(), LENGTH, width, header.count()));
        }
        return header;
    }
}
