package dev.unroll.cli;

import dev.unroll.cli.report.Png;
import dev.unroll.cli.report.WholeFile;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The picture of both loss curves. */
final class LossChart {
    private LossChart() {}

    static void write(Path file, String title, Unit unit, List<LossHistory.Point> points) throws IOException {
        XYChart chart = new XYChartBuilder().width(900).height(540).title(title).xAxisTitle("step")
                .yAxisTitle("loss, nats a " + unit.one()).build();
        chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotGridLinesColor(new Color(225, 225, 225));
        chart.getStyler().setYAxisDecimalPattern("0.0#");
        chart.getStyler().setXAxisDecimalPattern("0");
        double[] steps = points.stream().mapToDouble(LossHistory.Point::step).toArray();
        add(chart, "train", steps, points.stream().mapToDouble(LossHistory.Point::train).toArray());
        add(chart, "validation", steps, points.stream().mapToDouble(LossHistory.Point::validation).toArray());
        WholeFile.write(file, Png.of(List.of(chart), 1, 1));
    }

    private static void add(XYChart chart, String name, double[] steps, double[] losses) {
        chart.addSeries(name, steps, losses).setMarker(steps.length == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    }
}
