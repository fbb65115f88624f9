package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.examples.CopyingMemory.Copies;
import dev.unroll.examples.CopyingMemory.Recall;
import dev.unroll.models.Head;
import dev.unroll.models.Input;
import dev.unroll.training.Loss;
import dev.unroll.training.Window;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CopyingMemoryTest {
    private static final int BATCH = 5;
    private static final int SYMBOLS = 3;
    private static final int DELAY = 4;
    private static final int TIME = 2 * SYMBOLS + DELAY;

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    private Window read(long seed, long number, int from, int count) {
        Window window = new Window(new Input.OneHot(10), new Head(Head.Kind.SOFTMAX, 1, 10), Loss.Target.CLASS, arena,
                count, BATCH);
        window.begin(count);
        new Copies(SYMBOLS, DELAY, BATCH, seed).read(number, from, window);
        return window;
    }

    /** What one sequence of a window has. */
    private static int[] sequence(int[] steps, int i) {
        int[] sequence = new int[steps.length / BATCH];
        Arrays.setAll(sequence, t -> steps[t * BATCH + i]);
        return sequence;
    }

    @Test
    void wantsTheSymbolsAfterTheMarkerInTheirOrder() {
        Window window = read(3, 5, 0, TIME);
        for (int i = 0; i < BATCH; i++) {
            int[] x = sequence(window.tokens(), i);
            int[] symbols = Arrays.copyOf(x, SYMBOLS);
            assertTrue(Arrays.stream(symbols).allMatch(s -> s >= 1 && s <= 8), () -> Arrays.toString(symbols));
            assertArrayEquals(new int[]{0, 0, 0, 9, 0, 0, 0}, Arrays.copyOfRange(x, SYMBOLS, TIME));
            int[] wanted = sequence(window.classes(), i);
            assertTrue(Arrays.stream(wanted, 0, SYMBOLS + DELAY).allMatch(c -> c == Window.NONE));
            assertArrayEquals(symbols, Arrays.copyOfRange(wanted, SYMBOLS + DELAY, TIME));
        }
    }

    @Test
    void isTheSameForTheSameSeedAndNumberAndInWhateverWindows() {
        Window whole = read(3, 5, 0, TIME);
        for (int from = 0; from < TIME; from += 2) {
            Window part = read(3, 5, from, 2);
            assertArrayEquals(Arrays.copyOfRange(whole.tokens(), from * BATCH, (from + 2) * BATCH), part.tokens());
            assertArrayEquals(Arrays.copyOfRange(whole.classes(), from * BATCH, (from + 2) * BATCH), part.classes());
        }
        assertFalse(Arrays.equals(whole.tokens(), read(3, 6, 0, TIME).tokens()));
        assertFalse(Arrays.equals(whole.tokens(), read(4, 5, 0, TIME).tokens()));
    }

    @Test
    void learnsToCopy() {
        Recall recall = CopyingMemory.learn(new Copies(3, 10, 32, 1), 1000, 1);
        assertTrue(recall.accuracy() > 0.9, recall::toString);
        assertTrue(recall.entropy() < CopyingMemory.BASELINE / 5, recall::toString);
    }
}
