package dev.unroll.cli;

import java.util.Locale;

/** The line that says how well a network predicts a text. */
final class LossLine {
    private LossLine() {}

    /** Nats, bits (nats/ln 2) and perplexity (e^nats) a character or word. */
    static String of(Unit unit, double nats) {
        return String.format(Locale.ROOT, "validation loss %.4f nats/%s  %.3f bits/%s  %s", nats, unit.brief(),
                nats / Math.log(2), unit.brief(), unit.perplexity(nats));
    }
}
