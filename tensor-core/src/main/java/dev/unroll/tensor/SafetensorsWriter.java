package dev.unroll.tensor;

import static dev.unroll.tensor.SafetensorsException.quote;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gathers named tensors and free text entries, and writes them as a safetensors file.
 *
 * <p>Only references are gathered: the data is read when {@link #write} is called, through a small buffer, so that
 * writing a network does not double its memory. What is changed in between is written as changed. The file depends on
 * names, texts and values alone, not on the order of the calls: tensors lie in it from the last {@link DType} to the
 * first and by name, each aligned to its element. An instance is for one thread.
 */
public final class SafetensorsWriter {
    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<String, Tensor> tensors = new TreeMap<>();
    private final HeaderLimits limits = new HeaderLimits();

    /** A writer that holds nothing yet. */
    public SafetensorsWriter() {}

    /** Copies elements {@code first} to {@code first + count} to the start of a buffer, lowest byte first. */
    private interface Source {
        void copy(long first, int count, MemorySegment buffer);
    }

    private record Tensor(String name, DType dtype, List<Long> shape, Source source) {
        TensorInfo at(long begin) {
            return new TensorInfo(name, dtype, shape, begin, begin + TensorInfo.byteSize(name, dtype, shape));
        }
    }

    /**
     * Adds a free text entry.
     *
     * @param key its name
     * @param value its text
     * @return this
     * @throws IllegalArgumentException where the key is taken, either is no valid Unicode, or the header grows past what a
     *         reader would take
     */
    public SafetensorsWriter metadata(String key, String value) {
        if (metadata.containsKey(key)) {
            throw new IllegalArgumentException("metadata %s is there already".formatted(quote(key)));
        }
        limits.addMetadata(key, value);
        metadata.put(key, value);
        return this;
    }

    /**
     * Adds a tensor of F32.
     *
     * @param name its name
     * @param values its elements, the last dimension running fastest; kept, not copied
     * @param shape its dimensions, whose product is the number of elements; none for a scalar
     * @return this
     * @throws IllegalArgumentException where the shape does not fit, the name is taken, reserved or no valid Unicode, or
     *         the header grows past what a reader would take
     */
    public SafetensorsWriter add(String name, float[] values, long... shape) {
        return add(name, DType.F32, values.length, shape, (first, count, buffer) -> MemorySegment.copy(values,
                (int) first, buffer, LittleEndian.FLOAT, 0, count));
    }

    /**
     * Adds a tensor of F64.
     *
     * @param name its name
     * @param values its elements, the last dimension running fastest; kept, not copied
     * @param shape its dimensions, whose product is the number of elements; none for a scalar
     * @return this
     * @throws IllegalArgumentException where the shape does not fit, the name is taken, reserved or no valid Unicode, or
     *         the header grows past what a reader would take
     */
    public SafetensorsWriter add(String name, double[] values, long... shape) {
        return add(name, DType.F64, values.length, shape, (first, count, buffer) -> MemorySegment.copy(values,
                (int) first, buffer, LittleEndian.DOUBLE, 0, count));
    }

    /**
     * Adds a tensor of I64.
     *
     * @param name its name
     * @param values its elements, the last dimension running fastest; kept, not copied
     * @param shape its dimensions, whose product is the number of elements; none for a scalar
     * @return this
     * @throws IllegalArgumentException where the shape does not fit, the name is taken, reserved or no valid Unicode, or
     *         the header grows past what a reader would take
     */
    public SafetensorsWriter add(String name, long[] values, long... shape) {
        return add(name, DType.I64, values.length, shape, (first, count, buffer) -> MemorySegment.copy(values,
                (int) first, buffer, LittleEndian.LONG, 0, count));
    }

    /**
     * Adds a tensor of U8.
     *
     * @param name its name
     * @param values its elements, the last dimension running fastest; kept, not copied
     * @param shape its dimensions, whose product is the number of elements; none for a scalar
     * @return this
     * @throws IllegalArgumentException where the shape does not fit, the name is taken, reserved or no valid Unicode, or
     *         the header grows past what a reader would take
     */
    public SafetensorsWriter add(String name, byte[] values, long... shape) {
        return add(name, DType.U8, values.length, shape, (first, count, buffer) -> MemorySegment.copy(values,
                (int) first, buffer, ValueLayout.JAVA_BYTE, 0, count));
    }

    /**
     * Adds a matrix as a tensor of F32 of shape [rows, cols], without the gaps that its row stride may leave.
     *
     * @param name its name
     * @param matrix the view; kept, not copied, so its memory must be there until the file is written
     * @return this
     * @throws IllegalArgumentException where the name is taken, reserved or no valid Unicode, or the header grows past what
     *         a reader would take
     */
    public SafetensorsWriter add(String name, Matrix matrix) {
        return add(name, DType.F32, matrix.layout().size(), new long[]{matrix.rows(), matrix.cols()},
                (first, count, buffer) -> copy(matrix, first, count, buffer));
    }

    /**
     * Writes everything that was added. The file appears whole or not at all, as {@link DurableFile#write} says; a file of
     * that name is replaced. The writer stays as it is and may write again.
     *
     * @param file where to
     * @throws IOException where it cannot be written
     * @throws IllegalArgumentException for a header longer than a reader would take
     * @throws IllegalStateException where the memory of an added matrix is gone
     */
    public void write(Path file) throws IOException {
        List<Tensor> ordered = new ArrayList<>(tensors.values());
        // A stable sort: tensors of one type stay in the order of their names.
        ordered.sort(Comparator.comparing(Tensor::dtype).reversed());
        Map<String, TensorInfo> infos = LinkedHashMap.newLinkedHashMap(ordered.size());
        long begin = 0;
        for (Tensor tensor : ordered) {
            TensorInfo info = tensor.at(begin);
            infos.put(tensor.name(), info);
            begin = info.end();
        }
        byte[] header = new SafetensorsHeader(metadata, infos).encode();
        DurableFile.write(file, channel -> {
            writeFully(ByteBuffer.wrap(header), channel);
            for (Tensor tensor : ordered) {
                writeData(tensor, infos.get(tensor.name()).count(), channel);
            }
        });
    }

    private SafetensorsWriter add(String name, DType dtype, long count, long[] shape, Source source) {
        if (name.equals(SafetensorsHeader.METADATA) || tensors.containsKey(name)) {
            throw new IllegalArgumentException("tensor name %s is %s".formatted(quote(name),
                    tensors.containsKey(name) ? "there already" : "reserved"));
        }
        List<Long> sizes = Arrays.stream(shape).boxed().toList();
        if (shape.length > HeaderLimits.RANK) {
            throw new IllegalArgumentException("tensor %s has %d dimensions; wanted %d at most".formatted(quote(name),
                    shape.length, HeaderLimits.RANK));
        }
        long wanted = TensorInfo.byteSize(name, dtype, sizes) / dtype.bytes();
        if (wanted != count) {
            throw new IllegalArgumentException("tensor %s of shape %s has %d elements; %d were given"
                    .formatted(quote(name), sizes, wanted, count));
        }
        limits.addTensor(name);
        tensors.put(name, new Tensor(name, dtype, sizes, source));
        return this;
    }

    private static void copy(Matrix matrix, long first, int count, MemorySegment buffer) {
        int cols = matrix.cols();
        for (int done = 0; done < count;) {
            long row = (first + done) / cols;
            int col = (int) ((first + done) % cols);
            int run = Math.min(cols - col, count - done);
            long from = matrix.offset() + row * matrix.rowStride() + col;
            MemorySegment.copy(matrix.segment(), ValueLayout.JAVA_FLOAT, from * Float.BYTES, buffer, LittleEndian.FLOAT,
                    (long) done * Float.BYTES, run);
            done += run;
        }
    }

    private static void writeData(Tensor tensor, long count, FileChannel channel) throws IOException {
        int size = tensor.dtype().bytes();
        int most = LittleEndian.BUFFER_BYTES / size;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(Math.min(count * size, LittleEndian.BUFFER_BYTES));
            for (long first = 0; first < count; first += most) {
                int piece = (int) Math.min(most, count - first);
                tensor.source().copy(first, piece, memory);
                writeFully(memory.asByteBuffer().limit(piece * size), channel);
            }
        }
    }

    private static void writeFully(ByteBuffer bytes, FileChannel channel) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
