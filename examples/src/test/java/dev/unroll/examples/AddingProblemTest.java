package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.examples.AddingProblem.Sums;
import dev.unroll.models.Head;
import dev.unroll.models.Input;
import dev.unroll.training.Loss;
import dev.unroll.training.Window;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddingProblemTest {
    private static final int BATCH = 7;

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    private Window read(Sums sums, long number, int from, int count) {
        Window window = new Window(new Input.Features(2), new Head(Head.Kind.LINEAR, 1, 1), Loss.Target.VALUES, arena,
                count, BATCH);
        window.begin(count);
        sums.read(number, from, window);
        return window;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 20, 33})
    void wantsTheSumOfTheTwoMarkedNumbersAtTheLastStepAlone(int time) {
        Window window = read(new Sums(time, BATCH, 1, 3), 5, 0, time);
        for (int i = 0; i < BATCH; i++) {
            int[] marks = new int[2];
            float sum = 0;
            for (int t = 0; t < time; t++) {
                float value = window.x().at(t).get(i, 0);
                float mark = window.x().at(t).get(i, 1);
                assertTrue(value >= 0 && value <= 1, () -> "a number of " + value);
                assertTrue(mark == 0 || mark == 1, () -> "a mark of " + mark);
                marks[t < time / 2 ? 0 : 1] += (int) mark;
                sum += mark * value;
                assertEquals(t == time - 1 ? 1 : 0, window.weights()[t * BATCH + i]);
            }
            assertArrayEquals(new int[]{1, 1}, marks);
            assertEquals(sum, window.values().at(time - 1).get(i, 0));
        }
    }

    @Test
    void isTheSameForTheSameSeedAndNumberAndInWhateverWindows() {
        Window whole = read(new Sums(20, BATCH, 1, 3), 5, 0, 20);
        assertArrayEquals(whole.x().asMatrix().toArray(),
                read(new Sums(20, BATCH, 1, 3), 5, 0, 20).x().asMatrix().toArray());
        for (int from = 0; from < 20; from += 5) {
            Window part = read(new Sums(20, BATCH, 1, 3), 5, from, 5);
            assertArrayEquals(whole.x().slice(from, 5).asMatrix().toArray(), part.x().asMatrix().toArray());
            for (int i = 0; i < BATCH; i++) {
                assertEquals(whole.weights()[(from + 4) * BATCH + i], part.weights()[4 * BATCH + i]);
                assertEquals(whole.values().at(from + 4).get(i, 0), part.values().at(4).get(i, 0));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 6", "4, 5"})
    void isAnotherForAnotherSeedOrNumber(long seed, long number) {
        assertNotEquals(read(new Sums(20, BATCH, 1, 3), 5, 0, 20).x().at(0).get(0, 0),
                read(new Sums(20, BATCH, 1, seed), number, 0, 20).x().at(0).get(0, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "irnn"})
    void learnsToAdd(String model) {
        double error = AddingProblem.learn(model, 20, 1000, 1);
        assertTrue(error < AddingProblem.BASELINE / 10, () -> "mean squared error " + error);
    }

    @Test
    void refusesAnotherModel() {
        assertThrows(IllegalArgumentException.class, () -> AddingProblem.learn("gru", 20, 1, 1));
    }
}
