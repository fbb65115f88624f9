package dev.unroll.models;

import dev.unroll.models.Head.Reading;
import dev.unroll.models.Head.Table;

/** A head as words in a file's metadata: its kind, n_y, and what is not the usual: {@code softmax 2 last-step}. */
final class HeadText {
    private static final String LAST_STEP = "last-step";
    private static final String TIED = "tied";

    private HeadText() {}

    static String of(Head head) {
        return head.kind().word() + " " + head.outputSize()
                + (head.reading() == Reading.LAST_STEP ? " " + LAST_STEP : "")
                + (head.table() == Table.EMBEDDING ? " " + TIED : "");
    }

    /** Reads it back, for a head over so many units. */
    static Head read(String text, int inputSize) {
        String[] words = text.split(" ", -1);
        Head.Kind kind = Head.Kind.named(words[0])
                .orElseThrow(() -> new IllegalArgumentException("no head is called '" + words[0] + "'"));
        if (words.length == 1) {
            throw new IllegalArgumentException("'" + text + "' lacks a size");
        }
        Head head = new Head(kind, inputSize, Integer.parseInt(words[1]));
        for (int i = 2; i < words.length; i++) {
            head = switch (words[i]) {
                case LAST_STEP -> new Head(kind, inputSize, head.outputSize(), Reading.LAST_STEP, head.table());
                case TIED -> new Head(kind, inputSize, head.outputSize(), head.reading(), Table.EMBEDDING);
                default -> throw new IllegalArgumentException(
                        "'%s' has more than a size: '%s'".formatted(text, words[i]));
            };
        }
        return head;
    }
}
