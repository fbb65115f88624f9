package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.training.RateSchedule.Constant;
import dev.unroll.training.RateSchedule.Cosine;
import dev.unroll.training.RateSchedule.Exponential;
import dev.unroll.training.RateSchedule.Plateau;
import dev.unroll.training.RateSchedule.ReduceOnPlateau;
import dev.unroll.training.RateSchedule.Step;
import org.junit.jupiter.api.Test;

/** Factors of the learning rate by step and by what the evaluations were. */
class RateScheduleTest {
    private static void assertFactors(RateSchedule schedule, double... wanted) {
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(wanted[i], schedule.factor(i + 1, Plateau.NONE), 1e-12, "step " + (i + 1));
        }
    }

    @Test
    void constantIsOne() {
        assertFactors(new Constant(), 1, 1, 1);
    }

    @Test
    void stepDecaysAfterEverySoMany() {
        assertFactors(new Step(3, 0.5), 1, 1, 1, 0.5, 0.5, 0.5, 0.25);
    }

    @Test
    void exponentialDecaysAtEach() {
        assertFactors(new Exponential(2, 0.25), 1, 0.5, 0.25, 0.125);
    }

    @Test
    void cosineFallsToItsLeastAndStaysThere() {
        assertFactors(new Cosine(4, 0.2), 1, 0.2 + 0.8 * (1 + Math.sqrt(0.5)) / 2, 0.6,
                0.2 + 0.8 * (1 - Math.sqrt(0.5)) / 2, 0.2, 0.2, 0.2);
    }

    @Test
    void warmUpRisesToWhereTheOtherBegins() {
        assertFactors(new Step(2, 0.5).warmUp(4), 0.25, 0.5, 0.75, 1, 1, 1, 0.5, 0.5, 0.25);
    }

    private static Plateau after(RateSchedule schedule, double... losses) {
        Plateau seen = Plateau.NONE;
        for (double loss : losses) {
            seen = schedule.observe(seen, loss);
        }
        return seen;
    }

    @Test
    void aPlateauReducesAfterSoManyEvaluationsWithoutAGain() {
        RateSchedule schedule = new ReduceOnPlateau(0.5, 2);
        assertEquals(new Plateau(3, 0, 0), after(schedule, 4, 3));
        assertEquals(new Plateau(3, 1, 0), after(schedule, 4, 3, 3));
        assertEquals(new Plateau(3, 0, 1), after(schedule, 4, 3, 3, 5));
        assertEquals(new Plateau(2, 0, 1), after(schedule, 4, 3, 3, 5, 2));
        assertEquals(new Plateau(3, 0, 2), after(schedule, 4, 3, 3, 5, 4, 3));
        assertEquals(0.25, schedule.factor(99, after(schedule, 4, 3, 3, 5, 4, 3)));
    }

    @Test
    void aGainBelowTheThresholdIsNone() {
        RateSchedule schedule = new ReduceOnPlateau(0.5, 9, 0.1, 0);
        assertEquals(1, after(schedule, 10, 9.5).waited());
        assertEquals(0, after(schedule, 10, 8.9).waited());
        assertEquals(1, after(schedule, -10, -10.5).waited());
        assertEquals(0, after(schedule, -10, -11.1).waited());
    }

    @Test
    void aLossThatIsNoNumberIsNoGain() {
        RateSchedule schedule = new ReduceOnPlateau(0.5, 1);
        assertEquals(new Plateau(Double.POSITIVE_INFINITY, 0, 1), after(schedule, Double.NaN));
        assertEquals(new Plateau(4, 0, 1), after(schedule, 4, Double.NaN));
    }

    @Test
    void thereIsALeastFactor() {
        assertEquals(0.3, new ReduceOnPlateau(0.5, 1, 0, 0.3).factor(1, new Plateau(1, 0, 5)));
    }

    /** Which a warm-up hands on what it is told. */
    @Test
    void aPlateauBehindAWarmUpSeesTheEvaluations() {
        RateSchedule schedule = new ReduceOnPlateau(0.5, 1).warmUp(2);
        Plateau seen = after(schedule, 4, 4);
        assertEquals(0.25, schedule.factor(1, seen));
        assertEquals(0.5, schedule.factor(3, seen));
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Step(0, 0.5));
        assertThrows(IllegalArgumentException.class, () -> new Step(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Exponential(0, 0.5));
        assertThrows(IllegalArgumentException.class, () -> new Exponential(1, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Cosine(0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Cosine(1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Constant().warmUp(0));
        assertThrows(IllegalArgumentException.class, () -> new ReduceOnPlateau(1, 1));
        assertThrows(IllegalArgumentException.class, () -> new ReduceOnPlateau(0.5, 0));
        assertThrows(IllegalArgumentException.class, () -> new ReduceOnPlateau(0.5, 1, -1, 0));
    }
}
