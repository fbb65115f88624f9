package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LossHistoryTest {
    @Test
    void trainIsTheMeanSinceTheLastEvaluation() {
        LossHistory history = new LossHistory();
        history.add(4);
        history.evaluated(1, 3);
        history.add(1);
        history.add(2);
        assertEquals("step 3  train 1.5000  validation 2.2500", history.evaluated(3, 2.25).line());
    }

    @Test
    void comesBackToTheBitFromItsText() {
        LossHistory history = new LossHistory();
        history.add(0.1);
        history.evaluated(1, 1.0 / 3);
        history.add(0.7);
        history.add(0.2);
        LossHistory back = LossHistory.parse(history.format());
        assertEquals(history.points(), back.points());
        assertEquals(history.evaluated(3, 1), back.evaluated(3, 1));
    }

    @Test
    void knowsItsLastStep() {
        LossHistory history = new LossHistory();
        assertEquals(List.of(), history.points());
        history.evaluated(7, 1);
        assertEquals(true, history.endsAt(7));
        assertEquals(false, history.endsAt(6));
    }
}
