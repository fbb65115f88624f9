package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.examples.LongDependencies.Story;
import dev.unroll.models.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

class LongDependenciesTest {
    @ParameterizedTest
    @ValueSource(ints = {5, 20, 100})
    void hasAsManyWordsBetweenAsWereAskedFor(int distance) {
        for (Story story : LongDependencies.draw(50, distance, distance, 3)) {
            List<String> words = Tokenizer.words().split(story.text());
            assertEquals(4 + distance, words.size(), story.text());
            assertEquals(List.of("i", "come", "from"), words.subList(0, 3));
            assertEquals(List.of("so", "i", "speak"), words.subList(1 + distance, 4 + distance));
        }
    }

    @Test
    void theCountryNamedLastIsSeldomTheOne() {
        assertEquals(1, new Story("i come from spain we flew to france so i speak", 0).lastCountry());
        assertTrue(LongDependencies.right(LongDependencies.draw(500, 50, 50, 3), Story::lastCountry) < 0.2);
    }

    @Test
    void remembersTheCountry() {
        double[] right = LongDependencies.learn("lstm", 25, 900, 1);
        assertTrue(right[0] >= 0.95 && right[1] >= 0.95, () -> Arrays.toString(right));
    }
}
