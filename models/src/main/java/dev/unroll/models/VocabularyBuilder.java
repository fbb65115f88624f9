package dev.unroll.models;

import dev.unroll.models.Vocabulary.Special;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A vocabulary to be: tokens are counted, then {@link #build} takes the commonest. It is a sink of its tokenizer, for texts
 * that come in pieces.
 *
 * <pre>{@code
 * Vocabulary.builder(Tokenizer.words().lowerCased()).count(text).atMost(10_000).atLeast(2).build();
 * }</pre>
 */
public final class VocabularyBuilder implements Tokenizer.Sink {
    private final Tokenizer tokenizer;
    private final Set<Special> specials = EnumSet.noneOf(Special.class);
    private final Map<String, long[]> counts = new HashMap<>();
    private int most = Integer.MAX_VALUE;
    private long least = 1;

    VocabularyBuilder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        switch (tokenizer) {
            case Tokenizer.Words(_, var lineEnds) -> {
                specials.add(Special.UNKNOWN);
                if (lineEnds == Tokenizer.Words.LineEnds.TOKEN) {
                    specials.add(Special.END);
                }
            }
            case Tokenizer.Characters(),Tokenizer.Labels() -> {
            }
        }
    }

    /**
     * How texts become tokens.
     *
     * @return the tokenizer
     */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * Has a {@code <PAD>}.
     *
     * @return this
     */
    public VocabularyBuilder padding() {
        specials.add(Special.PADDING);
        return this;
    }

    /**
     * Has an {@code <UNK>}. Words always have one, and so has what is cut by {@link #atMost} or {@link #atLeast}.
     *
     * @return this
     */
    public VocabularyBuilder unknown() {
        specials.add(Special.UNKNOWN);
        return this;
    }

    /**
     * Has an {@code <EOS>}. Words whose line ends are tokens always have one.
     *
     * @return this
     */
    public VocabularyBuilder end() {
        specials.add(Special.END);
        return this;
    }

    /**
     * Keeps so many tokens, the commonest; of those that are equally common the first by their characters' UTF-16 units.
     *
     * @param tokens with the special ones
     * @return this
     * @throws IllegalArgumentException where it is below 1
     */
    public VocabularyBuilder atMost(int tokens) {
        Sizes.check("vocabulary", "atMost", tokens);
        most = tokens;
        return unknown();
    }

    /**
     * Keeps tokens that were counted so often.
     *
     * @param times that or more
     * @return this
     * @throws IllegalArgumentException where it is below 1
     */
    public VocabularyBuilder atLeast(long times) {
        if (times < 1) {
            throw new IllegalArgumentException("vocabulary: atLeast is %d; wanted 1 or more".formatted(times));
        }
        least = times;
        return unknown();
    }

    /**
     * Counts the tokens of a text. Several texts may be counted one after the other.
     *
     * @param text any text
     * @return this
     * @throws IllegalArgumentException where it has half of a surrogate pair, which is no character
     */
    public VocabularyBuilder count(String text) {
        tokenizer.split(text, this);
        return this;
    }

    /**
     * Counts tokens that were split already. Small letters are made as the tokenizer does.
     *
     * @param tokens not empty
     * @return this
     * @throws IllegalArgumentException where one is empty or has half of a surrogate pair, or should be one character and is
     *         not
     */
    public VocabularyBuilder count(List<String> tokens) {
        tokens.forEach(token -> token(asSplit(tokenizer, token)));
        return this;
    }

    @Override
    public void token(String token) {
        long[] count = counts.get(token);
        if (count == null) {
            check(tokenizer, token);
            counts.put(token, new long[]{1});
        } else {
            count[0]++;
        }
    }

    @Override
    public void lineEnd() {}

    /**
     * Number of different tokens that were counted.
     *
     * @return how many, special ones aside
     */
    public int distinct() {
        return counts.size();
    }

    /**
     * Takes the tokens: special ones first, then words and labels, the commonest first, or characters in ascending order of
     * their code points.
     *
     * @return the vocabulary
     * @throws IllegalArgumentException where no token is left
     */
    public Vocabulary build() {
        Comparator<Map.Entry<String, long[]>> byCount = Comparator.comparingLong(entry -> -entry.getValue()[0]);
        Stream<String> kept = counts.entrySet().stream()
                .filter(entry -> entry.getValue()[0] >= least)
                .sorted(byCount.thenComparing(Map.Entry::getKey))
                .limit(Math.max(0, most - specials.size()))
                .map(Map.Entry::getKey);
        List<String> tokens = tokenizer instanceof Tokenizer.Characters
                ? kept.sorted(Comparator.comparingInt(token -> token.codePointAt(0))).toList()
                : kept.toList();
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException(
                    "vocabulary: %d different tokens were counted, and none is left by at most %d with %d special ones, at least %d times each; wanted one or more"
                            .formatted(counts.size(), most, specials.size(), least));
        }
        return new Vocabulary(tokenizer, specials, tokens);
    }

    /** A token as the tokenizer would have written it. */
    static String asSplit(Tokenizer tokenizer, String token) {
        boolean isLower = tokenizer instanceof Tokenizer.Words(var letters, _)
                && letters == Tokenizer.Words.Letters.LOWER;
        return isLower ? token.toLowerCase(Locale.ROOT) : token;
    }

    /** Looks at a token that no tokenizer has made. */
    static void check(Tokenizer tokenizer, String token) {
        if (token.isEmpty()) {
            throw new IllegalArgumentException("vocabulary: a token is empty; wanted one character or more");
        }
        token.codePoints().filter(point -> Character.getType(point) == Character.SURROGATE).findFirst()
                .ifPresent(half -> {
                    throw new IllegalArgumentException(
                            "vocabulary: U+%04X is half of a surrogate pair, not a character".formatted(half));
                });
        if (tokenizer instanceof Tokenizer.Characters && token.codePointCount(0, token.length()) > 1) {
            throw new IllegalArgumentException(
                    "vocabulary: the token %s is no single character".formatted(Vocabulary.quote(token)));
        }
    }
}
