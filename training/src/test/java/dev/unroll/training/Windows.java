package dev.unroll.training;

import dev.unroll.models.Head;
import dev.unroll.models.Input;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Windows, and what is in them. */
final class Windows {
    private Windows() {}

    /** Tokens are read, and classes or values of length 2 wanted. */
    static Window ofTokens(Loss.Target target, int time, int batch) {
        return new Window(new Input.OneHot(100), new Head(Head.Kind.SOFTMAX, 1, 2), target, Arena.ofAuto(), time,
                batch);
    }

    /** Features of length 3 are read, and classes or values of length 2 wanted. */
    static Window ofFeatures(Loss.Target target, int time, int batch) {
        return new Window(new Input.Features(3), new Head(Head.Kind.LINEAR, 1, 2), target, Arena.ofAuto(), time, batch);
    }

    /** A window of some steps of a batch, with rubbish in it before. */
    static Window read(Batches batches, long number, long from, int steps) {
        Window window = ofTokens(Loss.Target.CLASS, steps, batches.batch());
        Arrays.fill(window.tokens(), 99);
        Arrays.fill(window.lengths(), 99);
        Arrays.fill(window.weights(), 99);
        window.begin((int) Math.min(steps, batches.time(number) - from));
        batches.read(number, from, window);
        return window;
    }

    /** One line a sequence, of what counts: {@code input>target*weight} for each step, the target ? where there is none. */
    static String text(Window window) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < window.batch(); i++) {
            for (int t = 0; t < window.lengths()[i]; t++) {
                int at = t * window.batch() + i;
                text.append(t == 0 ? "" : " ").append(input(window, at)).append('>').append(target(window, at));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String input(Window window, int at) {
        try {
            return Integer.toString(window.tokens()[at]);
        } catch (IllegalStateException e) {
            return row(window.x().asMatrix(), at);
        }
    }

    private static String target(Window window, int at) {
        float weight = window.weights()[at];
        if (weight == 0) {
            return "?";
        }
        String suffix = weight == 1 ? "" : "*" + weight;
        try {
            return window.classes()[at] + suffix;
        } catch (IllegalStateException e) {
            return row(window.values().asMatrix(), at) + suffix;
        }
    }

    private static String row(Matrix matrix, int i) {
        return Arrays.toString(matrix.row(i).toArray()).replace(" ", "");
    }
}
