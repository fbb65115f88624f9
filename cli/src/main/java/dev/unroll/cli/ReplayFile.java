package dev.unroll.cli;

import dev.unroll.cells.Parameters;
import dev.unroll.models.Lengths;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.Sequence;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/** A reference case's file: its sizes, and its tensors in shapes that are known. */
final class ReplayFile implements AutoCloseable {
    private final SafetensorsReader reader;

    private ReplayFile(SafetensorsReader reader) {
        this.reader = reader;
    }

    static ReplayFile open(Path file) throws IOException {
        return new ReplayFile(SafetensorsReader.open(file));
    }

    /** Which form it has: what it holds tells. */
    ReplayCase toCase() throws IOException {
        if (reader.metadata().containsKey("optimizer")) {
            return new OptimizerCase();
        }
        if (reader.metadata().containsKey("k1")) {
            return new TruncatedCase();
        }
        if (has("weight_ih_l0")) {
            return new TorchCase();
        }
        if (has("W_a") || has("W_u")) {
            return new StackedCase();
        }
        throw fault("it is no reference case: there is neither weight_ih_l0 nor W_a nor W_u, nor k1 or optimizer in its"
                + " metadata");
    }

    SafetensorsReader reader() {
        return reader;
    }

    SafetensorsException fault(String what) {
        return new SafetensorsException(reader.file(), what);
    }

    String text(String key) throws IOException {
        String text = reader.metadata().get(key);
        if (text == null) {
            throw fault("its metadata has no '%s'".formatted(key));
        }
        return text;
    }

    int size(String key) throws IOException {
        try {
            int size = Integer.parseInt(text(key));
            if (size < 1) {
                throw fault("its '%s' is %d; wanted 1 or more".formatted(key, size));
            }
            return size;
        } catch (NumberFormatException e) {
            throw new SafetensorsException(reader.file(), "its '%s' is no number: %s".formatted(key, text(key)), e);
        }
    }

    boolean has(String name) {
        return reader.tensors().containsKey(name);
    }

    double[] doubles(String name) throws IOException {
        return reader.doubles(name);
    }

    private void checkShape(String name, List<Long> wanted) throws IOException {
        if (!reader.info(name).shape().equals(wanted)) {
            throw fault("tensor '%s' has shape %s; wanted %s".formatted(name, reader.info(name).shape(), wanted));
        }
    }

    /** A tensor of three dimensions, time first. */
    Sequence sequence(Arena arena, String name, int time, int batch, int feature) throws IOException {
        checkShape(name, List.of((long) time, (long) batch, (long) feature));
        Sequence sequence = Sequence.allocate(arena, time, batch, feature);
        sequence.asMatrix().copyFrom(reader.floats(name));
        return sequence;
    }

    /** Reads a tensor of a matrix's shape, or of its only row's. */
    void read(String name, Matrix matrix) throws IOException {
        List<Long> shape = List.of((long) matrix.rows(), (long) matrix.cols());
        boolean isRow = matrix.rows() == 1 && reader.info(name).shape().size() == 1;
        checkShape(name, isRow ? shape.subList(1, 2) : shape);
        matrix.copyFrom(reader.floats(name));
    }

    /** Reads one matrix of a tensor that has several. */
    void read(String name, int index, int count, Matrix matrix) throws IOException {
        checkShape(name, List.of((long) count, (long) matrix.rows(), (long) matrix.cols()));
        Matrix all = Matrix.allocate(Arena.ofAuto(), count * matrix.rows(), matrix.cols());
        all.copyFrom(reader.floats(name));
        matrix.copyFrom(all.rows(index * matrix.rows(), matrix.rows()));
    }

    /** Reads every parameter under its name behind a prefix. */
    void read(String prefix, Parameters parameters) throws IOException {
        for (var entry : parameters.asMap().entrySet()) {
            read(prefix + entry.getKey(), entry.getValue());
        }
    }

    /** Whole numbers, which a file may hold as reals. */
    int[] whole(String name, long count, int largest) throws IOException {
        double[] values = doubles(name);
        if (values.length != count) {
            throw fault("tensor '%s' has %d elements; wanted %d".formatted(name, values.length, count));
        }
        int[] whole = new int[values.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = (int) values[i];
            if (!(values[i] >= 0 && values[i] <= largest && whole[i] == values[i])) {
                throw fault(
                        "tensor '%s' holds %s; wanted whole numbers of 0 to %d".formatted(name, values[i], largest));
            }
        }
        return whole;
    }

    /** The lengths of the sequences: all of the time there is, where the file says nothing. */
    Lengths lengths(int time, int batch) throws IOException {
        return has("lengths") ? Lengths.of(time, whole("lengths", batch, time)) : Lengths.full(time, batch);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
