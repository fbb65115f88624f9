package dev.unroll.cli.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.XYChart;

/** Charts as PNG files. */
public final class Png {
    private Png() {}

    /**
     * Paints charts side by side.
     *
     * @param charts row by row, all of one size
     * @param columns charts of a row
     * @param scale pixels a unit of length
     * @return a PNG file's content
     * @throws IOException never, as it is made in memory
     */
    public static byte[] of(List<XYChart> charts, int columns, double scale) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        // ImageIO's own streams go through a file that a shutdown hook deletes, and Ctrl-C is too late for a new hook.
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(png)) {
            ImageIO.write(paint(charts, columns, scale), "png", out);
        }
        return png.toByteArray();
    }

    private static BufferedImage paint(List<XYChart> charts, int columns, double scale) {
        int width = charts.getFirst().getWidth();
        int height = charts.getFirst().getHeight();
        int rows = (charts.size() + columns - 1) / columns;
        BufferedImage image = new BufferedImage((int) (width * columns * scale), (int) (height * rows * scale),
                BufferedImage.TYPE_INT_RGB);
        Graphics2D all = image.createGraphics();
        all.setColor(Color.WHITE);
        all.fillRect(0, 0, image.getWidth(), image.getHeight());
        for (int i = 0; i < charts.size(); i++) {
            Graphics2D one = (Graphics2D) all.create();
            one.scale(scale, scale);
            one.translate(i % columns * width, i / columns * height);
            charts.get(i).paint(one, width, height);
            one.dispose();
        }
        all.dispose();
        return image;
    }
}
