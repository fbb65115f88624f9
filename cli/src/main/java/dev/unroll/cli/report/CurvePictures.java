package dev.unroll.cli.report;

import dev.unroll.cli.report.BoundedSeries.Point;
import dev.unroll.cli.report.EvaluationLog.Row;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The pictures whose axis is the training's steps. */
final class CurvePictures {
    /** Share of the steps at the begin whose losses need not fit into the picture: there it falls from far above. */
    private static final double BEGIN = 0.03;

    private CurvePictures() {}

    static Picture loss(StepLog steps, EvaluationLog evaluations) {
        XYChart chart = Look.overSteps(380, "loss, nats a token");
        List<Point> loss = steps.loss().points();
        if (!loss.isEmpty()) {
            range(chart, "each step", loss, 0);
            Look.line(chart, "training", x(loss), smooth(y(loss, Point::mean)), Look.color(0), 2);
            double begin = BEGIN * loss.getLast().x();
            chart.getStyler().setYAxisMax(1.05 * loss.stream().filter(p -> p.x() >= begin).mapToDouble(Point::most)
                    .max().orElseThrow());
        }
        List<Point> validation = evaluations.validation().points();
        if (!validation.isEmpty()) {
            var series = Look.line(chart, "validation", x(validation), y(validation, Point::mean), Look.color(1), 2);
            if (validation.size() <= 40) {
                series.setMarker(SeriesMarkers.CIRCLE);
            }
        }
        Optional<Row> best = evaluations.best();
        best.ifPresent(row -> Look.marks(chart, "best", new double[]{row.step()}, new double[]{row.validation()},
                Look.RED).setMarker(SeriesMarkers.DIAMOND));
        return new Picture("loss", "Loss",
                "The light band is each step's training loss from the least to the largest, the blue line its moving mean,"
                        + " the orange line the loss on the held-out text, its best marked in red. Where validation rises"
                        + " while training falls, the network learns the text by heart.",
                List.of(chart), 1);
    }

    /** From the least to the most of each point, as a light band. */
    private static void range(XYChart chart, String name, List<Point> points, int color) {
        double[] x = points.stream().flatMapToDouble(p -> DoubleStream.of(p.x(), p.x())).toArray();
        double[] y = points.stream().flatMapToDouble(p -> DoubleStream.of(p.least(), p.most())).toArray();
        Look.line(chart, name, x, y, Look.light(Look.color(color), 0.65), 1);
    }

    static Picture rate(StepLog steps) {
        XYChart chart = Look.overSteps(220, "learning rate");
        List<Point> rate = steps.rate().points();
        double most = rate.stream().mapToDouble(Point::most).max().orElse(1);
        chart.getStyler().setLegendVisible(false);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setYAxisMax(most * 1.08);
        chart.getStyler().setYAxisDecimalPattern(most < 1e-3 ? "0.0E0" : "0.#####");
        Look.line(chart, "learning rate", x(rate), y(rate, Point::mean), Look.color(0), 2);
        return new Picture("learning-rate", "Learning rate", "What the schedule made of the optimiser's step size.",
                List.of(chart), 1);
    }

    static Picture gradients(StepLog steps, GradientLog gradients, double clip) {
        XYChart chart = Look.overSteps(420, "norm of the gradient");
        List<Point> norm = logarithms(steps.norm().points());
        if (!norm.isEmpty()) {
            range(chart, "all, each step", norm, 7);
        }
        double least = least(norm, 0);
        double most = most(norm, 0);
        int i = 0;
        for (var parameter : gradients.norms().entrySet()) {
            List<Point> points = logarithms(parameter.getValue().points());
            if (!points.isEmpty()) {
                Look.line(chart, parameter.getKey(), x(points), smooth(y(points, Point::mean)), Look.color(i), 1.3);
                least = least(points, least);
                most = most(points, most);
            }
            i++;
        }
        if (!norm.isEmpty()) {
            Look.line(chart, "all", x(norm), smooth(y(norm, Point::mean)), Look.INK, 2.2);
        }
        if (Double.isFinite(clip)) {
            double height = Math.log10(clip);
            most = Math.max(most, height);
            least = Math.min(least, height);
            Look.line(chart, "--clip", new double[]{0, end(steps)}, new double[]{height, height}, Look.RED, 1);
        }
        List<Point> skipped = steps.skipped().points();
        if (!skipped.isEmpty()) {
            double[] y = new double[skipped.size()];
            Arrays.fill(y, most);
            Look.marks(chart, "skipped", x(skipped), y, Look.RED).setMarker(SeriesMarkers.CROSS);
        }
        Look.powers(chart, least, most);
        return new Picture("gradients", "Gradients",
                "The norm of the gradient before clipping, of all parameters and of each. What is above --clip is scaled"
                        + " down to it. Lines that climb together explode; a parameter far below the others hardly learns."
                        + " A red cross is a step that was skipped, as its loss or gradient was not finite.",
                List.of(chart), 1);
    }

    private static double end(StepLog steps) {
        return steps.rate().points().getLast().x();
    }

    private static double least(List<Point> points, double other) {
        return points.stream().mapToDouble(Point::least).reduce(other, Math::min);
    }

    private static double most(List<Point> points, double other) {
        return points.stream().mapToDouble(Point::most).reduce(other, Math::max);
    }

    /** To the base 10; what has none is left out. */
    private static List<Point> logarithms(List<Point> points) {
        return points.stream().filter(p -> p.least() > 0)
                .map(p -> new Point(p.x(), Math.log10(p.mean()), Math.log10(p.least()), Math.log10(p.most()),
                        p.count()))
                .toList();
    }

    private static double[] x(List<Point> points) {
        return y(points, Point::x);
    }

    private static double[] y(List<Point> points, ToDoubleFunction<Point> of) {
        return points.stream().mapToDouble(of).toArray();
    }

    /** The mean over a fiftieth of the curve around each place. */
    private static double[] smooth(double[] y) {
        int half = y.length / 100;
        double[] smooth = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            // At the begin as far to the one side as to the other, so that a steep fall does not bend.
            int reach = Math.min(half, i);
            smooth[i] = Arrays.stream(y, i - reach, Math.min(y.length, i + reach + 1)).average().orElseThrow();
        }
        return smooth;
    }
}
