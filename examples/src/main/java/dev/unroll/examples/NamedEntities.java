package dev.unroll.examples;

import dev.unroll.examples.TaggedSentences.Tagged;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import dev.unroll.models.VocabularyBuilder;
import dev.unroll.training.Adam;
import dev.unroll.training.BucketedBatches;
import dev.unroll.training.RateSchedule;
import dev.unroll.training.SequenceInputs;
import dev.unroll.training.Sequences;
import dev.unroll.training.Trainer;
import dev.unroll.training.TrainingListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Named entities: which words of a sentence name a person, a place or an organisation. "Jordan" is a person in "Jordan was born in
 * May" and a place in "the embassy of Jordan", and most names of the sentences to be tagged were never seen: what is around a word
 * must say what it is, on both sides of it, so the layer goes both ways. Source of the task: Tjong Kim Sang and De
 * Meulder, "Introduction to the CoNLL-2003 shared task", 2003.
 */
public final class NamedEntities {
    private static final int KNOWN = 3000;
    private static final int UNSEEN = 1000;
    private static final int STEPS = 600;
    private static final int BATCH = 32;
    private static final double TARGET = 0.9;

    private NamedEntities() {}

    /**
     * Trains, and tags sentences that were not trained on.
     *
     * @param arguments the seed, 1 if there is none
     */
    public static void main(String[] arguments) {
        long seed = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1;
        List<Tagged> known = TaggedSentences.known(KNOWN, seed);
        List<Tagged> unseen = TaggedSentences.unseen(UNSEEN);
        long begin = System.nanoTime();
        List<List<String>> tags = learn(known, unseen, STEPS, seed, new LossPrinter(100));
        for (int i = 0; i < 5; i++) {
            List<String> said = tags.get(i);
            List<String> words = unseen.get(i).words();
            System.out.println(IntStream.range(0, said.size())
                    .mapToObj(t -> words.get(t) + (said.get(t).equals("O") ? "" : "/" + said.get(t)))
                    .collect(Collectors.joining(" ")));
        }
        System.out.printf(
                "F1 of the names in %d unseen sentences %.3f, target %.2f, by each word's commonest tag %.3f, ",
                UNSEEN, f1(unseen, tags), TARGET, f1(unseen, commonest(known, unseen)));
        System.out.printf("%.0f s%n", (System.nanoTime() - begin) / 1e9);
    }

    /** What is read of sentences, three tokens a word: the word, its last two letters, its shape. */
    private record Reader(Vocabulary words, Vocabulary endings, Vocabulary shapes) {
        /** Words that are rare in training are read as those that are not there at all, so that these are learnt. */
        static Reader of(List<Tagged> sentences) {
            VocabularyBuilder words = Vocabulary.builder(Tokenizer.labels()).atLeast(30);
            VocabularyBuilder endings = Vocabulary.builder(Tokenizer.labels()).atLeast(2);
            VocabularyBuilder shapes = Vocabulary.builder(Tokenizer.labels()).unknown();
            for (Tagged sentence : sentences) {
                words.count(sentence.words());
                endings.count(sentence.words().stream().map(Reader::ending).toList());
                shapes.count(sentence.words().stream().map(Reader::shape).toList());
            }
            return new Reader(words.build(), endings.build(), shapes.build());
        }

        Input input() {
            return Input.Joined.of(new Input.Embedding(words.size(), 24), new Input.Embedding(endings.size(), 8),
                    new Input.OneHot(shapes.size()));
        }

        /** [channel][sentence][word]. */
        int[][][] read(List<Tagged> sentences) {
            return new int[][][]{
                    sentences.stream().map(s -> words.encode(s.words())).toArray(int[][]::new),
                    sentences.stream().map(s -> endings.encode(s.words().stream().map(Reader::ending).toList()))
                            .toArray(int[][]::new),
                    sentences.stream().map(s -> shapes.encode(s.words().stream().map(Reader::shape).toList()))
                            .toArray(int[][]::new)};
        }

        private static String ending(String word) {
            return word.substring(Math.max(0, word.length() - 2));
        }

        /** X for capitals, x for other letters, 9 for digits, each run of them once: "McKenzie" is XxXx. */
        private static String shape(String word) {
            return word.replaceAll("\\p{Lu}+", "X").replaceAll("\\p{Ll}+", "x").replaceAll("\\d+", "9");
        }
    }

    /** Trains on some sentences, and tags others. */
    static List<List<String>> learn(List<Tagged> known, List<Tagged> unseen, int steps, long seed,
            TrainingListener... listeners) {
        Vocabulary tags = Vocabulary.ofLabels(TaggedSentences.TAGS.toArray(String[]::new));
        Reader reader = Reader.of(known);
        int[][][] read = reader.read(known);
        SequenceInputs inputs = Sequences.ofTokens(read[0]).and(Sequences.ofTokens(read[1]))
                .and(Sequences.ofTokens(read[2]));
        Sequences examples = inputs.withClasses(
                known.stream().map(sentence -> tags.encode(sentence.tags())).toArray(int[][]::new));
        try (Network network = Network.builder(reader.input()).lstm(32).bidirectional().dropout(0.2)
                .softmax(tags.size())
                .build(seed, 1);
                Network trained = Trainer.of(network).optimizer(Adam.of(5e-3))
                        .schedule(new RateSchedule.Cosine(steps, 0))
                        .fit(BucketedBatches.shuffled(examples, BATCH, seed), steps, listeners)) {
            List<List<String>> said = new ArrayList<>();
            for (float[][] y : trained.outputs(reader.read(unseen), new float[0][][])) {
                said.add(IntStream.range(0, y.length).mapToObj(t -> tags.token(Sampler.argmax(y[t]))).toList());
            }
            return said;
        }
    }

    /** The look-up: each word has the tag that it has most often in training, O if it is not there. */
    static List<List<String>> commonest(List<Tagged> known, List<Tagged> unseen) {
        Map<String, Map<String, Integer>> counts = new HashMap<>();
        for (Tagged sentence : known) {
            for (int t = 0; t < sentence.words().size(); t++) {
                counts.computeIfAbsent(sentence.words().get(t), _ -> new HashMap<>())
                        .merge(sentence.tags().get(t), 1, Integer::sum);
            }
        }
        return unseen.stream().map(sentence -> sentence.words().stream()
                .map(word -> counts.getOrDefault(word, Map.of("O", 1)).entrySet().stream()
                        .max(Map.Entry.comparingByValue()).orElseThrow().getKey())
                .toList()).toList();
    }

    /** 2*hits / (said + wanted): a name is hit where its first word, its last and its kind are right. */
    static double f1(List<Tagged> sentences, List<List<String>> tags) {
        int hits = 0;
        int names = 0;
        for (int i = 0; i < tags.size(); i++) {
            Set<String> wanted = names(sentences.get(i).tags());
            Set<String> said = names(tags.get(i));
            names += wanted.size() + said.size();
            said.retainAll(wanted);
            hits += said.size();
        }
        return 2.0 * hits / names;
    }

    /** Kind, begin and end of each name. */
    private static Set<String> names(List<String> tags) {
        Set<String> names = new HashSet<>();
        for (int t = 0; t < tags.size(); t++) {
            if (tags.get(t).startsWith("B-")) {
                String kind = tags.get(t).substring(2);
                int end = t + 1;
                while (end < tags.size() && tags.get(end).equals("I-" + kind)) {
                    end++;
                }
                names.add(kind + " " + t + " " + end);
            }
        }
        return names;
    }
}
