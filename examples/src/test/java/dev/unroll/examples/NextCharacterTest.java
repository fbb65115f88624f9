package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.models.Vocabulary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NextCharacterTest {
    private static final Vocabulary VOCABULARY = Vocabulary.ofCharacters("goodbye");
    private static final int[] GOODBYE = VOCABULARY.encode("goodbye");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void tellsTheFirstOFromTheSecond(long seed) {
        float[][] y = NextCharacter.learn(GOODBYE, VOCABULARY.size(), 200, seed);
        assertEquals(6, NextCharacter.right(GOODBYE, y));
        assertTrue(y[1][VOCABULARY.indexOf('o')] > 0.9, "p(o | go) " + y[1][VOCABULARY.indexOf('o')]);
        assertTrue(y[2][VOCABULARY.indexOf('d')] > 0.9, "p(d | goo) " + y[2][VOCABULARY.indexOf('d')]);
    }

    @Test
    void aTableIsWrongOnce() {
        assertEquals(5, NextCharacter.table(GOODBYE, VOCABULARY.size()));
    }
}
