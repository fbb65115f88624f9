package dev.unroll.examples;

import dev.unroll.models.Input;
import dev.unroll.models.Network;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Is a review for or against? "although the soup was cold , the music was great" is for, "although the soup was great , the
 * music was cold" is against, and so each review has an opposite of the same words: who counts words is right as often as who
 * throws a coin, and must read them in their order.
 */
public final class Sentiment {
    /** What is good of every noun, and what is bad. */
    private static final List<List<String>> ADJECTIVES = List.of(
            List.of("bad", "awful", "poor", "terrible", "boring", "disappointing", "mediocre", "annoying"),
            List.of("good", "great", "lovely", "excellent", "charming", "wonderful", "superb", "pleasant"));
    private static final List<String> NOUNS = List.of("soup", "wine", "music", "room", "view", "staff", "garden",
            "breakfast", "pool", "terrace", "cake", "lift");
    /** M is the clause that counts, S the other one. */
    private static final List<String> FORMS = List.of("S , but M", "although S , M", "M , although S", "S , yet M",
            "M , even if S", "S at first , and then M");
    private static final List<String> BEFORE = List.of("", "we came by train . ", "it rained all week . ",
            "my sister chose it . ");
    private static final List<String> AFTER = List.of("", " . we paid by card", " . it was a monday",
            " . others may differ");
    private static final List<String> DEGREES = List.of("", "", "very ", "really ");

    private static final int REVIEWS = 4000;
    private static final int STEPS = 1000;
    private static final int BATCH = 32;
    private static final double TARGET = 0.95;

    private Sentiment() {}

    /**
     * A review.
     *
     * @param text words with a space between them
     * @param verdict 1 for, 0 against
     */
    record Review(String text, int verdict) {}

    /** A review, and its opposite of the same words: two adjectives have changed places. */
    static List<Review> pair(RandomGenerator random) {
        String bad = pick(ADJECTIVES.get(0), random);
        String good = pick(ADJECTIVES.get(1), random);
        boolean mainNegated = random.nextInt(4) == 0;
        String main = clause(mainNegated, random) + "%1$s";
        String side = clause(random.nextInt(4) == 0, random) + "%2$s";
        String form = pick(BEFORE, random) + pick(FORMS, random).replace("M", main).replace("S", side)
                + pick(AFTER, random);
        return List.of(new Review(form.formatted(good, bad), mainNegated ? 0 : 1),
                new Review(form.formatted(bad, good), mainNegated ? 1 : 0));
    }

    private static String clause(boolean negated, RandomGenerator random) {
        return "the " + pick(NOUNS, random) + (negated ? " was not " : " was ") + pick(DEGREES, random);
    }

    private static String pick(List<String> words, RandomGenerator random) {
        return words.get(random.nextInt(words.size()));
    }

    /** Reviews that are all different, each followed by its opposite. */
    static List<Review> draw(int count, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        Set<String> drawn = new HashSet<>();
        List<Review> reviews = new ArrayList<>();
        while (reviews.size() < count) {
            List<Review> pair = pair(random);
            if (drawn.add(pair.getFirst().text())) {
                reviews.addAll(pair);
            }
        }
        return reviews;
    }

    /**
     * Trains on half of the reviews, and judges the others.
     *
     * @param arguments the seed, 1 if there is none
     */
    public static void main(String[] arguments) {
        long seed = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1;
        List<Review> reviews = draw(REVIEWS, seed);
        List<Review> known = reviews.subList(0, REVIEWS / 2);
        List<Review> unseen = reviews.subList(REVIEWS / 2, REVIEWS);
        long begin = System.nanoTime();
        float[][] y = learn(known, unseen, STEPS, seed, new LossPrinter(200));
        for (int i = 0; i < 6; i++) {
            System.out.printf("p(for) %.3f  %s%n", y[i][1], unseen.get(i).text());
        }
        System.out.printf("%.1f %% of %d unseen reviews right, target %.0f %%, by their words without order %.1f %%,",
                100 * right(unseen, y), y.length, 100 * TARGET,
                100 * right(unseen, learnBags(known, unseen, STEPS, seed)));
        System.out.printf(" %.1f s%n", (System.nanoTime() - begin) / 1e9);
    }

    /**
     * Trains an LSTM on some reviews.
     *
     * @return the probabilities of against and for of others, [m][2]
     */
    static float[][] learn(List<Review> known, List<Review> unseen, int steps, long seed,
            TrainingListener... listeners) {
        Vocabulary words = words(known);
        Sequences examples = Sequences.ofTokens(tokens(words, known)).withLastClass(verdicts(known));
        try (Network network = Network.builder(new Input.Embedding(words.size(), 16)).lstm(32).softmax(2).lastStep()
                .build(seed, 1);
                Network trained = Trainer.of(network).optimizer(Adam.of(5e-3))
                        .schedule(new RateSchedule.Cosine(steps, 0))
                        .fit(BucketedBatches.shuffled(examples, BATCH, seed), steps, listeners)) {
            return last(trained.outputs(tokens(words, unseen)));
        }
    }

    /** The same of a network that reads, in one step, how often each word occurs. */
    static float[][] learnBags(List<Review> known, List<Review> unseen, int steps, long seed) {
        Vocabulary words = words(known);
        Sequences examples = Sequences.ofFeatures(bags(words, known)).withLastClass(verdicts(known));
        try (Network network = Network.builder(new Input.Features(words.size())).rnn(32).softmax(2).build(seed, 1);
                Network trained = Trainer.of(network).optimizer(Adam.of(5e-3))
                        .schedule(new RateSchedule.Cosine(steps, 0))
                        .fit(BucketedBatches.shuffled(examples, BATCH, seed), steps)) {
            return last(trained.outputs(bags(words, unseen)));
        }
    }

    private static Vocabulary words(List<Review> reviews) {
        VocabularyBuilder words = Vocabulary.builder(Tokenizer.words());
        reviews.forEach(review -> words.count(review.text()));
        return words.build();
    }

    private static int[][] tokens(Vocabulary words, List<Review> reviews) {
        return reviews.stream().map(review -> words.encode(review.text())).toArray(int[][]::new);
    }

    private static float[][][] bags(Vocabulary words, List<Review> reviews) {
        return reviews.stream().map(review -> {
            float[] counts = new float[words.size()];
            for (int word : words.encode(review.text())) {
                counts[word]++;
            }
            return new float[][]{counts};
        }).toArray(float[][][]::new);
    }

    private static int[] verdicts(List<Review> reviews) {
        return reviews.stream().mapToInt(Review::verdict).toArray();
    }

    private static float[][] last(float[][][] y) {
        return Arrays.stream(y).map(steps -> steps[0]).toArray(float[][]::new);
    }

    /** The part of the reviews whose verdict has more than half of the probability. */
    static double right(List<Review> reviews, float[][] y) {
        return (double) IntStream.range(0, y.length).filter(i -> y[i][reviews.get(i).verdict()] > 0.5).count()
                / y.length;
    }
}
