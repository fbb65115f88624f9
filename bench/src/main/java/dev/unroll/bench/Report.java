package dev.unroll.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a comparison finds: printed at once, aligned; kept as Markdown and as comma-separated values for files. */
final class Report {
    private static final int NARROWEST = 7;

    private final PrintStream out;
    private final StringBuilder markdown = new StringBuilder();
    private final List<Figure> figures = new ArrayList<>();
    private int[] widths = {};

    Report(PrintStream out) {
        this.out = out;
    }

    /**
     * One measured figure.
     *
     * @param part for example {@code layer}
     * @param shape for example {@code lstm T=1 N=1 H=64}
     * @param contender who; commas are left out in files
     * @param threads how many
     * @param timing of one run
     * @param rate units a second
     * @param unit what of, for example {@code GFLOP}
     */
    record Figure(String part, String shape, String contender, int threads, Timing timing, double rate, String unit) {
        private static final String HEADER = "part,shape,contender,threads,median_us,least_us,most_us,rate_per_s,unit";

        private String line() {
            return String.format(Locale.ROOT, "%s,%s,%s,%d,%.3f,%.3f,%.3f,%.4f,%s", part, shape,
                    contender.replace(",", ""), threads,
                    timing.median() / 1e3, timing.least() / 1e3, timing.most() / 1e3, rate, unit);
        }
    }

    void heading(String text) {
        out.println("\n" + text + "\n" + "-".repeat(text.length()));
        markdown.append("\n## ").append(text).append("\n\n");
    }

    void say(String line) {
        out.println(line);
        markdown.append(line).append("\n\n");
    }

    /** Begins a table. */
    void table(List<String> columns) {
        widths = columns.stream().mapToInt(title -> Math.max(NARROWEST, title.length())).toArray();
        out.println();
        line(columns);
        markdown.append("| ").append(String.join(" | ", columns)).append(" |\n");
        markdown.append("|").append("---:|".repeat(columns.size())).append("\n");
    }

    /** A row of the table, one cell a column. */
    void row(List<String> cells) {
        line(cells);
        markdown.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    /** Ends a table. */
    void endTable() {
        out.println();
        markdown.append("\n");
    }

    private void line(List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            line.append(i == 0 ? "" : "  ").append(" ".repeat(Math.max(0, widths[i] - cells.get(i).length())))
                    .append(cells.get(i));
        }
        out.println(line);
    }

    void add(Figure figure) {
        figures.add(figure);
    }

    /** Whether nothing has been timed. */
    boolean isEmpty() {
        return figures.isEmpty();
    }

    String markdown() {
        return markdown.toString();
    }

    String csv() {
        StringBuilder csv = new StringBuilder(Figure.HEADER).append("\n");
        figures.forEach(figure -> csv.append(figure.line()).append("\n"));
        return csv.toString();
    }
}
