package dev.unroll.tensor;

import static dev.unroll.tensor.SafetensorsException.cut;
import static dev.unroll.tensor.SafetensorsException.quote;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An open safetensors file: named tensors and free text entries. The format is 8 bytes of header length N, N bytes of
 * JSON, and the data, all lowest byte first.
 *
 * <p>Opening checks the whole header against the real size of the file, so that no later call meets an inconsistent one;
 * elements are read when asked for. The file is read, not mapped: a file that another process cuts short is a {@link
 * SafetensorsException} and not the end of the JVM. Several threads may read from one instance at once. Interrupting a
 * thread that reads closes the instance, as with every {@link FileChannel}; what is asked of a closed one throws {@link
 * ClosedChannelException}.
 */
public final class SafetensorsReader implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(SafetensorsReader.class.getName());

    /** Longest array that every JVM can make. */
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final Path file;
    private final FileChannel channel;
    private final long dataStart;
    private final SafetensorsHeader header;

    private SafetensorsReader(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        long size = size();
        if (size <= Long.BYTES) {
            throw fault("is %d bytes long; wanted 8 bytes of length and a header".formatted(size));
        }
        ByteBuffer opening = ByteBuffer.allocate(Long.BYTES + 1).order(ByteOrder.LITTLE_ENDIAN);
        readFully(opening, 0);
        long length = opening.getLong(0);
        if (length < 0 || length > HeaderLimits.BYTES) {
            throw fault("claims a header of %s bytes; wanted %d at most".formatted(Long.toUnsignedString(length),
                    HeaderLimits.BYTES));
        }
        if (length > size - Long.BYTES) {
            throw fault("claims a header of %d bytes; only %d follow".formatted(length, size - Long.BYTES));
        }
        if (opening.get(Long.BYTES) != '{') {
            throw fault("has a header that begins with byte 0x%02x; wanted 0x7b, a brace"
                    .formatted(opening.get(Long.BYTES)));
        }
        dataStart = Long.BYTES + length;
        header = SafetensorsHeader.decode(file, new HeaderBytes(), size - dataStart);
    }

    /**
     * Opens a file and checks all of its header.
     *
     * @param file a safetensors file
     * @return the open file; whoever opens it closes it
     * @throws SafetensorsException where there is no such file, it cannot be opened, or it breaks the format in any way
     * @throws IOException where the thread is interrupted
     */
    public static SafetensorsReader open(Path file) throws IOException {
        // Asked first, since opening a pipe may wait for ever and reading a directory has no clear error.
        if (!Files.isRegularFile(file)) {
            throw new SafetensorsException(file, Files.exists(file) ? "is not a regular file" : "does not exist");
        }
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new SafetensorsException(file, "cannot be opened: " + DurableFile.reason(e), e);
        }
        SafetensorsReader reader = null;
        try {
            reader = new SafetensorsReader(file, channel);
        } finally {
            if (reader == null) {
                closeAfterFailure(channel);
            }
        }
        return reader;
    }

    /** What failed is more worth knowing than that this fails too. */
    private static void closeAfterFailure(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "a file that could not be read could not be closed either", e);
        }
    }

    private long size() throws IOException {
        try {
            return channel.size();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw new SafetensorsException(file, "cannot be read: " + DurableFile.reason(e), e);
        }
    }

    /**
     * The file that was opened.
     *
     * @return its path, as given
     */
    public Path file() {
        return file;
    }

    /**
     * The free text entries.
     *
     * @return an unmodifiable map in the order of the file; empty where it has none
     */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Every tensor of the file, by name.
     *
     * @return an unmodifiable map in the order of the data
     */
    public Map<String, TensorInfo> tensors() {
        return header.tensors();
    }

    /**
     * What the file says of one tensor.
     *
     * @param name the tensor's name
     * @return its type, shape and place
     * @throws SafetensorsException where the file holds no such tensor
     */
    public TensorInfo info(String name) throws SafetensorsException {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw fault("holds no tensor %s; it holds %s".formatted(quote(name),
                    cut(header.tensors().keySet().stream().limit(10).collect(Collectors.joining(", ")))));
        }
        return info;
    }

    /**
     * The elements of a tensor of floats. F32 keeps every bit, F16 and BF16 are exact, F64 is rounded to nearest.
     *
     * @param name a tensor of F32, F64, F16 or BF16
     * @return a new array, the last dimension running fastest
     * @throws SafetensorsException where there is no such tensor, it is of another type or longer than an array, or the
     *         file cannot be read or has become shorter
     * @throws IOException where this is closed, or the thread interrupted
     */
    public float[] floats(String name) throws IOException {
        TensorInfo info = info(name, DType.F32, DType.F64, DType.F16, DType.BF16);
        float[] values = new float[arrayLength(info)];
        if (info.dtype() == DType.F32) {
            forEachPiece(info, (piece, first, count) -> MemorySegment.copy(piece, LittleEndian.FLOAT, 0, values,
                    (int) first, count));
        } else {
            forEachPiece(info, (piece, first, count) -> {
                for (int i = 0; i < count; i++) {
                    values[(int) first + i] = (float) LittleEndian.real(info.dtype(), piece, i);
                }
            });
        }
        return values;
    }

    /**
     * The elements of a tensor of floats, exactly.
     *
     * @param name a tensor of F64, F32, F16 or BF16
     * @return a new array, the last dimension running fastest
     * @throws SafetensorsException where there is no such tensor, it is of another type or longer than an array, or the
     *         file cannot be read or has become shorter
     * @throws IOException where this is closed, or the thread interrupted
     */
    public double[] doubles(String name) throws IOException {
        TensorInfo info = info(name, DType.F64, DType.F32, DType.F16, DType.BF16);
        double[] values = new double[arrayLength(info)];
        if (info.dtype() == DType.F64) {
            forEachPiece(info, (piece, first, count) -> MemorySegment.copy(piece, LittleEndian.DOUBLE, 0, values,
                    (int) first, count));
        } else {
            forEachPiece(info, (piece, first, count) -> {
                for (int i = 0; i < count; i++) {
                    values[(int) first + i] = LittleEndian.real(info.dtype(), piece, i);
                }
            });
        }
        return values;
    }

    /**
     * The elements of a tensor of integers, exactly.
     *
     * @param name a tensor of I64, I32, I16, I8, U32, U16 or U8
     * @return a new array, the last dimension running fastest
     * @throws SafetensorsException where there is no such tensor, it is of another type or longer than an array, or the
     *         file cannot be read or has become shorter
     * @throws IOException where this is closed, or the thread interrupted
     */
    public long[] longs(String name) throws IOException {
        TensorInfo info = info(name, DType.I64, DType.I32, DType.I16, DType.I8, DType.U32, DType.U16, DType.U8);
        long[] values = new long[arrayLength(info)];
        forEachPiece(info, (piece, first, count) -> {
            for (int i = 0; i < count; i++) {
                values[(int) first + i] = LittleEndian.integer(info.dtype(), piece, i);
            }
        });
        return values;
    }

    /**
     * The elements of a tensor of bytes as they are in the file.
     *
     * @param name a tensor of U8, I8 or BOOL
     * @return a new array, the last dimension running fastest
     * @throws SafetensorsException where there is no such tensor, it is of another type or longer than an array, or the
     *         file cannot be read or has become shorter
     * @throws IOException where this is closed, or the thread interrupted
     */
    public byte[] bytes(String name) throws IOException {
        TensorInfo info = info(name, DType.U8, DType.I8, DType.BOOL);
        byte[] values = new byte[arrayLength(info)];
        forEachPiece(info, (piece, first, count) -> MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, 0, values,
                (int) first, count));
        return values;
    }

    /**
     * Reads the elements of an F32 tensor into memory that the caller owns, every bit as it is, through a small buffer:
     * the tensor may be larger than an array.
     *
     * @param name a tensor of F32
     * @param destination where the elements go, without gaps, as floats of this platform; exactly {@code 4 * count} bytes
     * @throws SafetensorsException where there is no such tensor, it is of another type, or the file cannot be read or has
     *         become shorter; then the destination may have been written in part
     * @throws IllegalArgumentException where the destination has another size or cannot be written
     * @throws IOException where this is closed, or the thread interrupted
     */
    public void read(String name, MemorySegment destination) throws IOException {
        TensorInfo info = info(name, DType.F32);
        if (destination.byteSize() != info.byteSize() || destination.isReadOnly()) {
            throw new IllegalArgumentException(
                    "read: tensor %s has %d bytes, the destination %d%s; wanted as many, writable"
                            .formatted(quote(name), info.byteSize(), destination.byteSize(),
                                    destination.isReadOnly() ? ", read-only" : ""));
        }
        forEachPiece(info, (piece, first, count) -> MemorySegment.copy(piece, LittleEndian.FLOAT, 0, destination,
                ValueLayout.JAVA_FLOAT_UNALIGNED, first * Float.BYTES, count));
    }

    /**
     * Closes the file; the maps and arrays that it gave stay.
     *
     * @throws SafetensorsException where that fails; it is closed then
     */
    @Override
    public void close() throws SafetensorsException {
        try {
            channel.close();
        } catch (IOException e) {
            throw new SafetensorsException(file, "cannot be closed: " + DurableFile.reason(e), e);
        }
    }

    private TensorInfo info(String name, DType... wanted) throws SafetensorsException {
        TensorInfo info = info(name);
        if (!List.of(wanted).contains(info.dtype())) {
            throw fault("tensor %s is %s; wanted %s".formatted(quote(name), info.dtype(),
                    List.of(wanted).stream().map(DType::name).collect(Collectors.joining(" or "))));
        }
        return info;
    }

    private int arrayLength(TensorInfo info) throws SafetensorsException {
        if (info.count() > LONGEST_ARRAY) {
            throw fault(
                    "tensor %s has %d elements; an array holds %d at most".formatted(quote(info.name()), info.count(),
                            LONGEST_ARRAY));
        }
        return (int) info.count();
    }

    /** Takes {@code count} elements of a tensor from the start of a buffer, of which {@code first} is the number of one. */
    private interface Piece {
        void take(MemorySegment buffer, long first, int count);
    }

    private void forEachPiece(TensorInfo info, Piece piece) throws IOException {
        int size = info.dtype().bytes();
        int most = LittleEndian.BUFFER_BYTES / size;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.min(info.byteSize(), LittleEndian.BUFFER_BYTES));
            ByteBuffer buffer = memory.asByteBuffer();
            for (long first = 0; first < info.count(); first += most) {
                int count = (int) Math.min(most, info.count() - first);
                readFully(buffer.clear().limit(count * size), dataStart + info.begin() + first * size);
                piece.take(memory, first, count);
            }
        }
    }

    private void readFully(ByteBuffer buffer, long position) throws IOException {
        try {
            while (buffer.hasRemaining()) {
                long at = position + buffer.position();
                if (channel.read(buffer, at) < 0) {
                    throw fault("ends at or before byte %d; it was longer when it was opened".formatted(at));
                }
            }
        } catch (ClosedChannelException | SafetensorsException e) {
            throw e;
        } catch (IOException e) {
            throw new SafetensorsException(file, "cannot be read: " + DurableFile.reason(e), e);
        }
    }

    private SafetensorsException fault(String fault) {
        return new SafetensorsException(file, fault);
    }

    /** The header's bytes, as a stream, so that a long header costs no array. */
    private final class HeaderBytes extends InputStream {
        private long position = Long.BYTES;

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = (int) Math.min(length, dataStart - position);
            if (count <= 0) {
                return length == 0 ? 0 : -1;
            }
            readFully(ByteBuffer.wrap(bytes, offset, count), position);
            position += count;
            return count;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }
    }
}
