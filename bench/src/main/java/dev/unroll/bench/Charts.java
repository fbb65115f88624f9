package dev.unroll.bench;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Pictures of what was measured, as PNG files. */
final class Charts {
    private Charts() {}

    /** GFLOP/s over M for one shape of weights, and the ceiling. */
    static byte[] products(List<Entry<ProductCase>> entries, List<String> contenders, Optional<Ceilings> ceilings)
            throws IOException {
        ProductCase first = entries.getFirst().shape();
        XYChart chart = new XYChartBuilder().width(900).height(540)
                .title("x·Wᵀ, N = %d, K = %d".formatted(first.n(), first.k())).xAxisTitle("M, rows of x")
                .yAxisTitle("GFLOP/s").build();
        style(chart.getStyler());
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        for (String contender : contenders) {
            List<Entry<ProductCase>> timed = entries.stream().filter(e -> e.timings().containsKey(contender)).toList();
            if (!timed.isEmpty()) {
                add(chart, contender, timed,
                        e -> e.timings().get(contender).rate(e.shape().flops()) / 1e9, SeriesMarkers.CIRCLE);
            }
        }
        ceilings.ifPresent(c -> add(chart, "FMA ceiling", entries, _ -> c.gigaflops(), SeriesMarkers.NONE));
        return png(chart);
    }

    private static void add(XYChart chart, String name, List<Entry<ProductCase>> entries,
            ToDoubleFunction<Entry<ProductCase>> y, org.knowm.xchart.style.markers.Marker marker) {
        chart.addSeries(name, entries.stream().mapToDouble(e -> e.shape().m()).toArray(),
                entries.stream().mapToDouble(y).toArray()).setMarker(marker);
    }

    /** A bar an entry: how many times longer the best peer takes. */
    static byte[] layers(List<Entry<LayerCase>> entries, String ours, ToDoubleFunction<Entry<LayerCase>> ratio)
            throws IOException {
        CategoryChart chart = new CategoryChartBuilder().width(1500).height(620)
                .title("Time of the best peer / time of %s: above 1, ours is faster".formatted(ours))
                .xAxisTitle("cell T,N,H").yAxisTitle("ratio").build();
        style(chart.getStyler());
        chart.getStyler().setXAxisLabelRotation(90);
        chart.getStyler().setXAxisMaxLabelCount(entries.size());
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setAvailableSpaceFill(0.8);
        chart.addSeries("ratio", entries.stream().map(e -> label(e.shape())).toList(),
                entries.stream().map(ratio::applyAsDouble).toList());
        return png(chart);
    }

    private static String label(LayerCase shape) {
        return "%s %d,%d,%d".formatted(shape.cell(), shape.time(), shape.batch(), shape.hidden());
    }

    private static void style(Styler styler) {
        styler.setChartBackgroundColor(Color.WHITE);
    }

    private static byte[] png(Chart<?, ?> chart) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ChartEncoder.saveChart(chart, png, "png");
        return png.toByteArray();
    }
}
