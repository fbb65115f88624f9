package dev.unroll.models;

import dev.unroll.models.Tokenizer.Sink;
import dev.unroll.models.Tokenizer.Words;
import dev.unroll.models.Tokenizer.Words.Letters;
import dev.unroll.models.Tokenizer.Words.LineEnds;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a text that comes in pieces into words, in the memory of the longest one. Where it is cut into pieces does not
 * matter.
 *
 * <p>White space and control characters separate tokens and are none. A run of letters, digits, underscores and what
 * combines with them is one token. It goes on over an apostrophe or a hyphen between two letters or digits ({@code don't},
 * {@code l’eau}, {@code well-known}), over a full stop between two letters or two digits ({@code e.g}, {@code 3.14}), and over
 * a comma between two digits ({@code 1,000}). Everything else is a token a character as readers see it, a grapheme cluster: a
 * mark, an emoji with all that belongs to it, a flag; and so is each character of a script that has no spaces between words
 * (Chinese, the hiragana of Japanese, Thai, Lao, Khmer, Myanmar). This is word segmentation as Unicode has it (Standard Annex
 * 29) but for the hyphens and for apostrophes beside digits. A token that would be longer than {@value #LONGEST} UTF-16 units
 * is cut.
 */
public final class WordSplitter {
    /** Most UTF-16 units of a token. */
    public static final int LONGEST = 256;

    /** What a scan may look at beyond the token that it begins. */
    private static final int AHEAD = LONGEST + 2;
    private static final Pattern CLUSTER = Pattern.compile("\\X");
    /** Below it, no character combines with the one before. */
    private static final int COMBINING = 0x300;

    private final Words words;
    private final Sink sink;
    private final StringBuilder text = new StringBuilder();
    private final Matcher cluster = CLUSTER.matcher(text);

    /**
     * A splitter at the beginning of a text.
     *
     * @param words what becomes of capitals and line ends
     * @param sink gets the tokens
     */
    public WordSplitter(Words words, Sink sink) {
        this.words = words;
        this.sink = sink;
    }

    /**
     * Takes the next piece, and gives on the tokens that are certain.
     *
     * @param piece of whole code points
     * @return this
     */
    public WordSplitter add(CharSequence piece) {
        text.append(piece);
        drain(text.length() - AHEAD);
        return this;
    }

    /** Gives on the last tokens; what is added then is another text. */
    public void end() {
        drain(text.length());
        text.setLength(0);
    }

    /** Gives on all tokens that begin before an index. */
    private void drain(int before) {
        int at = 0;
        while (at < before) {
            at = take(at);
        }
        text.delete(0, at);
    }

    /** Takes what begins at an index, a token or what is none; gives its end. */
    private int take(int from) {
        int first = text.codePointAt(from);
        int next = from + Character.charCount(first);
        return switch (CharacterKind.of(first)) {
            case LINE_END -> lineEnd(first, next);
            case SPACE -> next;
            case LETTER, HEBREW, DIGIT, CONNECTOR, KATAKANA -> token(from, wordEnd(from));
            case EXTEND, OTHER -> {
                int end = clusterEnd(from);
                // Marks of direction and the like, which nobody sees.
                boolean isSeen = end > next || Character.getType(first) != Character.FORMAT;
                yield isSeen ? token(from, end) : end;
            }
        };
    }

    private int lineEnd(int first, int next) {
        if (words.lineEnds() == LineEnds.TOKEN) {
            sink.lineEnd();
        }
        return first == '\r' && next < text.length() && text.charAt(next) == '\n' ? next + 1 : next;
    }

    private int token(int from, int end) {
        String token = text.substring(from, end);
        sink.token(words.letters() == Letters.LOWER ? token.toLowerCase(Locale.ROOT) : token);
        return end;
    }

    private int clusterEnd(int from) {
        int next = from + 1;
        if (text.charAt(from) < COMBINING && (next == text.length() || text.charAt(next) < COMBINING)) {
            return next;
        }
        cluster.reset().region(from, limit(from)).lookingAt();
        return cluster.end();
    }

    /** Never between the halves of a surrogate pair. */
    private int limit(int from) {
        int limit = Math.min(text.length(), from + LONGEST);
        boolean parts = limit < text.length()
                && Character.isSurrogatePair(text.charAt(limit - 1), text.charAt(limit));
        return parts ? limit - 1 : limit;
    }

    private int wordEnd(int from) {
        int limit = limit(from);
        CharacterKind last = CharacterKind.of(text.codePointAt(from));
        int at = from + Character.charCount(text.codePointAt(from));
        while (at < limit) {
            int codePoint = text.codePointAt(at);
            CharacterKind kind = CharacterKind.of(codePoint);
            int next = at + Character.charCount(codePoint);
            if (kind == CharacterKind.EXTEND) {
                at = next;
            } else if (last.joins(kind)) {
                last = kind;
                at = next;
            } else if (next < limit && last.joins(codePoint, CharacterKind.of(text.codePointAt(next)))) {
                last = CharacterKind.of(text.codePointAt(next));
                at = next + Character.charCount(text.codePointAt(next));
            } else {
                return at;
            }
        }
        return at;
    }
}
