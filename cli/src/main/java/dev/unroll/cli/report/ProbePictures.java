package dev.unroll.cli.report;

import dev.unroll.cli.report.ProbeLog.Distances;
import dev.unroll.cli.report.ProbeLog.Gates;
import java.awt.Font;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The pictures of what the probe saw. */
final class ProbePictures {
    /** Layers that are shown; of more some, from the first to the last. */
    private static final int LAYERS = 8;
    private static final Map<String, String> WORDS = Map.of("f", "f: forget", "u", "u: update", "o", "o: output", "r",
            "r: reset", "c", "c: candidate");
    /** What a logarithmic axis can still show. */
    private static final double LEAST = 1e-12;

    private ProbePictures() {}

    static Picture distances(List<Distances> readings) {
        XYChart chart = Look.chart(Look.WIDTH, 420, "distance in time: steps back from the loss",
                "|dL/da|, relative to distance 0");
        chart.getStyler().setXAxisTickMarkSpacingHint(60);
        double least = 0;
        double most = 0;
        List<Integer> layers = some(readings.getLast().relative().keySet().stream().toList());
        for (int r = 0; r < readings.size(); r++) {
            Distances reading = readings.get(r);
            double age = readings.size() - 1 - r;
            for (int i = 0; i < layers.size(); i++) {
                List<Double> norms = reading.relative().getOrDefault(layers.get(i), List.of());
                int[] shown = IntStream.range(0, norms.size()).filter(d -> norms.get(d) > LEAST).toArray();
                if (shown.length > 0) {
                    double[] logarithms = IntStream.of(shown).mapToDouble(d -> Math.log10(norms.get(d))).toArray();
                    Look.line(chart, "layer %d, step %,d".formatted(layers.get(i), reading.step()),
                            IntStream.of(shown).asDoubleStream().toArray(), logarithms,
                            Look.light(Look.color(i), age * 0.33), age == 0 ? 2.4 : 1.6);
                    least = Math.min(least, Arrays.stream(logarithms).min().orElseThrow());
                    most = Math.max(most, Arrays.stream(logarithms).max().orElseThrow());
                }
            }
        }
        Look.powers(chart, least, most);
        return new Picture("distances", "Gradient by distance in time",
                "How much of the gradient of one step's loss arrives at the hidden state so many steps before it. A straight"
                        + " line downwards is a gradient that vanishes by a factor a step: what lies further back than the"
                        + " line reaches is not learned from. A line upwards explodes. Light is the first reading, strong the"
                        + " newest.",
                List.of(chart), 1);
    }

    static Picture gates(Gates gates) {
        List<Integer> layers = some(gates.shares().keySet().stream().toList());
        int columns = gates.shares().values().stream().mapToInt(layer -> layer.size()).max().orElse(1);
        List<XYChart> charts = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            int layer = layers.get(i);
            int color = i;
            gates.shares().get(layer).forEach((gate, shares) -> charts.add(gate(layer, gate, shares, color,
                    Look.WIDTH / Math.max(3, columns))));
        }
        return new Picture("gates", "Gates after step %,d".formatted(gates.step()),
                "How often a gate's activation was where: 0 is shut and 1 is open, a candidate goes from -1 to 1. Columns at"
                        + " the ends are saturated, where a gate hardly learns; all in the middle is a gate that has not"
                        + " learned to decide.",
                charts, columns);
    }

    private static XYChart gate(int layer, String gate, List<Double> shares, int color, int width) {
        int half = shares.size() / 2;
        boolean isSigned = shares.subList(0, half).stream().anyMatch(share -> share > 0);
        List<Double> shown = isSigned ? shares : shares.subList(half, shares.size());
        int from = isSigned ? 0 : half;
        XYChart chart = Look.chart(width, 190, "", "");
        chart.setTitle("layer %d, %s".formatted(layer, WORDS.getOrDefault(gate, gate)));
        chart.getStyler().setChartTitleVisible(true);
        chart.getStyler().setChartTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        chart.getStyler().setChartTitleBoxVisible(false);
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setAxisTitlesVisible(false);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setXAxisMin(isSigned ? -1.0 : 0.0);
        chart.getStyler().setXAxisMax(1.0);
        chart.getStyler().setXAxisTickMarkSpacingHint(isSigned ? 50 : 40);
        chart.getStyler().setXAxisDecimalPattern("0.#");
        chart.getStyler().setYAxisDecimalPattern("0%");
        chart.getStyler().setChartPadding(4);
        // A column a bin: up, along, down.
        double[] x = new double[4 * shown.size()];
        double[] y = new double[x.length];
        for (int bin = 0; bin < shown.size(); bin++) {
            for (int corner = 0; corner < 4; corner++) {
                x[4 * bin + corner] = ProbeLog.edge(from + bin + corner / 2);
                y[4 * bin + corner] = corner == 0 || corner == 3 ? 0 : shown.get(bin);
            }
        }
        XYSeries series = Look.line(chart, "share", x, y, Look.color(color), 1);
        series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Area);
        series.setMarker(SeriesMarkers.NONE);
        series.setFillColor(Look.light(Look.color(color), 0.5));
        return chart;
    }

    private static List<Integer> some(List<Integer> layers) {
        if (layers.size() <= LAYERS) {
            return layers;
        }
        return IntStream.range(0, LAYERS).mapToObj(i -> layers.get(i * (layers.size() - 1) / (LAYERS - 1))).toList();
    }
}
