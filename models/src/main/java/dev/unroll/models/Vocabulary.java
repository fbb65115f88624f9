package dev.unroll.models;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokens that a network knows, each with an index: characters, words, or names of classes. Special tokens stand first, in
 * the order {@code <PAD>}, {@code <UNK>}, {@code <EOS>}, as far as there are any; they are no texts: a text that has the
 * characters "&lt;UNK&gt;" in it is not taken for one.
 */
public final class Vocabulary {
    /** Tokens that stand for no text; in the order of their indices. */
    enum Special {
        PADDING("<PAD>"), UNKNOWN("<UNK>"), END("<EOS>");

        private final String shown;

        Special(String shown) {
            this.shown = shown;
        }
    }

    private final Tokenizer tokenizer;
    private final List<Special> specials;
    /** Those that are no special ones. */
    private final List<String> tokens;
    /** Index of each of them. */
    private final Map<String, Integer> indices;
    /** The same again where all are characters, which are in ascending order then. */
    private final int[] codePoints;

    /**
     * Checks the tokens.
     *
     * @throws IllegalArgumentException where one is empty or there twice or has half of a surrogate pair, or where
     *         characters are no single ones in ascending order
     */
    Vocabulary(Tokenizer tokenizer, Set<Special> specials, Collection<String> tokens) {
        this.tokenizer = tokenizer;
        this.specials = List.copyOf(specials.isEmpty() ? specials : EnumSet.copyOf(specials));
        this.tokens = List.copyOf(tokens);
        this.indices = HashMap.newHashMap(tokens.size());
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException("vocabulary: there is no token; wanted one or more");
        }
        for (String token : this.tokens) {
            VocabularyBuilder.check(tokenizer, token);
            if (indices.put(token, this.specials.size() + indices.size()) != null) {
                throw new IllegalArgumentException("vocabulary: the token %s is there twice".formatted(quote(token)));
            }
        }
        this.codePoints = isByCharacter()
                ? this.tokens.stream().mapToInt(token -> token.codePointAt(0)).toArray()
                : new int[0];
        for (int i = 1; i < codePoints.length; i++) {
            if (codePoints[i] < codePoints[i - 1]) {
                throw new IllegalArgumentException("vocabulary: the characters are not in ascending order");
            }
        }
    }

    /**
     * The characters of a text, in ascending order of their code points, without any special token.
     *
     * @param text any text, not empty
     * @return its characters, each once
     * @throws IllegalArgumentException where the text is empty, or has half of a surrogate pair, which is no character
     */
    public static Vocabulary ofCharacters(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("vocabulary: the text is empty; wanted at least one character");
        }
        return new Vocabulary(Tokenizer.characters(), Set.of(),
                text.codePoints().distinct().sorted().mapToObj(Character::toString).toList());
    }

    /**
     * Names of classes, tags for one, in the order in which they are given.
     *
     * @param labels each once, not empty
     * @return the vocabulary; it has no special token, and a text is one label
     * @throws IllegalArgumentException where there is none, or one is empty or there twice
     */
    public static Vocabulary ofLabels(String... labels) {
        return new Vocabulary(Tokenizer.labels(), Set.of(), List.of(labels));
    }

    /**
     * Starts a vocabulary of what is in texts, by how often it is there.
     *
     * @param tokenizer how texts become tokens
     * @return a builder
     */
    public static VocabularyBuilder builder(Tokenizer tokenizer) {
        return new VocabularyBuilder(tokenizer);
    }

    private boolean isByCharacter() {
        return tokenizer instanceof Tokenizer.Characters;
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
     * Number of tokens, special ones too.
     *
     * @return n
     */
    public int size() {
        return specials.size() + tokens.size();
    }

    private OptionalInt indexOf(Special special) {
        int index = specials.indexOf(special);
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /**
     * The index of {@code <PAD>}, which fills up what is shorter than others.
     *
     * @return 0, where there is one
     */
    public OptionalInt padding() {
        return indexOf(Special.PADDING);
    }

    /**
     * The index of {@code <UNK>}, which stands for every token that is not known.
     *
     * @return 0 or 1, where there is one
     */
    public OptionalInt unknown() {
        return indexOf(Special.UNKNOWN);
    }

    /**
     * The index of {@code <EOS>}, the end of a sequence, or of a line where the tokenizer tells these.
     *
     * @return 0 to 2, where there is one
     */
    public OptionalInt end() {
        return indexOf(Special.END);
    }

    /**
     * Whether a token stands for no text.
     *
     * @param index of a token
     * @return whether it is {@code <PAD>}, {@code <UNK>} or {@code <EOS>}
     */
    public boolean isSpecial(int index) {
        return index >= 0 && index < specials.size();
    }

    /** Whether {@code <EOS>} is the end of a line. */
    boolean endsLines() {
        return tokenizer instanceof Tokenizer.Words(_, var lineEnds) && lineEnds == Tokenizer.Words.LineEnds.TOKEN;
    }

    /**
     * The index of a character.
     *
     * @param codePoint a Unicode code point
     * @return its index, or -1 where it is not known
     */
    public int indexOf(int codePoint) {
        if (!isByCharacter()) {
            return Character.isValidCodePoint(codePoint) ? indexOf(Character.toString(codePoint)) : -1;
        }
        int index = Arrays.binarySearch(codePoints, codePoint);
        return index < 0 ? -1 : specials.size() + index;
    }

    /**
     * The index of a token.
     *
     * @param token a character, word or label
     * @return its index, never that of a special token, or -1 where it is not known
     */
    public int indexOf(String token) {
        return indices.getOrDefault(token, -1);
    }

    /**
     * A text as indices: {@link Tokenizer#split}, then {@link #indexOf} of each token, or {@code <UNK>}.
     *
     * @param text any text
     * @return one index a token
     * @throws IllegalArgumentException for a token that is not known, if there is no {@code <UNK>}; the message says which
     *         and where
     */
    public int[] encode(String text) {
        if (isByCharacter()) {
            int[] points = text.codePoints().toArray();
            for (int i = 0; i < points.length; i++) {
                int index = indexOf(points[i]);
                points[i] = index < 0 ? unknown(Character.toString(points[i]), i, "") : index;
            }
            return points;
        }
        TokenEncoder encoder = new TokenEncoder(this, "");
        tokenizer.split(text, encoder);
        return encoder.take();
    }

    /**
     * Tokens that were split already, as indices. Small letters are made as the tokenizer does.
     *
     * @param words the tokens
     * @return one index a token
     * @throws IllegalArgumentException for a token that is not known, if there is no {@code <UNK>}; the message says which
     *         and where
     */
    public int[] encode(List<String> words) {
        TokenEncoder encoder = new TokenEncoder(this, "");
        words.forEach(word -> encoder.token(VocabularyBuilder.asSplit(tokenizer, word)));
        return encoder.take();
    }

    /**
     * The index of {@code <UNK>}.
     *
     * @param token that is not known
     * @param position of it
     * @param where of what text, for the message
     * @throws IllegalArgumentException where there is none
     */
    int unknown(String token, long position, String where) {
        return unknown().orElseThrow(() -> new IllegalArgumentException(
                "encode: the %s %s at position %d%s is none of the %d known".formatted(
                        switch (tokenizer) {
                            case Tokenizer.Characters() -> "character";
                            case Tokenizer.Words _ -> "word";
                            case Tokenizer.Labels() -> "label";
                        }, isByCharacter() ? name(token.codePointAt(0)) : quote(token), position, where, size())));
    }

    private static String name(int codePoint) {
        return (Character.isISOControl(codePoint) ? "" : "'" + Character.toString(codePoint) + "' ")
                + "U+%04X".formatted(codePoint);
    }

    /** As messages print it, whatever it holds. */
    static String quote(String token) {
        String cut = token.length() <= 60 ? token : token.substring(0, 60) + "...";
        return "'" + cut.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?") + "'";
    }

    /**
     * Indices as a text, see {@link Detokenizer}.
     *
     * @param indices any tokens
     * @return the text; special tokens are not written, but for an {@code <EOS>} that is a line end
     * @throws IndexOutOfBoundsException for an index that is not 0 to size
     */
    public String decode(int... indices) {
        Detokenizer detokenizer = new Detokenizer(this);
        StringBuilder text = new StringBuilder();
        for (int index : indices) {
            text.append(detokenizer.add(index));
        }
        return text.toString();
    }

    /**
     * The token of an index.
     *
     * @param index 0 to size
     * @return the character, one code point; or the word or label; or the name of a special token
     * @throws IndexOutOfBoundsException for any other index
     */
    public String token(int index) {
        return isSpecial(index) ? specials.get(index).shown : tokens.get(index - specials.size());
    }

    /**
     * All tokens but the special ones.
     *
     * @return them in the order of their indices
     */
    public List<String> tokens() {
        return tokens;
    }

    /** The special tokens. */
    List<Special> specials() {
        return specials;
    }

    /**
     * All tokens but the special ones, one behind the other: of characters a text that has each once.
     *
     * @return them in order, as one text
     */
    public String characters() {
        return String.join("", tokens);
    }

    /** The characters that say all of it, if there is nothing else to say. */
    Optional<String> plainCharacters() {
        return isByCharacter() && specials.isEmpty() ? Optional.of(characters()) : Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Vocabulary that && tokenizer.equals(that.tokenizer) && specials.equals(that.specials)
                && tokens.equals(that.tokens);
    }

    @Override
    public int hashCode() {
        return tokens.hashCode();
    }

    @Override
    public String toString() {
        return "Vocabulary of " + size() + switch (tokenizer) {
            case Tokenizer.Characters() -> " characters";
            case Tokenizer.Words _ -> " words";
            case Tokenizer.Labels() -> " labels";
        };
    }
}
