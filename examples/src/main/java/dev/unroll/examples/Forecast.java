package dev.unroll.examples;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Session;
import dev.unroll.training.Adam;
import dev.unroll.training.BucketedBatches;
import dev.unroll.training.RateSchedule;
import dev.unroll.training.Sequences;
import dev.unroll.training.Trainer;
import dev.unroll.training.TrainingListener;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The next day of an hourly series: a shape of the day that is another on weekends, noise, and a swing that never repeats, the
 * equation of Mackey and Glass, "Oscillation and chaos in physiological control systems", 1977. The network reads the value
 * of each hour and the calendar of the next, and says the next value; what it has said is what it reads from then on.
 */
public final class Forecast {
    private static final int DAY = 24;
    private static final int WEEK = 7 * DAY;
    /** Hours that are read before a forecast, and in training. */
    private static final int HISTORY = WEEK;
    /** Hours that are forecast. */
    static final int HORIZON = DAY;
    /** Hours that are trained on, and those of the whole series. */
    private static final int KNOWN = 40 * WEEK;
    private static final int HOURS = 60 * WEEK;

    private static final int STEPS = 1200;
    private static final int BATCH = 16;
    private static final double TARGET = 0.12;

    private Forecast() {}

    /** x_t = swing + day + noise, hour by hour. */
    static float[] series(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] swing = mackeyGlass();
        float[] series = new float[HOURS];
        for (int t = 0; t < HOURS; t++) {
            double phase = 2 * Math.PI * (t % DAY) / DAY;
            double day = isWeekend(t)
                    ? 0.2 * Math.sin(phase - 3)
                    : 0.3 * Math.sin(phase - 2) + 0.2 * Math.sin(2 * phase);
            series[t] = (float) (swing[t] + day + 0.02 * random.nextGaussian());
        }
        return series;
    }

    /** dx/dt = 0.2 x(t-17) / (1 + x(t-17)^10) - 0.1 x(t), by Euler's method in tenths of an hour; what comes first is left out. */
    private static double[] mackeyGlass() {
        int begin = 1000;
        double[] x = new double[10 * (begin + HOURS)];
        Arrays.fill(x, 0, 171, 1.2);
        for (int i = 170; i + 1 < x.length; i++) {
            double delayed = x[i - 170];
            x[i + 1] = x[i] + 0.1 * (0.2 * delayed / (1 + Math.pow(delayed, 10)) - 0.1 * x[i]);
        }
        return IntStream.range(begin, begin + HOURS).mapToDouble(t -> x[10 * t]).toArray();
    }

    private static boolean isWeekend(int t) {
        return t / DAY % 7 >= 5;
    }

    /** What is read at hour t: a value, and of the next hour its place in the day and whether it is a weekend's. */
    private static float[] features(float value, int t) {
        double phase = 2 * Math.PI * ((t + 1) % DAY) / DAY;
        return new float[]{value, (float) Math.sin(phase), (float) Math.cos(phase), isWeekend(t + 1) ? 1 : 0};
    }

    /**
     * Trains on the first 40 weeks, and forecasts from each day of the others.
     *
     * @param arguments the picture's file, forecast.png if there is none, and the seed, 1 if there is none
     * @throws IOException where the picture cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        String file = arguments.length > 0 ? arguments[0] : "forecast.png";
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        float[] series = series(seed);
        long begin = System.nanoTime();
        try (Kernels kernels = Backend.auto(1);
                Network network = learn(kernels, series, STEPS, seed, new LossPrinter(200))) {
            System.out.printf("RMSE over %d hours from each day of %d unseen weeks: %.3f, target %.2f, ", HORIZON,
                    (HOURS - KNOWN) / WEEK, error(series, t -> forecast(network, series, t)), TARGET);
            System.out.printf("the last value %.3f, the day before %.3f, the week before %.3f, %.0f s%n",
                    error(series, t -> repeat(series, t, 1)), error(series, t -> repeat(series, t, DAY)),
                    error(series, t -> repeat(series, t, WEEK)), (System.nanoTime() - begin) / 1e9);
            draw(file, series, KNOWN + 2 * WEEK, forecast(network, series, KNOWN + 2 * WEEK));
        }
        System.out.println("drawn: " + file);
    }

    /** Trains to say the next value at each hour of a week, the weeks beginning each day of those that are known. */
    static Network learn(Kernels kernels, float[] series, int steps, long seed, TrainingListener... listeners) {
        int count = (KNOWN - HISTORY - 1) / DAY;
        float[][][] read = new float[count][HISTORY][];
        float[][][] wanted = new float[count][HISTORY][];
        for (int i = 0; i < count; i++) {
            for (int t = 0; t < HISTORY; t++) {
                read[i][t] = features(series[i * DAY + t], i * DAY + t);
                wanted[i][t] = new float[]{series[i * DAY + t + 1]};
            }
        }
        Sequences examples = Sequences.ofFeatures(read).withValues(wanted);
        try (Network network = Network.builder(new Input.Features(4)).gru(48).linear(1).build(seed, kernels)) {
            return Trainer.of(network).optimizer(Adam.of(1e-2)).schedule(new RateSchedule.Cosine(steps, 0)).clipNorm(1)
                    .fit(BucketedBatches.shuffled(examples, BATCH, seed), steps, listeners);
        }
    }

    /** The hours from t on, of which nothing is read but the calendar. */
    static float[] forecast(Network network, float[] series, int t) {
        Session session = network.newSession();
        float[] y = new float[1];
        for (int i = t - HISTORY; i < t; i++) {
            session.step(features(series[i], i), y);
        }
        float[] forecast = new float[HORIZON];
        for (int i = 0; i < HORIZON; i++) {
            forecast[i] = y[0];
            session.step(features(y[0], t + i), y);
        }
        return forecast;
    }

    /** The trivial forecast: the last hours again and again. */
    static float[] repeat(float[] series, int t, int hours) {
        float[] forecast = new float[HORIZON];
        for (int i = 0; i < HORIZON; i++) {
            forecast[i] = series[t - hours + i % hours];
        }
        return forecast;
    }

    /** The root of the mean squared error of forecasts from each day that is not trained on. */
    static double error(float[] series, IntFunction<float[]> rule) {
        double sum = 0;
        int count = 0;
        for (int t = KNOWN + HISTORY; t + HORIZON <= HOURS; t += DAY) {
            float[] forecast = rule.apply(t);
            for (int i = 0; i < HORIZON; i++) {
                sum += Math.pow(forecast[i] - series[t + i], 2);
            }
            count += HORIZON;
        }
        return Math.sqrt(sum / count);
    }

    private static void draw(String file, float[] series, int t, float[] forecast) throws IOException {
        XYChart chart = new XYChartBuilder().width(900).height(400).title("A day that was not read").xAxisTitle("hour")
                .build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE).setChartBackgroundColor(Color.WHITE);
        add(chart, "as it was", -2 * DAY, Arrays.copyOfRange(series, t - 2 * DAY, t + HORIZON));
        add(chart, "forecast", 0, forecast);
        add(chart, "the day before", 0, repeat(series, t, DAY));
        try (OutputStream out = Files.newOutputStream(Path.of(file))) {
            ChartEncoder.saveChart(chart, out, "png");
        }
    }

    private static void add(XYChart chart, String name, int from, float[] values) {
        chart.addSeries(name, IntStream.range(0, values.length).mapToDouble(i -> from + i).toArray(),
                IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray())
                .setMarker(SeriesMarkers.NONE);
    }
}
