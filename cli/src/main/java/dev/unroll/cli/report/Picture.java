package dev.unroll.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;

/**
 * A picture of the report.
 *
 * @param name of its file, without the ending
 * @param title above it in the page
 * @param caption below it: how to read it
 * @param charts row by row, all of one size
 * @param columns charts side by side
 */
record Picture(String name, String title, String caption, List<XYChart> charts, int columns) {
    /** Pixels a unit of length: sharp on fine screens, and small enough. */
    private static final double SCALE = 1.5;

    Picture {
        charts = List.copyOf(charts);
    }

    /** A PNG file, written whole or not at all; its bytes. */
    byte[] write(Path directory) throws IOException {
        byte[] png = Png.of(charts, columns, SCALE);
        WholeFile.write(directory.resolve(name + ".png"), png);
        return png;
    }

    /** Width in the page. */
    int width() {
        return charts.getFirst().getWidth() * columns;
    }
}
