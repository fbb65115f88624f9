package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Specifies where a text is split. */
class TokenizerTest {
    private static final Tokenizer.Words WORDS = Tokenizer.words();

    /** Tokens and line ends, as they come. */
    private static final class Listed implements Tokenizer.Sink {
        private final List<String> all = new ArrayList<>();

        @Override
        public void token(String token) {
            all.add(token);
        }

        @Override
        public void lineEnd() {
            all.add("(end)");
        }
    }

    private static void assertSplit(String text, String... wanted) {
        assertEquals(List.of(wanted), WORDS.split(text));
    }

    @Test
    void wordsAreSeparatedByAnyWhiteSpaceAndControlCharacters() {
        assertSplit(" one two\tthree\u00a0four\u3000five\u0000six\u2029seven\n\nnine ", "one", "two", "three", "four",
                "five", "six", "seven", "nine");
        assertSplit("");
        assertSplit(" \n\t\u00a0\ufeff\u200b");
    }

    @Test
    void everyMarkIsATokenOfItsOwn() {
        assertSplit("(See \"this\", please...)", "(", "See", "\"", "this", "\"", ",", "please", ".", ".", ".", ")");
        assertSplit("C++ 10% $3 a=b", "C", "+", "+", "10", "%", "$", "3", "a", "=", "b");
    }

    @Test
    void anApostropheInsideAWordStaysThere() {
        assertSplit("don't l'eau l\u2019eau 1990's", "don't", "l'eau", "l\u2019eau", "1990's");
        assertSplit("'quote' dogs' \u2018quote\u2019", "'", "quote", "'", "dogs", "'", "\u2018", "quote", "\u2019");
    }

    @Test
    void aHyphenInsideAWordStaysThereAndADashDoesNot() {
        assertSplit("well-known 2020-01-02 co\u2010op", "well-known", "2020-01-02", "co\u2010op");
        assertSplit("the Commission - which -5 one--two a\u2014b", "the", "Commission", "-", "which", "-", "5", "one",
                "-", "-", "two", "a", "\u2014", "b");
    }

    @Test
    void numbersKeepTheirPointsAndCommas() {
        assertSplit("3.14 1,000 1.000,50 1, 2. x,y", "3.14", "1,000", "1.000,50", "1", ",", "2", ".", "x", ",", "y");
        assertSplit("\u0663\u066b\u0661\u0664 \u0967\u0968", "\u0663\u066b\u0661\u0664", "\u0967\u0968");
    }

    @Test
    void abbreviationsKeepTheirInnerPoints() {
        assertSplit("U.S.A. e.g. Mr. End", "U.S.A", ".", "e.g", ".", "Mr", ".", "End");
    }

    @Test
    void addressesAreSplitAtTheirMarks() {
        assertSplit("http://a.b-c.org/x?y=1", "http", ":", "/", "/", "a.b-c.org", "/", "x", "?", "y", "=", "1");
        assertSplit("me@host.org", "me", "@", "host.org");
    }

    @Test
    void digitsAndUnderscoresAreOfTheWord() {
        assertSplit("snake_case a1b2 2nd _x_", "snake_case", "a1b2", "2nd", "_x_");
    }

    @Test
    void combiningMarksStayWithTheirLetters() {
        assertSplit("e\u0301te\u0301, na\u00efve \u0939\u093f\u0928\u094d\u0926\u0940", "e\u0301te\u0301", ",",
                "na\u00efve", "\u0939\u093f\u0928\u094d\u0926\u0940");
        assertSplit("co\u00adop \u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "co\u00adop",
                "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645");
    }

    @Test
    void lettersBeyondTheBasicPlaneAreLetters() {
        assertSplit("\ud835\udc00\ud835\udc01 \ud801\udc00", "\ud835\udc00\ud835\udc01", "\ud801\udc00");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"a smiling face, \ud83d\ude00", "a skin tone, \ud83d\udc4d\ud83c\udffd",
            "a family, \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67", "a flag, \ud83c\uddfa\ud83c\uddf8",
            "a flag of tags, \ud83c\udff4\udb40\udc67\udb40\udc62\udb40\udc65\udb40\udc6e\udb40\udc67\udb40\udc7f",
            "a heart in colour, \u2764\ufe0f", "a keycap, #\ufe0f\u20e3"})
    void anEmojiIsOneTokenWithAllThatBelongsToIt(String what, String emoji) {
        assertEquals(List.of(emoji, emoji, "ok", emoji), WORDS.split(emoji + emoji + "ok" + emoji), what);
    }

    @Test
    void twoFlagsAreTwoTokens() {
        assertSplit("\ud83c\uddfa\ud83c\uddf8\ud83c\udde9\ud83c\uddea", "\ud83c\uddfa\ud83c\uddf8",
                "\ud83c\udde9\ud83c\uddea");
    }

    @Test
    void aScriptWithoutSpacesIsSplitIntoCharacters() {
        assertSplit("\u4e2d\u6587\u3002", "\u4e2d", "\u6587", "\u3002");
        assertSplit("\ud840\udc00\u4e2d", "\ud840\udc00", "\u4e2d");
        assertSplit("\u65e5\u672c\u306e\u30c6\u30b9\u30c8\u30fc\u3067", "\u65e5", "\u672c", "\u306e",
                "\u30c6\u30b9\u30c8\u30fc", "\u3067");
        assertSplit("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\u0e2a", "\u0e27\u0e31", "\u0e2a", "\u0e14\u0e35");
        assertSplit("\u4e2dabc12\u4e2d", "\u4e2d", "abc12", "\u4e2d");
    }

    @Test
    void otherAlphabetsAreSplitAtSpaces() {
        assertSplit("\uc548\ub155\ud558\uc138\uc694 \uc138\uacc4", "\uc548\ub155\ud558\uc138\uc694", "\uc138\uacc4");
        assertSplit("\u0645\u0631\u062d\u0628\u0627 \u0645", "\u0645\u0631\u062d\u0628\u0627", "\u0645");
        assertSplit("\u05e6\u05d4\"\u05dc \"\u05dc\"", "\u05e6\u05d4\"\u05dc", "\"", "\u05dc", "\"");
    }

    @Test
    void whatNobodySeesIsNoToken() {
        assertSplit("\u200ea \u200f \u200b\ufeffb", "a", "b");
    }

    @Test
    void theNameOfASpecialTokenIsSplitAsAnyText() {
        assertSplit("<UNK>", "<", "UNK", ">");
    }

    @Test
    void capitalsBecomeSmallWhereThatIsAskedFor() {
        assertEquals(List.of("don't", "\u03bf\u03b4\u03bf\u03c2", "stra\u00dfe", "i"),
                WORDS.lowerCased().split("DON'T \u039f\u0394\u039f\u03a3 Stra\u00dfe I"));
    }

    @Test
    void lineEndsAreTokensWhereThatIsAskedFor() {
        Listed listed = new Listed();
        WORDS.endingLines().split("one\ntwo\r\n\rthree", listed);
        assertEquals(List.of("one", "(end)", "two", "(end)", "(end)", "three"), listed.all);
    }

    @Test
    void aTokenThatNeverEndsIsCut() {
        List<String> tokens = WORDS.split("a".repeat(600) + " e" + "\u0301".repeat(300) + "+" + "\u0301".repeat(300));
        assertEquals(List.of(256, 256, 88, 256, 45, 256, 45), tokens.stream().map(String::length).toList());
        String pairs = "a" + "\ud835\udc00".repeat(200);
        assertEquals(pairs, String.join("", WORDS.split(pairs)));
        assertEquals(255, WORDS.split(pairs).getFirst().length());
    }

    @Test
    void charactersAreCodePoints() {
        assertEquals(List.of("h", "\n", "\ud83c\udf00", "\u0301"),
                Tokenizer.characters().split("h\n\ud83c\udf00\u0301"));
    }

    @Test
    void aLabelIsNotSplit() {
        assertEquals(List.of("B-PER x"), Tokenizer.labels().split("B-PER x"));
    }

    private static String random(Random random, String alphabet, int length) {
        int[] points = alphabet.codePoints().toArray();
        int[] text = random.ints(length, 0, points.length).map(i -> points[i]).toArray();
        return new String(text, 0, length);
    }

    /** Letters, marks, spaces, emoji and what joins them, so that every kind meets every other. */
    private static final String MIXED = "abAB12 \n\r\t.,'\u2019-_\"<>+\u00e9\u0301\u200d\ufe0f\u0e2a\u0e31\u4e2d\u306e\u30c6"
            + "\u05d4\u0645\ud83d\udc4d\ud83c\udffd\ud83c\uddfa\ud83c\uddf8\ud835\udc00";

    @Test
    void whereATextIsCutIntoPiecesDoesNotMatter() {
        long seed = Long.getLong("unroll.seed", 20261122);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            String text = random(random, round % 2 == 0 ? MIXED : "ab.\u0301", 2_000);
            Listed whole = new Listed();
            WORDS.endingLines().split(text, whole);
            Listed pieces = new Listed();
            WordSplitter splitter = new WordSplitter(WORDS.endingLines(), pieces);
            for (int at = 0; at < text.length();) {
                int end = text.offsetByCodePoints(at,
                        Math.min(text.codePointCount(at, text.length()), 1 + random.nextInt(600)));
                splitter.add(text.substring(at, end));
                at = end;
            }
            splitter.end();
            assertEquals(whole.all, pieces.all, "-Dunroll.seed=%d, round %d".formatted(seed, round));
        }
    }

    /** The judge is the JDK's own idea of a character, in which a mark behind a space is of the space. */
    @Test
    void noCharacterAsReadersSeeItIsEverParted() {
        long seed = Long.getLong("unroll.seed", 20261122);
        Random random = new Random(seed);
        BreakIterator characters = BreakIterator.getCharacterInstance(Locale.ROOT);
        for (int round = 0; round < 300; round++) {
            String text = random(random, MIXED, 200);
            characters.setText(text);
            int at = 0;
            for (String token : WORDS.split(text)) {
                at = text.indexOf(token, at);
                boolean begins = characters.isBoundary(at) || Character.isWhitespace(text.codePointBefore(at));
                assertTrue(begins && characters.isBoundary(at + token.length()),
                        "-Dunroll.seed=%d, round %d: %s at %d".formatted(seed, round, token, at));
                at += token.length();
            }
        }
    }

    @Test
    void nothingButSpaceIsLost() {
        long seed = Long.getLong("unroll.seed", 20261122);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            String text = random(random, MIXED.replace("\u200d", ""), 200);
            assertEquals(text.replaceAll("\\s", ""), String.join("", WORDS.split(text)),
                    "-Dunroll.seed=%d, round %d".formatted(seed, round));
        }
    }
}
