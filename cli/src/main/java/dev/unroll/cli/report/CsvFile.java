package dev.unroll.cli.report;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file of comma-separated values that grows while a training goes on: a line of names, then a line a row, whose first
 * value is a step.
 */
final class CsvFile implements AutoCloseable {
    private final FileChannel channel;
    private final StringBuilder waiting = new StringBuilder();

    private CsvFile(FileChannel channel) {
        this.channel = channel;
    }

    /** What takes the rows that a file has already. */
    @FunctionalInterface
    interface Rows {
        /**
         * Takes one.
         *
         * @param cells of the row
         * @throws NumberFormatException where one is no number that should be
         */
        void take(List<String> cells);
    }

    /**
     * Opens a file to go on with it behind the rows of a step, or begins it where it is not there. What comes after these
     * rows, a row that was not written to its end too, is cut off.
     *
     * @param file where it is
     * @param names of the columns
     * @param step 0 for a new training: then whatever is in the file goes
     * @param rows takes each row up to the step
     * @throws IOException where it cannot be read or written, or is of something else
     */
    static CsvFile open(Path file, List<String> names, long step, Rows rows) throws IOException {
        String header = String.join(",", names) + "\n";
        long kept = step > 0 && Files.exists(file) ? keep(file, header, step, rows) : 0;
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        CsvFile csv = new CsvFile(channel.truncate(kept).position(kept));
        if (kept == 0) {
            csv.waiting.append(header);
        }
        return csv;
    }

    /** Length of what is kept, in bytes. */
    private static long keep(Path file, String header, long step, Rows rows) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            String first = line(in);
            if (first.isEmpty()) {
                return 0;
            }
            if (!first.equals(header)) {
                throw new IOException("%s is of another training: its columns are %s; give another --report"
                        .formatted(file, first.strip()));
            }
            long kept = header.length();
            for (String line = line(in); line.endsWith("\n"); line = line(in)) {
                List<String> cells = List.of(line.strip().split(",", -1));
                try {
                    if (Long.parseLong(cells.getFirst()) > step) {
                        break;
                    }
                    rows.take(cells);
                } catch (NumberFormatException | IndexOutOfBoundsException e) {
                    throw new IOException("%s is damaged: a row is '%s'; give another --report".formatted(file,
                            line.strip()), e);
                }
                kept += line.length();
            }
            return kept;
        }
    }

    /** A character a byte; with its end if it has one. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            line.write(b);
            if (b == '\n') {
                break;
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Adds a row, which is on the disk after {@link #flush}. */
    void add(Object... cells) {
        for (int i = 0; i < cells.length; i++) {
            waiting.append(i == 0 ? "" : ",").append(cells[i]);
        }
        waiting.append('\n');
    }

    /** Writes what waits. */
    void flush() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(waiting.toString().getBytes(StandardCharsets.ISO_8859_1));
        waiting.setLength(0);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        // A checkpoint that outlasts a power failure wants the rows before it.
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
