package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.training.RateSchedule;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTextTest {
    @Test
    void readsEveryKind() {
        Map<String, RateSchedule> schedules = Map.of("constant", new RateSchedule.Constant(), "step 1000 0.5",
                new RateSchedule.Step(1000, 0.5), "exponential 1000 0.9", new RateSchedule.Exponential(1000, 0.9),
                "cosine 5000", new RateSchedule.Cosine(5000, 0), "  cosine  5000 0.1",
                new RateSchedule.Cosine(5000, 0.1),
                "plateau 0.5 3", new RateSchedule.ReduceOnPlateau(0.5, 3), "warm-up 200 cosine 5000",
                new RateSchedule.Cosine(5000, 0).warmUp(200));
        schedules.forEach((text, schedule) -> assertEquals(schedule, ScheduleText.read(text), text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "linear 5", "constant 1", "step 1000", "cosine", "cosine x", "cosine 10 2",
            "plateau 0.5",
            "plateau 0.5 0", "warm-up 200", "warm-up cosine 50", "step 1.5 0.5"})
    void refusesTheRest(String text) {
        assertThrows(IllegalArgumentException.class, () -> ScheduleText.read(text));
    }
}
