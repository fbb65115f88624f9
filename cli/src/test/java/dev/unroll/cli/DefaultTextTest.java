package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DefaultTextTest {
    @Test
    void isMoreThanAMegabyteOfEnglish() {
        String text = DefaultText.read();
        assertTrue(text.length() > 1_000_000, "length " + text.length());
        assertTrue(text.contains("the European Parliament"));
        long latin = text.codePoints().filter(c -> c < 128).count();
        assertTrue(latin > 0.999 * text.length(), latin + " of " + text.length());
    }

    @Test
    void isTheSameEachTime() {
        assertEquals(DefaultText.read(), DefaultText.read());
    }
}
