package dev.unroll.kernels;

import dev.unroll.kernels.Tuning.Entry;
import dev.unroll.kernels.Tuning.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * A {@link Tuning} as text: a first line with the format's version, what it was measured with, a line for each class, and
 * last a checksum of all that, so that nothing that was cut or changed passes for a table.
 */
final class TuningText {
    private static final String FIRST = "unroll tuning 1";
    private static final String CHECKSUM = "crc32 ";
    private static final List<String> HEADER = List.of("processor", "java", "vectors", "openblas", "measured");
    private static final String COLUMNS = "# kind rows depth columns, microseconds in vectors and by openblas";

    private TuningText() {}

    static byte[] of(Tuning tuning) {
        Machine machine = tuning.machine();
        List<String> values = List.of(machine.processor(), machine.java(), machine.vectors(), machine.openblas(),
                tuning.measured().toString());
        StringBuilder text = new StringBuilder(FIRST).append('\n');
        for (int i = 0; i < HEADER.size(); i++) {
            text.append(HEADER.get(i)).append(' ').append(values.get(i)).append('\n');
        }
        text.append(COLUMNS).append('\n');
        for (Entry e : tuning.entries()) {
            text.append(String.format(Locale.ROOT, "%s %d %d %d %.3f %.3f%n", e.kind(), e.rows(), e.depth(), e.cols(),
                    e.vectorMicros(), e.openblasMicros()).replace("\r\n", "\n"));
        }
        return sealed(text.toString());
    }

    /** With a checksum. */
    static byte[] sealed(String text) {
        return (text + seal(text)).getBytes(StandardCharsets.UTF_8);
    }

    private static String seal(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return CHECKSUM + "%08x\n".formatted(crc.getValue());
    }

    static Tuning parse(byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!text.startsWith(FIRST + "\n")) {
            throw new IOException("it does not begin with '%s'".formatted(FIRST));
        }
        int end = text.lastIndexOf('\n', text.length() - 2) + 1;
        String body = text.substring(0, end);
        if (!text.substring(end).equals(seal(body))) {
            throw new IOException("it is cut or changed, its checksum is wrong");
        }
        List<String> lines = body.lines().toList();
        int first = 1 + HEADER.size();
        List<String> values = new ArrayList<>();
        for (int i = 1; i < first; i++) {
            String name = HEADER.get(i - 1) + " ";
            if (i >= lines.size() || !lines.get(i).startsWith(name)) {
                throw new IOException("line %d is no '%s'".formatted(i + 1, name.strip()));
            }
            values.add(lines.get(i).substring(name.length()));
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = first; i < lines.size(); i++) {
            if (!lines.get(i).startsWith("#")) {
                entries.add(entry(i + 1, lines.get(i).split(" ", -1)));
            }
        }
        return new Tuning(new Machine(values.get(0), values.get(1), values.get(2), values.get(3)),
                instant(values.get(4)), entries);
    }

    private static Instant instant(String text) throws IOException {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IOException("'%s' is no time".formatted(text), e);
        }
    }

    private static Entry entry(int line, String... words) throws IOException {
        try {
            Kind kind = Arrays.stream(Kind.values()).filter(k -> k.toString().equals(words[0])).findFirst()
                    .orElseThrow(() -> new IOException("line %d: no kind '%s'".formatted(line, words[0])));
            if (words.length != 6) {
                throw new IOException("line %d has %d words; wanted 6".formatted(line, words.length));
            }
            Entry entry = new Entry(kind, Integer.parseInt(words[1]), Integer.parseInt(words[2]),
                    Integer.parseInt(words[3]), Double.parseDouble(words[4]), Double.parseDouble(words[5]));
            if (entry.rows() < 1 || entry.depth() < 1 || entry.cols() < 1 || !(entry.vectorMicros() > 0)
                    || !(entry.openblasMicros() > 0)) {
                throw new IOException("line %d: a size or a time that is not above 0".formatted(line));
            }
            return entry;
        } catch (NumberFormatException e) {
            throw new IOException("line %d: %s".formatted(line, e.getMessage()), e);
        }
    }
}
