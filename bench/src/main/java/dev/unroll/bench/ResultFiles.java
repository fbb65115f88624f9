package dev.unroll.bench;

import dev.unroll.tensor.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of one run in a folder, each whole or not there. */
final class ResultFiles {
    private final Path folder;

    /** Makes the folder, so that a name that cannot be one is known before hours of measuring. */
    ResultFiles(Path folder) throws IOException {
        this.folder = folder;
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new IOException(folder + " is not a directory");
        }
        Files.createDirectories(folder);
    }

    void write(String name, String text) throws IOException {
        write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    void write(String name, byte[] content) throws IOException {
        DurableFile.write(folder.resolve(name), channel -> {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }
}
