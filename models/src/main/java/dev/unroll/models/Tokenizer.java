package dev.unroll.models;

import java.util.ArrayList;
import java.util.List;

/**
 * How a text becomes tokens. It is saved with the {@link Vocabulary} whose tokens it makes, since the same text split
 * otherwise is another sequence.
 */
public sealed interface Tokenizer {
    /** What takes the tokens of a text, in its order. */
    interface Sink {
        /**
         * Takes a token.
         *
         * @param token not empty
         */
        void token(String token);

        /** Takes the end of a line, where the tokenizer tells it. */
        void lineEnd();
    }

    /**
     * Splits a text.
     *
     * @param text any text
     * @param sink gets its tokens
     */
    void split(String text, Sink sink);

    /**
     * Splits a text, line ends aside.
     *
     * @param text any text
     * @return its tokens
     */
    default List<String> split(String text) {
        List<String> tokens = new ArrayList<>();
        split(text, new Sink() {
            @Override
            public void token(String token) {
                tokens.add(token);
            }

            @Override
            public void lineEnd() {}
        });
        return tokens;
    }

    /**
     * A token is a character: one Unicode code point, line ends too.
     *
     * @return the tokenizer
     */
    static Characters characters() {
        return new Characters();
    }

    /**
     * A token is a word, a number or a mark, as {@link WordSplitter} says; letters are kept as they are, and a line end is
     * white space.
     *
     * @return the tokenizer
     */
    static Words words() {
        return new Words(Words.Letters.KEPT, Words.LineEnds.SPACE);
    }

    /**
     * A text is one token: the name of a class.
     *
     * @return the tokenizer
     */
    static Labels labels() {
        return new Labels();
    }

    /** What {@link #characters} makes. */
    record Characters() implements Tokenizer {
        @Override
        public void split(String text, Sink sink) {
            text.codePoints().mapToObj(Character::toString).forEach(sink::token);
        }
    }

    /**
     * What {@link #words} makes.
     *
     * @param letters what becomes of capitals
     * @param lineEnds what becomes of line ends
     */
    record Words(Letters letters, LineEnds lineEnds) implements Tokenizer {
        /** What becomes of capitals. */
        public enum Letters {
            /** They stay. */
            KEPT,
            /** They become small ones, by the rules of no language in particular. */
            LOWER
        }

        /** What becomes of line ends: LF, CR LF and CR. */
        public enum LineEnds {
            /** They are white space. */
            SPACE,
            /** Each is a token of its own, {@code <EOS>}. */
            TOKEN
        }

        /**
         * The same, capitals made small.
         *
         * @return the tokenizer
         */
        public Words lowerCased() {
            return new Words(Letters.LOWER, lineEnds);
        }

        /**
         * The same, each line end a token: what word-level language models are wont to read.
         *
         * @return the tokenizer
         */
        public Words endingLines() {
            return new Words(letters, LineEnds.TOKEN);
        }

        @Override
        public void split(String text, Sink sink) {
            new WordSplitter(this, sink).add(text).end();
        }
    }

    /** What {@link #labels} makes. */
    record Labels() implements Tokenizer {
        @Override
        public void split(String text, Sink sink) {
            sink.token(text);
        }
    }
}
