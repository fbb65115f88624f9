package dev.unroll.cli;

import java.util.Locale;

/** The line that says how well a network predicts a text. */
final class LossLine {
    private LossLine() {}

    /** Nats, bits (nats/ln 2) and perplexity (e^nats) a character. */
    static String of(double nats) {
        return String.format(Locale.ROOT, "validation loss %.4f nats/char  %.3f bits/char  perplexity %.2f", nats,
                nats / Math.log(2), Math.exp(nats));
    }
}
