package dev.unroll.examples;

import dev.unroll.models.Initialization;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.NetworkBuilder;
import dev.unroll.training.Adam;
import dev.unroll.training.Probe;
import dev.unroll.training.RateSchedule;
import dev.unroll.training.Trainer;
import dev.unroll.training.Training;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * How much of the loss after the last step reaches back t steps, |dL/da_(T-t)| / |dL/da_T|, in a tanh RNN and in an LSTM that
 * have both been trained on {@link AddingProblem}. Source: Bengio, Simard and Frasconi, "Learning long-term dependencies with
 * gradient descent is difficult", 1994.
 */
public final class VanishingGradient {
    private static final int TIME = 150;
    private static final int STEPS = 3000;
    private static final int HIDDEN = 64;
    private static final int BATCH = 32;
    /** What is less is not drawn. */
    private static final double LEAST = 1e-12;

    private VanishingGradient() {}

    /**
     * Trains both, prints how much is left at some distances, and draws the picture.
     *
     * @param arguments the picture's file, {@code vanishing-gradient.png} if there is none, and the seed, 1 if there is none
     * @throws IOException where the picture cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        String file = arguments.length > 0 ? arguments[0] : "vanishing-gradient.png";
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        Map<String, double[]> curves = new LinkedHashMap<>();
        System.out.printf("%-10s%s%n", "distance", IntStream.of(0, 10, 25, 50, 100, 149)
                .mapToObj("%10d"::formatted).reduce("", String::concat));
        for (String name : new String[]{"rnn", "lstm"}) {
            double[] left = left(name, TIME, STEPS, seed);
            curves.put(name, left);
            System.out.printf("%-10s%s%n", name, IntStream.of(0, 10, 25, 50, 100, 149)
                    .mapToObj(t -> "%10.1e".formatted(left[t])).reduce("", String::concat));
        }
        draw(file, curves);
        System.out.println("drawn: " + file);
    }

    /** |dL/da_(T-t)| / |dL/da_T| by t, after some steps of training. */
    static double[] left(String name, int time, int steps, long seed) {
        NetworkBuilder builder = Network.builder(new Input.Features(2));
        NetworkBuilder layers = name.equals("lstm")
                ? builder.lstm(HIDDEN).initialize(Initialization.uniformByUnits().withForgetBias(1))
                : builder.rnn(HIDDEN);
        try (Network network = layers.linear(1).build(seed, 1);
                Training training = Trainer.of(network).optimizer(Adam.of(name.equals("lstm") ? 1e-2 : 1e-3))
                        .schedule(new RateSchedule.Cosine(steps, 0)).clipNorm(1)
                        .start(new AddingProblem.Sums(time, BATCH, 1, seed));
                Probe probe = new Probe(training)) {
            training.run(steps);
            double[] norms = probe.read().distances().getFirst().norms();
            return Arrays.stream(norms).map(norm -> norm / norms[0]).toArray();
        }
    }

    private static void draw(String file, Map<String, double[]> curves) throws IOException {
        XYChart chart = new XYChartBuilder().width(900).height(480).title("How much of a gradient reaches back")
                .xAxisTitle("distance in time, steps").yAxisTitle("|dL/da| relative to the last step").build();
        chart.getStyler().setYAxisLogarithmic(true).setYAxisMin(LEAST).setLegendPosition(LegendPosition.InsideSW)
                .setChartBackgroundColor(Color.WHITE);
        curves.forEach((name, left) -> {
            int drawn = (int) IntStream.range(0, left.length).takeWhile(t -> left[t] >= LEAST).count();
            chart.addSeries(name.equals("rnn") ? "tanh RNN" : "LSTM",
                    IntStream.range(0, drawn).asDoubleStream().toArray(),
                    Arrays.copyOf(left, drawn)).setMarker(SeriesMarkers.NONE);
        });
        try (OutputStream out = Files.newOutputStream(Path.of(file))) {
            ChartEncoder.saveChart(chart, out, "png");
        }
    }
}
