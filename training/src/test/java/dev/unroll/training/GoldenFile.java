package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Backend;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.SafetensorsReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** A case that libtorch computed; resources/golden/README.md says what it holds. */
final class GoldenFile implements AutoCloseable {
    private final SafetensorsReader reader;

    GoldenFile(String name) throws IOException {
        try {
            reader = SafetensorsReader.open(Path.of(Objects.requireNonNull(
                    GoldenFile.class.getResource("/golden/" + name + ".safetensors"), name).toURI()));
        } catch (URISyntaxException e) {
            throw new IOException(name, e);
        }
    }

    /** Each of the files on each of the backends. */
    static Stream<Arguments> onEveryBackend(String... names) {
        return Arrays.stream(names).flatMap(name -> Arrays.stream(Backend.values()).map(b -> Arguments.of(name, b)));
    }

    String text(String key) {
        return Objects.requireNonNull(reader.metadata().get(key), key);
    }

    int size(String key) {
        return Integer.parseInt(text(key));
    }

    boolean has(String name) {
        return reader.tensors().containsKey(name);
    }

    double[] doubles(String name) throws IOException {
        return reader.doubles(name);
    }

    /** Whole numbers, as which tokens are kept. */
    int[] ids() throws IOException {
        return Arrays.stream(doubles("ids")).mapToInt(id -> (int) id).toArray();
    }

    /** A tensor whose last dimension runs along the columns. */
    Matrix matrix(Arena arena, String name) throws IOException {
        List<Long> shape = reader.info(name).shape();
        int cols = Math.toIntExact(shape.getLast());
        Matrix matrix = Matrix.allocate(arena, Math.toIntExact(reader.info(name).count() / cols), cols);
        matrix.copyFrom(reader.floats(name));
        return matrix;
    }

    /** Reads every parameter of which the file has a tensor; the others stay as they are. */
    void read(Arena arena, Parameters parameters) throws IOException {
        for (var entry : parameters.asMap().entrySet()) {
            if (has(entry.getKey())) {
                entry.getValue().copyFrom(matrix(arena, entry.getKey()));
            }
        }
    }

    /** Compares every parameter with the tensor of that name behind a prefix; at least one must be there. */
    void compare(double bound, String prefix, Parameters parameters) throws IOException {
        int compared = 0;
        for (var entry : parameters.asMap().entrySet()) {
            if (has(prefix + entry.getKey())) {
                Deviation.check(bound, prefix + entry.getKey(), doubles(prefix + entry.getKey()), entry.getValue());
                compared++;
            }
        }
        if (compared == 0) {
            throw new AssertionError("no tensor " + prefix + " of " + parameters.asMap().keySet());
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
