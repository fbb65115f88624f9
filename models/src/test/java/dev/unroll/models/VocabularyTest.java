package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class VocabularyTest {
    private final Vocabulary vocabulary = Vocabulary.ofCharacters("hello \ud83c\udf00\n");

    @Test
    void charactersAreCodePointsInAscendingOrderEachOnce() {
        assertEquals("\n ehlo\ud83c\udf00", vocabulary.characters());
        assertEquals(7, vocabulary.size());
    }

    @Test
    void aTextBecomesOneIndexACodePoint() {
        assertArrayEquals(new int[]{3, 2, 4, 6, 0, 6}, vocabulary.encode("hel\ud83c\udf00\n\ud83c\udf00"));
        assertArrayEquals(new int[0], vocabulary.encode(""));
    }

    @Test
    void tokensOfTheIndicesGiveTheTextBack() {
        String text = "hole \ud83c\udf00 hello\n";
        StringBuilder back = new StringBuilder();
        for (int index : vocabulary.encode(text)) {
            back.append(vocabulary.token(index));
        }
        assertEquals(text, back.toString());
    }

    @Test
    void indexOfAnUnknownCharacterIsMinusOne() {
        assertEquals(2, vocabulary.indexOf('e'));
        assertEquals(6, vocabulary.indexOf(0x1f300));
        assertEquals(-1, vocabulary.indexOf('x'));
        assertEquals(-1, vocabulary.indexOf(-5));
    }

    private String refusal(String text) {
        return assertThrows(IllegalArgumentException.class, () -> vocabulary.encode(text)).getMessage();
    }

    @Test
    void anUnknownCharacterIsNamedWithItsPlace() {
        assertEquals("encode: the character 'x' U+0078 at position 2 is none of the 7 known", refusal("hexe"));
        assertEquals("encode: the character '\ud83d\ude00' U+1F600 at position 2 is none of the 7 known",
                refusal("\ud83c\udf00h\ud83d\ude00"));
    }

    @Test
    void anUnknownControlCharacterDoesNotReachTheMessage() {
        assertEquals("encode: the character U+001B at position 0 is none of the 7 known", refusal("\u001b[31m"));
    }

    @Test
    void anIndexPastTheEndIsRefused() {
        assertThrows(IndexOutOfBoundsException.class, () -> vocabulary.token(7));
        assertThrows(IndexOutOfBoundsException.class, () -> vocabulary.token(-1));
    }

    @Test
    void anEmptyTextIsRefused() {
        assertEquals("vocabulary: the text is empty; wanted at least one character",
                assertThrows(IllegalArgumentException.class, () -> Vocabulary.ofCharacters("")).getMessage());
    }

    /** A high and a low half side by side, which is what a file would make of them, are another character. */
    @Test
    void halvesOfSurrogatePairsAreRefusedSinceNoFileCanHoldThem() {
        assertThrows(IllegalArgumentException.class, () -> Vocabulary.ofCharacters("a\udf00 \ud83c"));
    }

    @Test
    void vocabulariesOfTheSameCharactersAreEqual() {
        assertEquals(Vocabulary.ofCharacters("abc"), Vocabulary.ofCharacters("ccbbaa"));
        assertEquals(Vocabulary.ofCharacters("abc").hashCode(), Vocabulary.ofCharacters("cba").hashCode());
        assertNotEquals(Vocabulary.ofCharacters("abc"), Vocabulary.ofCharacters("abcd"));
    }
}
