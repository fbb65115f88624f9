package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.examples.TaggedSentences.Tagged;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamedEntitiesTest {
    private static Tagged tagged(String words, String... tags) {
        return new Tagged(List.of(words.split(" ", -1)), List.of(tags));
    }

    @Test
    void tagsNamesByWhatIsAroundThem() {
        List<Tagged> known = TaggedSentences.known(2000, 1);
        List<Tagged> unseen = new ArrayList<>(TaggedSentences.unseen(300));
        double commonest = NamedEntities.f1(unseen, NamedEntities.commonest(known, unseen));
        unseen.add(tagged("Jordan was born in Mauritania .", "B-PER", "O", "O", "O", "B-LOC", "O"));
        unseen.add(tagged("the embassy of Jordan was closed .", "O", "O", "O", "B-LOC", "O", "O", "O"));
        List<List<String>> tags = NamedEntities.learn(known, unseen, 500, 1);
        double f1 = NamedEntities.f1(unseen, tags);
        assertTrue(f1 >= 0.9, () -> "F1 " + f1);
        assertTrue(commonest < 0.5, () -> "F1 of the commonest tags " + commonest);
        assertEquals(unseen.get(300).tags(), tags.get(300));
        assertEquals(unseen.get(301).tags(), tags.get(301));
    }

    @Test
    void theTwoHalvesShareNoSentence() {
        List<Tagged> known = TaggedSentences.known(2000, 1);
        long names = TaggedSentences.unseen(300).stream().filter(s -> s.tags().contains("B-ORG")).count();
        assertTrue(names > 50);
        assertFalse(TaggedSentences.unseen(300).stream().filter(s -> s.tags().contains("B-ORG"))
                .anyMatch(known::contains));
    }

    @Test
    void aNameIsRightWhereItsBeginEndAndKindAre() {
        List<Tagged> wanted = List.of(tagged("a b c d e", "B-PER", "I-PER", "O", "B-LOC", "B-LOC"));
        assertEquals(1, NamedEntities.f1(wanted, List.of(wanted.getFirst().tags())));
        assertEquals(0, NamedEntities.f1(wanted, List.of(List.of("B-PER", "O", "O", "B-LOC", "I-LOC"))));
        // Two are said, one of them is one of the three.
        assertEquals(2.0 * 1 / 5, NamedEntities.f1(wanted, List.of(List.of("B-ORG", "I-ORG", "O", "B-LOC", "O"))));
    }
}
