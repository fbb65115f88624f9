package dev.unroll.examples;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.LanguageModel;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import dev.unroll.models.VocabularyBuilder;
import dev.unroll.training.Adam;
import dev.unroll.training.BucketedBatches;
import dev.unroll.training.Evaluation;
import dev.unroll.training.RateSchedule;
import dev.unroll.training.Sequences;
import dev.unroll.training.Trainer;
import dev.unroll.training.TrainingListener;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes first names, character by character until the end that it draws as well. It reads {@code <EOS>} first, then what it has
 * written itself: one input, many outputs. Source of the kind of model: Sutskever, Martens and Hinton, "Generating text with
 * recurrent neural networks", 2011.
 */
public final class WritingNames {
    private static final int UNSEEN = 500;
    private static final int WRITTEN = 200;
    /** A name that has no end until here has none. */
    private static final int LONGEST = 30;
    private static final int STEPS = 1500;
    private static final int BATCH = 64;
    /** Of the bigrams' nats. */
    private static final double TARGET = 0.9;

    private WritingNames() {}

    /**
     * Trains, measures on names that were not trained on, and writes.
     *
     * @param arguments the seed, 1 if there is none
     */
    public static void main(String[] arguments) {
        long seed = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1;
        List<String> names = Names.of(seed, "name.female_first_name", "name.male_first_name");
        Vocabulary vocabulary = vocabulary(names);
        int[][] known = encode(vocabulary, names.subList(UNSEEN, names.size()));
        int[][] unseen = encode(vocabulary, names.subList(0, UNSEEN));
        long begin = System.nanoTime();
        try (Kernels kernels = Backend.auto(1);
                Network network = learn(kernels, vocabulary, known, STEPS, seed, new LossPrinter(250))) {
            double bigrams = bigrams(known, unseen, vocabulary.size());
            double nats = nats(network, unseen);
            System.out.printf("%d unseen names: %.3f nats a character, target %.3f, ", UNSEEN, nats, TARGET * bigrams);
            System.out.printf("pairs of characters %.3f, single ones %.3f, %.0f s%n", bigrams,
                    characters(known, unseen, vocabulary.size()), (System.nanoTime() - begin) / 1e9);
            List<String> written = write(network, vocabulary, WRITTEN, seed);
            Set<String> all = new HashSet<>(names);
            System.out.printf("written: %s%n%d written, %d with an end, %d different, %d of these in no list%n",
                    String.join(", ", written.subList(0, 20)), WRITTEN, written.size(), Set.copyOf(written).size(),
                    Set.copyOf(written).stream().filter(name -> !all.contains(name)).count());
        }
    }

    static Vocabulary vocabulary(List<String> names) {
        VocabularyBuilder builder = Vocabulary.builder(Tokenizer.characters()).end();
        names.forEach(builder::count);
        return builder.build();
    }

    /** Each name's characters between an {@code <EOS>} and another. */
    static int[][] encode(Vocabulary vocabulary, List<String> names) {
        int[] ends = vocabulary.end().stream().toArray();
        return names.stream().map(name -> Stream.of(ends, vocabulary.encode(name), ends).flatMapToInt(Arrays::stream)
                .toArray()).toArray(int[][]::new);
    }

    static Network learn(Kernels kernels, Vocabulary vocabulary, int[][] names, int steps, long seed,
            TrainingListener... listeners) {
        int size = vocabulary.size();
        try (Network network = Network.builder(size).gru(128).dropout(0.2).softmax(size).build(seed, kernels)) {
            return Trainer.of(network).optimizer(Adam.of(4e-3)).schedule(new RateSchedule.Cosine(steps, 0))
                    .fit(BucketedBatches.shuffled(examples(names), BATCH, seed), steps, listeners);
        }
    }

    /** All but the last token is read, all but the first is wanted. */
    private static Sequences examples(int[][] names) {
        return Sequences.ofTokens(parts(names, 0, 1)).withClasses(parts(names, 1, 0));
    }

    private static int[][] parts(int[][] names, int from, int left) {
        return Arrays.stream(names).map(name -> Arrays.copyOfRange(name, from, name.length - left))
                .toArray(int[][]::new);
    }

    /** -log p of the characters and the end, their mean. */
    static double nats(Network network, int[][] names) {
        try (Evaluation evaluation = Evaluation.of(network.weights(),
                BucketedBatches.byLength(examples(names), BATCH))) {
            return evaluation.loss();
        }
    }

    /** The same by how often each character followed each other one. */
    static double bigrams(int[][] known, int[][] unseen, int size) {
        double[][] counts = new double[size][size];
        for (double[] row : counts) {
            Arrays.fill(row, 0.1);
        }
        for (int[] name : known) {
            IntStream.range(1, name.length).forEach(t -> counts[name[t - 1]][name[t]]++);
        }
        return Arrays.stream(unseen).flatMapToDouble(name -> IntStream.range(1, name.length).mapToDouble(
                t -> -Math.log(counts[name[t - 1]][name[t]] / Arrays.stream(counts[name[t - 1]]).sum())))
                .average().orElseThrow();
    }

    /** The same by how often each character was there. */
    static double characters(int[][] known, int[][] unseen, int size) {
        double[] counts = new double[size];
        Arrays.fill(counts, 0.1);
        Arrays.stream(known).flatMapToInt(name -> Arrays.stream(name).skip(1)).forEach(token -> counts[token]++);
        double sum = Arrays.stream(counts).sum();
        return Arrays.stream(unseen).flatMapToInt(name -> Arrays.stream(name).skip(1))
                .mapToDouble(token -> -Math.log(counts[token] / sum)).average().orElseThrow();
    }

    /** What a network writes, as far as it comes to an end. */
    static List<String> write(Network network, Vocabulary vocabulary, int count, long seed) {
        int end = vocabulary.end().orElseThrow();
        Sampler sampler = Sampler.of(seed);
        LanguageModel model = LanguageModel.of(network);
        return Stream.generate(() -> model.after(end).generate(sampler, LONGEST, end)).limit(count)
                .filter(name -> name.length < LONGEST).map(vocabulary::decode).toList();
    }
}
