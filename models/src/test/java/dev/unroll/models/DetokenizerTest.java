package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifies how tokens become a text. */
class DetokenizerTest {
    private static String again(String text) {
        Vocabulary vocabulary = Vocabulary.builder(Tokenizer.words().endingLines()).count(text).build();
        return vocabulary.decode(vocabulary.encode(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"I don't know.", "Yes, of course; no: why? Ah!", "One (or two) [or {three}] more",
            "He said \"this is it\", and \"so\".", "the 'first' and the 'second'",
            "\u201cquoted\u201d and \u2018so\u2019",
            "the Commission - which is well-known - and", "$3.50 \u20ac5 10% of 1,000", "and/or", "#tag @me",
            "One.\nTwo.\n\n", "wait\u2026 what", "\u4e2d\u6587\uff0c\u5206\u8bcd\u3002",
            "\u65e5\u672c\u8a9e\u306e\u30c6\u30b9\u30c8",
            "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\ud83d\udc4d\ud83c\udffd ok", "a \u4e2d b"})
    void textInUsualSpacingComesBack(String text) {
        assertEquals(text, again(text));
    }

    @Test
    void unusualSpacesBecomeUsual() {
        assertEquals("one, two (three)", again("one , two  ( three )"));
    }

    @Test
    void aQuoteThatIsLeftOpenEndsWithItsLine() {
        assertEquals("\"one\n\"two\"", again("\"one\n\"two\""));
    }

    @Test
    void specialTokensAreNotWritten() {
        Vocabulary vocabulary = Vocabulary.builder(Tokenizer.words()).padding().end().count("one two").build();
        assertEquals("one two one", vocabulary.decode(0, 3, 1, 2, 4, 3, 2));
    }

    @Test
    void charactersFollowEachOther() {
        assertEquals("a b\n", Vocabulary.ofCharacters("ab \n").decode(2, 1, 3, 0));
    }

    @Test
    void labelsHaveASpaceBetweenThem() {
        assertEquals("B-PER O O", Vocabulary.ofLabels("O", "B-PER").decode(1, 0, 0));
    }

    @Test
    void tokenByTokenIsTheSameText() {
        String text = "\"One\", (two).\nThree.";
        Vocabulary vocabulary = Vocabulary.builder(Tokenizer.words().endingLines()).count(text).build();
        Detokenizer detokenizer = new Detokenizer(vocabulary);
        StringBuilder pieces = new StringBuilder();
        for (int token : vocabulary.encode(text)) {
            pieces.append(detokenizer.add(token)).append('|');
        }
        assertEquals("\"|One|\"|,| (|two|)|.|\n|Three|.|", pieces.toString());
    }
}
