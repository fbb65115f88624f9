package dev.unroll.cli.report;

import dev.unroll.tensor.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Files whose content is in memory. */
public final class WholeFile {
    private WholeFile() {}

    /**
     * Writes a file whole or not at all.
     *
     * @param file where to; replaced if it is there
     * @param content of the file
     * @throws IOException where it cannot be written
     */
    public static void write(Path file, byte[] content) throws IOException {
        DurableFile.write(file, channel -> {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }
}
