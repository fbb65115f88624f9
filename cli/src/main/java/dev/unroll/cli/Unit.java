package dev.unroll.cli;

import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import java.util.Locale;

/** What a model's tokens are, in words. */
enum Unit {
    /** A Unicode code point. */
    CHARACTER("character", "char", "perplexity %.2f"),
    /** A word, a mark or the end of a line. */
    WORD("word", "word", "perplexity %.2f per word");

    private final String one;
    private final String brief;
    private final String perplexity;

    Unit(String one, String brief, String perplexity) {
        this.one = one;
        this.brief = brief;
        this.perplexity = perplexity;
    }

    static Unit of(Vocabulary vocabulary) {
        return vocabulary.tokenizer() instanceof Tokenizer.Characters ? CHARACTER : WORD;
    }

    /** {@code word}. */
    String one() {
        return one;
    }

    /** {@code words}. */
    String many() {
        return one + "s";
    }

    /** {@code char}, as in nats/char. */
    String brief() {
        return brief;
    }

    /** e^nats, of so many nats a token. */
    String perplexity(double nats) {
        return String.format(Locale.ROOT, perplexity, Math.exp(nats));
    }
}
