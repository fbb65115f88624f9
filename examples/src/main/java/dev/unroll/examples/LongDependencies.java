package dev.unroll.examples;

import dev.unroll.models.Initialization;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.NetworkBuilder;
import dev.unroll.models.Sampler;
import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import dev.unroll.models.VocabularyBuilder;
import dev.unroll.training.Adam;
import dev.unroll.training.BucketedBatches;
import dev.unroll.training.RateSchedule;
import dev.unroll.training.Sequences;
import dev.unroll.training.Trainer;
import dev.unroll.training.TrainingListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A word that depends on one long before it: "i come from spain", then many words that name other countries and languages,
 * then "so i speak", and spanish is wanted. What must be kept is one of eight countries, over whatever comes between. Source of
 * the kind of sentence: Bengio, Simard and Frasconi, "Learning long-term dependencies with gradient descent is difficult",
 * 1994, whose task is to latch a class that a sequence's first steps say.
 */
public final class LongDependencies {
    private static final List<String> COUNTRIES = List.of("spain", "france", "poland", "turkey", "japan", "greece",
            "sweden", "russia");
    private static final List<String> LANGUAGES = List.of("spanish", "french", "polish", "turkish", "japanese",
            "greek", "swedish", "russian");
    /** C is any country, L any language. */
    private static final List<String> FILLERS = List.of("we flew to C", "she reads L", "wine from C", "they speak L",
            "he left C", "a map of C", "songs in L", "the train was late", "it rained", "and then", "of course",
            "my friends called", "tea", "slowly");

    /** The distances that are measured: words between the country and the language. */
    static final int[] DISTANCES = {5, 20, 50, 100};
    /** The longest that is trained on. */
    private static final int TRAINED = 50;
    private static final int STEPS = 1500;
    private static final int BATCH = 32;
    private static final double TARGET = 0.95;

    private LongDependencies() {}

    /**
     * A sentence up to the word that is wanted.
     *
     * @param text words with a space between them
     * @param country index of the one that matters
     */
    record Story(String text, int country) {
        /** The one that is named last, whether it matters or not. */
        int lastCountry() {
            return IntStream.range(0, COUNTRIES.size()).boxed()
                    .max(Comparator.comparingInt(i -> text.lastIndexOf(COUNTRIES.get(i)))).orElseThrow();
        }
    }

    /** A story with a number of words between the country and the language. */
    static Story draw(int distance, RandomGenerator random) {
        int country = random.nextInt(COUNTRIES.size());
        List<String> between = new ArrayList<>();
        while (between.size() < distance) {
            between.addAll(Tokenizer.words().split(FILLERS.get(random.nextInt(FILLERS.size()))
                    .replace("C", COUNTRIES.get(random.nextInt(COUNTRIES.size())))
                    .replace("L", LANGUAGES.get(random.nextInt(LANGUAGES.size())))));
        }
        List<String> words = new ArrayList<>(List.of("i", "come", "from", COUNTRIES.get(country)));
        words.addAll(between.subList(0, distance - 3));
        words.addAll(List.of("so", "i", "speak"));
        return new Story(String.join(" ", words), country);
    }

    static List<Story> draw(int count, int least, int most, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        return IntStream.range(0, count).mapToObj(_ -> draw(random.nextInt(least, most + 1), random)).toList();
    }

    /**
     * Trains an LSTM and an RNN on distances up to 50, and measures them on unseen stories at four distances.
     *
     * @param arguments the seed, 1 if there is none
     */
    public static void main(String[] arguments) {
        long seed = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1;
        System.out.println(draw(20, new SplittableRandom(0)).text() + " ___");
        long begin = System.nanoTime();
        for (String layer : new String[]{"lstm", "rnn"}) {
            double[] right = learn(layer, TRAINED, STEPS, seed, new LossPrinter(250));
            for (int i = 0; i < DISTANCES.length; i++) {
                System.out.printf("%s, distance %3d: %5.1f %% right%n", layer, DISTANCES[i], 100 * right[i]);
            }
        }
        for (int distance : DISTANCES) {
            System.out.printf("the country named last, distance %3d: %5.1f %%%n", distance,
                    100 * right(unseen(distance), Story::lastCountry));
        }
        System.out.printf("target of the lstm %.0f %% at %d, by guessing %.1f %%, %.0f s%n", 100 * TARGET, TRAINED,
                100.0 / COUNTRIES.size(), (System.nanoTime() - begin) / 1e9);
    }

    /**
     * Trains a network of LSTM or RNN cells.
     *
     * @return the part of 500 unseen stories that it ends rightly, at each of the distances
     */
    static double[] learn(String layer, int longest, int steps, long seed, TrainingListener... listeners) {
        List<Story> stories = draw(steps * BATCH, 5, longest, seed);
        VocabularyBuilder counted = Vocabulary.builder(Tokenizer.words());
        stories.forEach(story -> counted.count(story.text()));
        Vocabulary words = counted.build();
        Sequences examples = Sequences.ofTokens(stories.stream().map(s -> words.encode(s.text())).toArray(int[][]::new))
                .withLastClass(stories.stream().mapToInt(Story::country).toArray());
        NetworkBuilder builder = Network.builder(new Input.Embedding(words.size(), 16));
        NetworkBuilder layers = layer.equals("lstm")
                ? builder.lstm(32).initialize(Initialization.uniformByUnits().withForgetBias(2))
                : builder.rnn(64);
        try (Network network = layers.softmax(LANGUAGES.size()).lastStep().build(seed, 1);
                Network trained = Trainer.of(network).optimizer(Adam.of(layer.equals("lstm") ? 5e-3 : 1e-3))
                        .schedule(new RateSchedule.Cosine(steps, 0)).clipNorm(1)
                        .fit(BucketedBatches.shuffled(examples, BATCH, seed), steps, listeners)) {
            return Arrays.stream(DISTANCES).mapToDouble(distance -> right(unseen(distance),
                    story -> Sampler.argmax(trained.outputs(words.encode(story.text()))[0]))).toArray();
        }
    }

    private static List<Story> unseen(int distance) {
        return draw(500, distance, distance, 0);
    }

    /** The part of the stories of which a rule says the country that matters. */
    static double right(List<Story> stories, ToIntFunction<Story> rule) {
        return (double) stories.stream().filter(story -> rule.applyAsInt(story) == story.country()).count()
                / stories.size();
    }
}
