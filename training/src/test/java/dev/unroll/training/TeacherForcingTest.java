package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TeacherForcingTest {
    @Test
    void alwaysIsOne() {
        assertEquals(1, new TeacherForcing.Always().probability(1_000_000));
    }

    @Test
    void linearFallsToTheLeast() {
        TeacherForcing linear = new TeacherForcing.Linear(10, 0.25);
        assertEquals(1, linear.probability(0));
        assertEquals(0.5, linear.probability(5));
        assertEquals(0.25, linear.probability(8));
        assertEquals(0.25, linear.probability(Long.MAX_VALUE));
    }

    @Test
    void exponentialIsAPower() {
        TeacherForcing exponential = new TeacherForcing.Exponential(0.5);
        assertEquals(1, exponential.probability(0));
        assertEquals(0.125, exponential.probability(3));
        assertEquals(0, exponential.probability(Long.MAX_VALUE));
    }

    @Test
    void inverseSigmoidIsAHalfAtKTimesItsLogarithm() {
        TeacherForcing sigmoid = new TeacherForcing.InverseSigmoid(100);
        assertEquals(100 / 101d, sigmoid.probability(0), 1e-12);
        assertEquals(0.5, sigmoid.probability(Math.round(100 * Math.log(100))), 2e-3);
        assertEquals(0, sigmoid.probability(Long.MAX_VALUE));
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new TeacherForcing.Linear(0, 0));
        assertThrows(IllegalArgumentException.class, () -> new TeacherForcing.Linear(1, 1));
        assertThrows(IllegalArgumentException.class, () -> new TeacherForcing.Linear(1, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new TeacherForcing.Exponential(1));
        assertThrows(IllegalArgumentException.class, () -> new TeacherForcing.Exponential(-0.1));
        assertThrows(IllegalArgumentException.class, () -> new TeacherForcing.InverseSigmoid(0.9));
        assertThrows(IllegalArgumentException.class,
                () -> new TeacherForcing.InverseSigmoid(Double.POSITIVE_INFINITY));
    }
}
