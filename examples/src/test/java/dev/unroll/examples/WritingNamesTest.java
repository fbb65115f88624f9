package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.models.Vocabulary;
import java.util.List;
import org.junit.jupiter.api.Test;

class WritingNamesTest {
    @Test
    void writesNamesThatEndBetterThanPairsOfCharactersTell() {
        List<String> names = Names.of(1, "name.female_first_name", "name.male_first_name");
        Vocabulary vocabulary = WritingNames.vocabulary(names);
        int[][] known = WritingNames.encode(vocabulary, names.subList(500, names.size()));
        int[][] unseen = WritingNames.encode(vocabulary, names.subList(0, 500));
        try (Kernels kernels = Backend.auto(1);
                Network network = WritingNames.learn(kernels, vocabulary, known, 500, 1)) {
            double nats = WritingNames.nats(network, unseen);
            double bigrams = WritingNames.bigrams(known, unseen, vocabulary.size());
            assertTrue(nats < 0.95 * bigrams, () -> "%s nats, pairs %s".formatted(nats, bigrams));
            assertTrue(bigrams < WritingNames.characters(known, unseen, vocabulary.size()));
            assertEquals(50, WritingNames.write(network, vocabulary, 50, 1).size());
        }
    }

    @Test
    void aNameStandsBetweenTwoEnds() {
        Vocabulary vocabulary = WritingNames.vocabulary(List.of("Anna"));
        int[][] encoded = WritingNames.encode(vocabulary, List.of("Anna"));
        assertArrayEquals(new int[][]{{0, 1, 3, 3, 2, 0}}, encoded);
        // A and a follow, n follows twice: of the ends as many as of each other, with the tenths of what was never seen.
        assertEquals(-(2 * Math.log(1.1 / 1.4) + 2 * Math.log(1.1 / 2.4) + Math.log(1.1 / 1.4)) / 5,
                WritingNames.bigrams(encoded, encoded, vocabulary.size()), 1e-12);
    }
}
