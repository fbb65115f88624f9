package dev.unroll.models;

/**
 * Tokens as a text again, one after the other, each with the space that belongs before it. Characters follow each other as
 * they are, labels have a space between them, and words are put together as English is written: no space before closing
 * punctuation ({@code , . ; : ! ? %}, brackets and quotes), none behind opening brackets, quotes and currency signs, none at a
 * slash, none between characters of scripts that have no spaces between words; of straight quotes every second one closes. A
 * line end that was a token becomes one again. {@code <PAD>} and {@code <UNK>} are not written, and neither is an {@code <EOS>}
 * that is no line end.
 *
 * <p>Where a text has its spaces otherwise, splitting it and putting it together changes them, and nothing else but what was
 * unknown and, where the tokenizer makes capitals small, these.
 */
public final class Detokenizer {
    private static final String NO_SPACE_BEFORE = ".,;:!?%\u2030\u2026";
    private static final String NO_SPACE_AFTER = "#@\u00bf\u00a1";
    private static final String NO_SPACE_AROUND = "/\\";

    private final Vocabulary vocabulary;
    /** Last character of the text so far, or -1 where no space may follow. */
    private int last = -1;
    private boolean isQuoted;
    private boolean isSingleQuoted;

    /**
     * At the beginning of a text.
     *
     * @param vocabulary of the tokens
     */
    public Detokenizer(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    /**
     * Takes the next token.
     *
     * @param index of the token
     * @return what it adds to the text, with a space before it or without; empty for a special token
     * @throws IndexOutOfBoundsException where the vocabulary has no such token
     */
    public String add(int index) {
        String token = vocabulary.token(index);
        if (vocabulary.isSpecial(index)) {
            return lineEnd(index);
        }
        return switch (vocabulary.tokenizer()) {
            case Tokenizer.Characters() -> token;
            case Tokenizer.Labels() -> spaced(token, last >= 0);
            case Tokenizer.Words _ -> word(token);
        };
    }

    private String lineEnd(int index) {
        boolean isLineEnd = vocabulary.endsLines() && index == vocabulary.end().orElse(-1);
        if (!isLineEnd) {
            return "";
        }
        last = -1;
        isQuoted = false;
        isSingleQuoted = false;
        return "\n";
    }

    private String spaced(String token, boolean isSpaced) {
        last = token.codePointBefore(token.length());
        return isSpaced ? " " + token : token;
    }

    private String word(String token) {
        boolean opens = false;
        boolean closes = false;
        if (token.equals("\"")) {
            closes = isQuoted;
            opens = !isQuoted;
            isQuoted = opens;
        } else if (token.equals("'")) {
            closes = isSingleQuoted;
            opens = !isSingleQuoted;
            isSingleQuoted = opens;
        }
        int first = token.codePointAt(0);
        boolean isSpaced = last >= 0 && !closes && !isClosing(first) && !isOpening(last)
                && !(CharacterKind.isUnspaced(first) && isUnspacedOrMark(last));
        String text = spaced(token, isSpaced);
        // Nothing may stand between an opening quote and what it opens.
        last = opens ? -1 : last;
        return text;
    }

    private static boolean isClosing(int codePoint) {
        return contains(NO_SPACE_BEFORE, codePoint) || contains(NO_SPACE_AROUND, codePoint)
                || isFullWidthMark(codePoint)
                || switch (Character.getType(codePoint)) {
                    case Character.END_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION, Character.NON_SPACING_MARK,
                            Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
                        true;
                    default -> false;
                };
    }

    private static boolean isOpening(int codePoint) {
        return contains(NO_SPACE_AFTER, codePoint) || contains(NO_SPACE_AROUND, codePoint)
                || switch (Character.getType(codePoint)) {
                    case Character.START_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION, Character.CURRENCY_SYMBOL ->
                        true;
                    default -> false;
                };
    }

    private static boolean isUnspacedOrMark(int codePoint) {
        return CharacterKind.isUnspaced(codePoint) || isFullWidthMark(codePoint)
                || Character.getType(codePoint) == Character.NON_SPACING_MARK
                || Character.getType(codePoint) == Character.COMBINING_SPACING_MARK;
    }

    /** Marks of Chinese and Japanese, which bring their own space. */
    private static boolean isFullWidthMark(int codePoint) {
        boolean isInBlock = (codePoint >= 0x3001 && codePoint <= 0x303F)
                || (codePoint >= 0xFF01 && codePoint <= 0xFF20);
        return isInBlock && !Character.isLetterOrDigit(codePoint);
    }

    private static boolean contains(String marks, int codePoint) {
        return marks.indexOf(codePoint) >= 0;
    }
}
