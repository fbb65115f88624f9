package dev.unroll.cli.report;

import dev.unroll.cli.report.EvaluationLog.Row;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The page of a report: one file that holds everything it shows, and that a browser opens from the disk. It is XML too, so
 * that a parser says whether it is well-formed.
 */
final class ReportPage {
    private static final String TEMPLATE = "report.html";

    private final StringBuilder facts = new StringBuilder();
    private final StringBuilder settings = new StringBuilder();
    private final StringBuilder figures = new StringBuilder();
    private final StringBuilder rows = new StringBuilder();

    /** What the training is and how far it has come. */
    void facts(SequencedMap<String, String> lines) {
        list(facts, lines);
    }

    void settings(SequencedMap<String, String> values) {
        list(settings, values);
    }

    private static void list(StringBuilder to, SequencedMap<String, String> values) {
        values.forEach((name, value) -> to
                .append("<div><dt>%s</dt><dd>%s</dd></div>%n".formatted(escape(name), escape(value))));
    }

    void picture(Picture picture, byte[] png) {
        figures.append("""
                <figure>
                <h2>%s</h2>
                <img width="%d" alt="%s" src="data:image/png;base64,%s"/>
                <figcaption>%s</figcaption>
                </figure>
                """.formatted(escape(picture.title()), picture.width(), escape(picture.title()),
                Base64.getEncoder().encodeToString(png), escape(picture.caption())));
    }

    /** The newest first. */
    void evaluations(List<Row> last) {
        for (Row row : last.reversed()) {
            rows.append(String.format(Locale.ROOT,
                    "<tr%s><td>%,d</td><td>%.4f</td><td>%.4f</td><td>%.3f</td><td>%.2f</td></tr>%n",
                    row.validation() == row.best() ? " class=\"best\"" : "", row.step(), row.train(), row.validation(),
                    row.validation() / Math.log(2), Math.exp(row.validation())));
        }
    }

    /** All of it. */
    String html(String title) {
        Map<String, String> parts = Map.of("title", escape(title), "facts", facts.toString(), "settings",
                settings.toString(), "figures", figures.toString(), "evaluations", rows.toString());
        String html = template();
        for (Map.Entry<String, String> part : parts.entrySet()) {
            html = html.replace("${" + part.getKey() + "}", part.getValue());
        }
        return html;
    }

    private static String template() {
        try (InputStream in = ReportPage.class.getResourceAsStream(TEMPLATE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Text as it stands in an element or an attribute; what XML cannot hold becomes U+FFFD. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isXml(c) ? c : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    private static boolean isXml(int c) {
        boolean isControl = c < 0x20 && c != '\t' && c != '\n';
        boolean isSurrogate = c >= 0xD800 && c <= 0xDFFF;
        return !isControl && !isSurrogate && c != 0xFFFE && c != 0xFFFF;
    }
}
