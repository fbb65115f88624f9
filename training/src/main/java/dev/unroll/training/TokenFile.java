package dev.unroll.training;

import dev.unroll.tensor.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A text of tokens in a file: a header of 32 bytes, then 1, 2 or 4 bytes a token, little-endian, by how many different ones
 * there are. The file is mapped, so that a text longer than memory is read in the memory that there is.
 *
 * <p>A file that another process cuts short while it is mapped ends in an {@link InternalError} where the missing part is
 * read. {@link #write} never cuts: it puts a new file in the old one's place, and who has mapped the old one goes on reading
 * that. A file from {@link #temporary} cannot be cut, as it has no name.
 */
public final class TokenFile implements Tokens, AutoCloseable {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final TokenFileHeader header;
    private final FileChannel channel;
    private final Arena arena;
    /** What is behind the header. */
    private final MemorySegment tokens;

    private TokenFile(String name, TokenFileHeader header, FileChannel channel, Arena arena, MemorySegment tokens) {
        this.name = name;
        this.header = header;
        this.channel = channel;
        this.arena = arena;
        this.tokens = tokens;
    }

    /** What gives a file its tokens. */
    @FunctionalInterface
    public interface Source {
        /**
         * Writes all tokens, in any number of pieces.
         *
         * @param sink takes them; lent
         * @throws IOException where they cannot be had or written
         */
        void writeTo(Sink sink) throws IOException;
    }

    /** What takes the tokens of a {@link Source}. */
    public interface Sink {
        /**
         * Appends tokens[from] to tokens[from + count - 1].
         *
         * @param tokens some tokens
         * @param from index of the first
         * @param count how many
         * @throws IOException where they cannot be written
         * @throws IllegalArgumentException for a token that is not below the number of different ones
         * @throws IndexOutOfBoundsException where the array has no such part
         */
        void write(int[] tokens, int from, int count) throws IOException;
    }

    /**
     * Writes a file, whole or not at all: see {@link DurableFile}.
     *
     * @param file where to; replaced if it is there
     * @param size number of different tokens
     * @param source gives the tokens
     * @throws IOException where the file cannot be written, or from the source
     * @throws IllegalArgumentException where the size is below 1, or for a token that is not below it
     */
    public static void write(Path file, int size, Source source) throws IOException {
        Settings.atLeast("token file", "number of different tokens", size, 1);
        DurableFile.write(file, channel -> TokenFileWriter.write(channel, size, source));
    }

    /**
     * Maps a file. The caller keeps other processes from cutting it short.
     *
     * @param file from {@link #write}
     * @return its tokens; the caller closes it
     * @throws IOException where it cannot be read, is no token file, is damaged, or is longer or shorter than its header says
     */
    public static TokenFile map(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("cannot read %s: %s".formatted(file,
                    Files.exists(file) ? "it is no regular file" : "there is no such file"));
        }
        return map(file.toString(), FileChannel.open(file, StandardOpenOption.READ), _ -> {
        });
    }

    /**
     * Writes and maps a file that nobody else can get at, and that is gone when it is closed or the process ends, however it
     * ends: its name is deleted as soon as it is made, or, where the platform does not let go of the name of an open file, on
     * closing.
     *
     * @param directory on a disk with room for 1, 2 or 4 bytes a token; the usual directory for temporary files may lie in
     *        memory
     * @param size number of different tokens
     * @param source gives the tokens
     * @return the tokens; the caller closes it
     * @throws IOException where the file cannot be written, or from the source
     * @throws IllegalArgumentException where the size is below 1, or for a token that is not below it
     */
    public static TokenFile temporary(Path directory, int size, Source source) throws IOException {
        Settings.atLeast("token file", "number of different tokens", size, 1);
        Path file = directory.resolve(".unroll-%s.tokens".formatted(
                Long.toHexString(ThreadLocalRandom.current().nextLong())));
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        return map("temporary token file", FileChannel.open(file, options, ownerOnly(directory)),
                channel -> TokenFileWriter.write(channel, size, source));
    }

    /** The text may be a secret. */
    private static FileAttribute<?>[] ownerOnly(Path directory) {
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[]{
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
    }

    private static TokenFile map(String name, FileChannel channel, DurableFile.Body body) throws IOException {
        Arena arena = Arena.ofShared();
        boolean mapped = false;
        try {
            body.write(channel);
            TokenFileHeader header = TokenFileHeader.read(name, channel);
            MemorySegment tokens = channel.map(MapMode.READ_ONLY, TokenFileHeader.LENGTH,
                    header.count() * header.width(), arena);
            mapped = true;
            return new TokenFile(name, header, channel, arena, tokens);
        } finally {
            if (!mapped) {
                arena.close();
                channel.close();
            }
        }
    }

    /**
     * Number of different tokens.
     *
     * @return every token is below it
     */
    public int size() {
        return header.size();
    }

    @Override
    public long count() {
        return header.count();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException where the file is closed
     * @throws UncheckedIOException where a token is not below {@link #size}: the file is damaged
     */
    @Override
    public void read(long from, int[] to, int at, int count) {
        Objects.checkFromIndexSize(from, count, header.count());
        Objects.checkFromIndexSize(at, count, to.length);
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("read: %s is closed".formatted(name));
        }
        switch (header.width()) {
            case 1 -> {
                for (int i = 0; i < count; i++) {
                    to[at + i] = Byte.toUnsignedInt(tokens.get(ValueLayout.JAVA_BYTE, from + i));
                }
            }
            case 2 -> {
                for (int i = 0; i < count; i++) {
                    to[at + i] = Short.toUnsignedInt(tokens.get(SHORT, (from + i) * Short.BYTES));
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    to[at + i] = tokens.get(INT, (from + i) * Integer.BYTES);
                }
            }
        }
        for (int i = 0; i < count; i++) {
            checkToken(from + i, to[at + i]);
        }
    }

    private void checkToken(long position, int token) {
        if (token < 0 || token >= header.size()) {
            throw new UncheckedIOException(new IOException("%s is damaged: token %d at position %d; wanted 0 to %d"
                    .formatted(name, Integer.toUnsignedLong(token), position, header.size() - 1)));
        }
    }

    /** Frees the mapping; a temporary file is gone then. What reads in another thread at the time may fail. */
    @Override
    public void close() {
        if (!arena.scope().isAlive()) {
            return;
        }
        // The mapping first: Windows deletes no file that is mapped.
        arena.close();
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + name, e);
        }
    }
}
