package dev.unroll.examples;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.BeamSearch;
import dev.unroll.models.Continuation;
import dev.unroll.models.Encoder.Attention;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Session;
import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import dev.unroll.models.VocabularyBuilder;
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
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.style.HeatMapStyler;

/**
 * Days in many spellings to their ISO form, "vrijdag 9 mei 1997" to "1997-05-09": an encoder reads the characters both ways, a
 * decoder writes the other characters and looks back at each step. Source of the kind of model: Bahdanau, Cho and Bengio, "Neural
 * machine translation by jointly learning to align and translate", 2015; of the attention: Luong, Pham and Manning, "Effective
 * approaches to attention-based neural machine translation", 2015.
 */
public final class Dates {
    /** Days that are measured, none of which is trained on in any spelling. */
    static final int UNSEEN = 1000;
    static final int STEPS = 1000;
    static final int BATCH = 64;
    private static final int HIDDEN = 128;
    /** Longer than any answer. */
    private static final int LONGEST = 15;
    private static final int LABEL_PIXELS = 20;
    private static final double TARGET = 0.98;

    private Dates() {}

    /**
     * A day in some spelling.
     *
     * @param text as it is written
     * @param iso as it is to be written
     */
    record Pair(String text, String iso) {}

    /** So many pairs, of which the first are of the days that are not to be trained on, each once. */
    static List<Pair> draw(int count, long seed) {
        List<DateTimeFormatter> ways = DateSpellings.all();
        Random random = new Random(seed);
        List<LocalDate> days = new ArrayList<>(DateSpellings.FIRST.datesUntil(DateSpellings.LAST.plusDays(1)).toList());
        Collections.shuffle(days, random);
        return IntStream.range(0, count).mapToObj(i -> {
            LocalDate day = days.get(i < UNSEEN ? i : random.nextInt(UNSEEN, days.size()));
            return new Pair(DateSpellings.draw(day, ways, random), day.toString());
        }).toList();
    }

    /**
     * Trains a network with attention and one without, and measures them on unseen days.
     *
     * @param arguments the picture's file, attention.png if there is none, and the seed, 1 if there is none
     * @throws IOException where the picture cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        String file = arguments.length > 0 ? arguments[0] : "attention.png";
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        List<Pair> pairs = draw(UNSEEN + STEPS * BATCH, seed);
        List<Pair> unseen = pairs.subList(0, UNSEEN);
        List<Pair> known = pairs.subList(UNSEEN, pairs.size());
        long begin = System.nanoTime();
        try (Kernels kernels = Backend.auto(1)) {
            System.out.printf("a parser of the formats of one country: %.1f %%%n", 100 * right(unseen, Dates::parsed));
            try (Network network = learn(kernels, Attention.NONE, known, STEPS, seed, new LossPrinter(250))) {
                System.out.printf("without attention: %.1f %% right%n",
                        100 * right(unseen, text -> write(network, text)));
            }
            try (Network network = learn(kernels, Attention.DOT, known, STEPS, seed, new LossPrinter(250))) {
                unseen.stream().limit(8).forEach(
                        pair -> System.out.printf("%s -> %s%n", pair.text(), write(network, pair.text())));
                System.out.printf(
                        "with attention: %.1f %% of %d unseen days right, by a beam of 4 %.1f %%, target %.0f %%, ",
                        100 * right(unseen, text -> write(network, text)), UNSEEN,
                        100 * right(unseen, text -> search(network, text, 4)), 100 * TARGET);
                System.out.printf("%.0f s%n", (System.nanoTime() - begin) / 1e9);
                draw(file, network, "zaterdag 9 mei 1998");
            }
        }
        System.out.println("drawn: " + file);
    }

    static Network learn(Kernels kernels, Attention attention, List<Pair> pairs, int steps, long seed,
            TrainingListener... listeners) {
        VocabularyBuilder read = Vocabulary.builder(Tokenizer.characters()).unknown();
        VocabularyBuilder written = Vocabulary.builder(Tokenizer.characters()).end();
        pairs.forEach(pair -> {
            read.count(pair.text());
            written.count(pair.iso());
        });
        Vocabulary source = read.build();
        Vocabulary target = written.build();
        int end = target.end().orElseThrow();
        Sequences examples = Sequences.ofPairs(
                pairs.stream().map(pair -> source.encode(pair.text())).toArray(int[][]::new),
                pairs.stream().map(pair -> target.encode(pair.iso())).toArray(int[][]::new), end, end);
        try (Network network = Network.builder(new Input.Embedding(source.size(), 32)).vocabulary(source)
                .lstm(HIDDEN / 2).bidirectional()
                .decoder(new Input.Embedding(target.size(), 16), attention).vocabulary(target).lstm(HIDDEN)
                .softmax(target.size()).build(seed, kernels)) {
            return Trainer.of(network).optimizer(Adam.of(5e-3)).schedule(new RateSchedule.Cosine(steps, 0)).clipNorm(1)
                    .fit(BucketedBatches.shuffled(examples, BATCH, seed), steps, listeners);
        }
    }

    /** What a network writes for a text, each time the most probable character. */
    static String write(Network network, String text) {
        Vocabulary target = network.vocabulary().orElseThrow();
        int end = target.end().orElseThrow();
        return target.decode(after(network, text).generate(Sampler.of(1).temperature(0), LONGEST, end));
    }

    /** What a network writes for a text, the most probable of a search. */
    static String search(Network network, String text, int width) {
        Vocabulary target = network.vocabulary().orElseThrow();
        int end = target.end().orElseThrow();
        return target.decode(after(network, text).search(BeamSearch.of(width, LONGEST).end(end)).getFirst().toArray());
    }

    private static Continuation after(Network network, String text) {
        Session session = network.newSession();
        session.begin(network.vocabularies().source().orElseThrow().encode(text));
        return Continuation.of(session,
                network.vocabulary().flatMap(target -> target.end().stream().boxed().findFirst())
                        .orElseThrow());
    }

    /** The trivial answer: the JDK's own parser, with the formats of the United States, in letters of any case. */
    static String parsed(String text) {
        return Stream.of(FormatStyle.values()).flatMap(style -> {
            DateTimeFormatter format = new DateTimeFormatterBuilder().parseCaseInsensitive()
                    .append(DateSpellings.formatter(style, Locale.US)).toFormatter(Locale.US);
            try {
                return Stream.of(LocalDate.parse(text, format).toString());
            } catch (DateTimeParseException e) {
                return Stream.empty();
            }
        }).findFirst().orElse("");
    }

    /** The part that is right to the last character. */
    static double right(List<Pair> pairs, UnaryOperator<String> rule) {
        return (double) pairs.stream().filter(pair -> rule.apply(pair.text()).equals(pair.iso())).count()
                / pairs.size();
    }

    /** How much each character that was read counted for each that was written. */
    private static void draw(String file, Network network, String text) throws IOException {
        String answer = write(network, text);
        Vocabulary target = network.vocabulary().orElseThrow();
        int[] written = target.encode(answer);
        Session session = network.newSession();
        session.begin(network.vocabularies().source().orElseThrow().encode(text));
        float[] p = new float[target.size()];
        int[][] percent = new int[text.length()][answer.length()];
        for (int i = 0; i < written.length; i++) {
            session.step(i == 0 ? target.end().orElseThrow() : written[i - 1], p);
            float[] alpha = session.attention();
            for (int j = 0; j < alpha.length; j++) {
                percent[j][i] = Math.round(100 * alpha[j]);
            }
        }
        List<Number[]> cells = new ArrayList<>();
        for (int j = 0; j < percent.length; j++) {
            for (int i = 0; i < percent[j].length; i++) {
                cells.add(new Number[]{j, answer.length() - 1 - i, percent[j][i]});
            }
        }
        HeatMapChart chart = new HeatMapChartBuilder().width(900).height(500)
                .title("What is looked at, in percent").xAxisTitle("read").yAxisTitle("written").build();
        HeatMapStyler style = chart.getStyler();
        style.setRangeColors(new Color[]{Color.WHITE, new Color(0, 60, 140)});
        style.setPlotGridLinesVisible(false).setXAxisTickMarkSpacingHint(LABEL_PIXELS)
                .setYAxisTickMarkSpacingHint(LABEL_PIXELS);
        style.setLegendVisible(false).setChartBackgroundColor(Color.WHITE);
        chart.addSeries("attention", characters(text), characters(answer).reversed(), cells);
        try (OutputStream out = Files.newOutputStream(Path.of(file))) {
            ChartEncoder.saveChart(chart, out, "png");
        }
    }

    private static List<String> characters(String text) {
        return IntStream.range(0, text.length()).mapToObj(i -> text.substring(i, i + 1)).toList();
    }
}
