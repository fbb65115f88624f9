package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.examples.NumberSequences.Progression;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class NumberSequencesTest {
    @Test
    void continuesWhatItHasNotSeen() {
        List<Progression> all = NumberSequences.progressions(1);
        List<Progression> unseen = all.subList(0, 50);
        List<Progression> known = all.subList(50, all.size());
        assertTrue(Collections.disjoint(known, unseen));
        List<List<Integer>> said = NumberSequences.learn(known, unseen, 1000, 1);
        assertEquals(List.of(3, 4, 5), said.getFirst(), unseen.getFirst()::toString);
        double right = NumberSequences.right(unseen, said);
        assertTrue(right >= 0.9, () -> "right " + right + ": " + said);
    }

    @Test
    void theTrivialAnswersAreRightWhereTheyAre() {
        List<Progression> some = List.of(new Progression(0, 1), new Progression(7, 5));
        assertEquals(List.of(List.of(2, 2, 2), List.of(17, 17, 17)), NumberSequences.last(some, 0));
        assertEquals(List.of(List.of(3, 4, 5), List.of(18, 19, 20)), NumberSequences.last(some, 1));
        assertEquals(0.5, NumberSequences.right(some, NumberSequences.last(some, 1)));
        assertEquals(List.of(List.of(7, 12, 17), List.of(22, 27, 32)),
                List.of(some.getLast().numbers(0), some.getLast().numbers(3)));
    }
}
