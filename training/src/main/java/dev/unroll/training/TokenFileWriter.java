package dev.unroll.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** Writes a {@link TokenFile}: the tokens as they come, the header when their number is known. */
final class TokenFileWriter implements TokenFile.Sink {
    private static final int BUFFER = 1 << 16;

    private final FileChannel channel;
    private final int size;
    private final int width;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private long count;

    private TokenFileWriter(FileChannel channel, int size) {
        this.channel = channel;
        this.size = size;
        this.width = new TokenFileHeader(size, 0).width();
    }

    /** Writes all of an empty file. What is not finished has no header, and so is no token file. */
    static void write(FileChannel channel, int size, TokenFile.Source source) throws IOException {
        TokenFileWriter writer = new TokenFileWriter(channel, size);
        channel.position(TokenFileHeader.LENGTH);
        source.writeTo(writer);
        writer.drain();
        ByteBuffer header = new TokenFileHeader(size, writer.count).encode();
        while (header.hasRemaining()) {
            channel.write(header, header.position());
        }
    }

    @Override
    public void write(int[] tokens, int from, int number) throws IOException {
        Objects.checkFromIndexSize(from, number, tokens.length);
        for (int i = from; i < from + number; i++) {
            int token = tokens[i];
            if (token < 0 || token >= size) {
                throw new IllegalArgumentException(
                        "token file: token %d at position %d; wanted 0 to %d".formatted(token, count, size - 1));
            }
            if (buffer.remaining() < width) {
                drain();
            }
            put(token);
            count++;
        }
    }

    private void put(int token) {
        switch (width) {
            case 1 -> buffer.put((byte) token);
            case 2 -> buffer.putShort((short) token);
            default -> buffer.putInt(token);
        }
    }

    private void drain() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }
}
