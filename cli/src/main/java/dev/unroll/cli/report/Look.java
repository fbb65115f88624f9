package dev.unroll.cli.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How the pictures look: one style for all, on white, which the page turns round where it is dark. */
final class Look {
    static final int WIDTH = 860;
    static final Color INK = new Color(60, 60, 66);
    static final Color GRID = new Color(232, 232, 236);
    static final Color RED = new Color(200, 50, 45);
    private static final List<Color> COLORS = List.of(new Color(38, 103, 178), new Color(221, 126, 26),
            new Color(46, 143, 88), new Color(140, 86, 168), new Color(176, 64, 92), new Color(24, 150, 160),
            new Color(128, 112, 40), new Color(110, 110, 120));

    private Look() {}

    /** The i-th of several things side by side. */
    static Color color(int i) {
        return COLORS.get(i % COLORS.size());
    }

    /** A lighter shade of a colour. */
    static Color light(Color color, double share) {
        return new Color(mix(color.getRed(), share), mix(color.getGreen(), share), mix(color.getBlue(), share));
    }

    private static int mix(int part, double share) {
        return (int) Math.round(part + (255 - part) * share);
    }

    static XYChart chart(int width, int height, String xTitle, String yTitle) {
        XYChart chart = new XYChartBuilder().width(width).height(height).xAxisTitle(xTitle).yAxisTitle(yTitle).build();
        XYStyler styler = chart.getStyler();
        styler.setChartTitleVisible(false);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setAxisTickMarksColor(GRID);
        styler.setAxisTickLabelsColor(INK);
        styler.setChartFontColor(INK);
        styler.setXAxisTitleColor(INK);
        styler.setYAxisTitleColor(INK);
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setLegendBorderColor(Color.WHITE);
        styler.setLegendPosition(LegendPosition.OutsideE);
        styler.setLegendSeriesLineLength(18);
        styler.setXAxisDecimalPattern("#,##0");
        styler.setLocale(Locale.ROOT);
        styler.setMarkerSize(7);
        return chart;
    }

    /** A chart whose axis to the right is the training's steps. */
    static XYChart overSteps(int height, String yTitle) {
        XYChart chart = chart(WIDTH, height, "step", yTitle);
        chart.getStyler().setXAxisMin(0.0);
        chart.getStyler().setXAxisTickMarkSpacingHint(90);
        return chart;
    }

    /**
     * Makes the axis upwards one of powers of ten: what is drawn are logarithms to the base 10. (The library's own logarithmic
     * axis has eight lines between two powers.)
     *
     * @param least logarithm that is drawn
     * @param most logarithm that is drawn
     */
    static void powers(XYChart chart, double least, double most) {
        double low = Math.floor(least);
        double high = Math.max(low + 1, Math.ceil(most));
        chart.getStyler().setYAxisMin(low);
        chart.getStyler().setYAxisMax(high);
        chart.getStyler().setYAxisTickMarkSpacingHint((int) Math.max(24, chart.getHeight() / (high - low + 2)));
        chart.getStyler().setYAxisTickLabelsFormattingFunction(Look::power);
    }

    private static String power(double exponent) {
        if (exponent != Math.rint(exponent)) {
            return " ";
        }
        return Math.abs(exponent) <= 3 ? plain(Math.pow(10, exponent)) : String.format(Locale.ROOT, "1e%.0f", exponent);
    }

    /** As many digits as it takes. */
    static String plain(double value) {
        if (value != 0 && Math.abs(value) < 1e-4) {
            return String.format(Locale.ROOT, "%.1e", value);
        }
        String text = String.format(Locale.ROOT, "%.5f", value).replaceAll("\\.?0+$", "");
        return text.equals("-0") ? "0" : text;
    }

    static XYSeries line(XYChart chart, String name, double[] x, double[] y, Color color, double width) {
        XYSeries series = chart.addSeries(name, uneven(x), y);
        series.setMarker(x.length == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        series.setMarkerColor(color);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        return series;
    }

    /** Where all x lie at the same distance, the library labels some of these instead of round numbers. */
    private static double[] uneven(double[] x) {
        double[] moved = x.clone();
        if (x.length > 1) {
            moved[0] -= 0.005 * (x[x.length - 1] - x[0]) / x.length;
        }
        return moved;
    }

    /** Single places. */
    static XYSeries marks(XYChart chart, String name, double[] x, double[] y, Color color) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(color);
        return series;
    }
}
