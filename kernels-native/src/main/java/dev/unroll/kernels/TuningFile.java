package dev.unroll.kernels;

import dev.unroll.tensor.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Where a {@link Tuning} lies between runs. Nothing that is found there may do more harm than not to be used. */
final class TuningFile {
    /** A table has some ten thousand bytes; what is much longer is something else. */
    private static final int MOST_BYTES = 1 << 18;

    private static final String CURE = "./unroll doctor --tune measures a new one";

    private TuningFile() {}

    static Path path() throws IOException {
        String named = System.getProperty(Tuning.PROPERTY, "");
        try {
            return named.isEmpty() ? cache().resolve("unroll", "tuning.txt") : Path.of(named);
        } catch (InvalidPathException e) {
            throw new IOException("the tuning table's file is no path: " + e.getMessage(), e);
        }
    }

    /** The XDG rule, which holds an empty or a relative name for none; other systems than Linux get the same place. */
    private static Path cache() {
        String named = System.getenv("XDG_CACHE_HOME");
        if (named != null && !named.isEmpty() && Path.of(named).isAbsolute()) {
            return Path.of(named);
        }
        return Path.of(System.getProperty("user.home", ""), ".cache");
    }

    static Path save(Tuning tuning) throws IOException {
        Path path = path().toAbsolutePath();
        Files.createDirectories(path.getParent());
        ByteBuffer bytes = ByteBuffer.wrap(TuningText.of(tuning));
        DurableFile.write(path, channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
        return path;
    }

    static Optional<Tuning> load() throws IOException {
        Path path = path();
        if (Files.notExists(path)) {
            return Optional.empty();
        }
        try {
            Tuning tuning = TuningText.parse(read(path));
            check(tuning);
            return Optional.of(tuning);
        } catch (IOException e) {
            throw new IOException("the tuning table %s is not used: %s; %s".formatted(path, e.getMessage(), CURE), e);
        }
    }

    private static byte[] read(Path path) throws IOException {
        // A pipe would be waited for.
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new IOException("it is no file that can be read");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException("it is longer than %d bytes".formatted(MOST_BYTES));
            }
            return bytes;
        }
    }

    /** Wants what it was measured with. OpenBLAS is asked, and so loaded, only where it would be used. */
    private static void check(Tuning tuning) throws IOException {
        Optional<String> obstacle = Backend.VECTOR.obstacle();
        if (obstacle.isPresent()) {
            throw new IOException("vectors cannot open here: " + obstacle.get());
        }
        Machine then = tuning.machine();
        Machine now = Machine.without(then.openblas());
        same("processor", then.processor(), now.processor());
        same("java", then.java(), now.java());
        same("vectors", then.vectors(), now.vectors());
        if (tuning.openblasEntries() > 0) {
            obstacle = Backend.OPENBLAS.obstacle();
            if (obstacle.isPresent()) {
                throw new IOException("openblas cannot open here: " + obstacle.get());
            }
            same("openblas", then.openblas(), Backend.OPENBLAS.description());
        }
    }

    private static void same(String what, String then, String now) throws IOException {
        if (!then.equals(now)) {
            throw new IOException("it was measured with another %s, %s; here is %s".formatted(what, then, now));
        }
    }
}
