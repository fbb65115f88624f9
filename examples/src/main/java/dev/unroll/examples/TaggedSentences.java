package dev.unroll.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Sentences with their people, places and organisations tagged, for {@link NamedEntities}: templates, filled with real names. */
final class TaggedSentences {
    /** B begins a name, I goes on with it, O is none. */
    static final List<String> TAGS = List.of("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG");

    /** What stands in capitals is filled in; what begins a name may be a person's, a place's, an organisation's or none. */
    private static final List<String> TEMPLATES = List.of(
            "PER said on DAY that sales were weak", "PER was born in LOC", "PER met PER in LOC on DAY",
            "according to PER , it rained in LOC all through MONTH", "the judge told PER to pay",
            "his aunt , PER , left LOC in MONTH", "PER and her brother live near LOC", "\" no \" , PER answered",
            "the novel by PER was read all over LOC", "LOC lies south of LOC", "LOC voted against the treaty",
            "flights from LOC to LOC were late", "LOC has two million inhabitants", "the river rose in LOC on DAY",
            "LOC and LOC share a border", "the embassy of LOC was closed", "shares of ORG fell on DAY",
            "ORG hired PER as its chairman", "ORG said its profit doubled in MONTH", "ORG will close its plant in LOC",
            "PER joined ORG in MONTH", "ORG sued ORG over a patent", "the board of ORG met in LOC",
            "ORG , based in LOC , employs 300 people", "workers at ORG went on strike", "a spokesman for ORG declined",
            "MONTH was cold in LOC", "DAY was a holiday", "The Committee will meet in MONTH",
            "Prices rose in MONTH and fell on DAY");
    private static final List<String> MONTHS = List.of("January", "March", "April", "May", "June", "August");
    private static final List<String> DAYS = List.of("Monday", "Tuesday", "Friday", "Sunday");

    private final List<String> first;
    private final List<String> last;
    private final List<String> places;
    private final List<String> firms;
    /** Names of people that are names of places, or months. */
    private final List<String> both;

    /**
     * A sentence.
     *
     * @param words of it
     * @param tags of the words
     */
    record Tagged(List<String> words, List<String> tags) {}

    private TaggedSentences(UnaryOperator<List<String>> part) {
        List<String> firsts = Names.of(0, "name.female_first_name", "name.male_first_name");
        List<String> all = Names.of(0, "country.name", "nation.capital_city");
        both = firsts.stream().filter(name -> all.contains(name) || MONTHS.contains(name)).toList();
        first = part.apply(firsts);
        last = part.apply(Names.of(0, "name.last_name"));
        places = part.apply(all);
        firms = part.apply(Names.of(0, "aviation.airline", "book.publisher"));
    }

    /** Different sentences to train on, with one half of the names. */
    static List<Tagged> known(int count, long seed) {
        return draw(count, seed, names -> names.subList(0, names.size() / 2));
    }

    /** Different sentences with the other half of the names, and those that are names of people and of something else. */
    static List<Tagged> unseen(int count) {
        return draw(count, 0, names -> names.subList(names.size() / 2, names.size()));
    }

    private static List<Tagged> draw(int count, long seed, UnaryOperator<List<String>> part) {
        TaggedSentences source = new TaggedSentences(part);
        RandomGenerator random = new SplittableRandom(seed);
        return Stream.generate(() -> source.sentence(random)).distinct().limit(count).toList();
    }

    private Tagged sentence(RandomGenerator random) {
        Tagged sentence = new Tagged(new ArrayList<>(), new ArrayList<>());
        for (String word : pick(TEMPLATES, random).split(" ", -1)) {
            switch (word) {
                case "PER", "LOC", "ORG" -> add(sentence, name(word, random), word);
                case "MONTH" -> add(sentence, pick(MONTHS, random), "");
                case "DAY" -> add(sentence, pick(DAYS, random), "");
                default -> add(sentence, word, "");
            }
        }
        add(sentence, ".", "");
        return sentence;
    }

    private static void add(Tagged sentence, String name, String kind) {
        String[] words = name.split(" ", -1);
        for (int i = 0; i < words.length; i++) {
            sentence.words().add(words[i]);
            sentence.tags().add(kind.isEmpty() ? "O" : (i == 0 ? "B-" : "I-") + kind);
        }
    }

    private String name(String kind, RandomGenerator random) {
        int form = random.nextInt(6);
        return switch (kind) {
            case "PER" -> switch (form) {
                case 0 -> pick(both, random);
                case 1 -> pick(first, random);
                case 2 -> "Dr. " + pick(last, random);
                case 3 -> pick(last, random);
                default -> pick(first, random) + " " + pick(last, random);
            };
            case "LOC" -> form == 0
                    ? pick(both.stream().filter(name -> !MONTHS.contains(name)).toList(), random)
                    : pick(places, random);
            default -> switch (form) {
                case 0 -> pick(last, random) + " " + pick(List.of("Group", "Inc", "and Sons"), random);
                case 1 -> pick(last, random) + " and " + pick(last, random);
                case 2 -> pick(last, random);
                default -> pick(firms, random);
            };
        };
    }

    private static String pick(List<String> from, RandomGenerator random) {
        return from.get(random.nextInt(from.size()));
    }
}
