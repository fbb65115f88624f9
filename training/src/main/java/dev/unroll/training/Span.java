package dev.unroll.training;

import dev.unroll.models.InputSteps;
import dev.unroll.models.Architecture;
import dev.unroll.models.Lengths;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.StackState;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * The steps that losses flow back through: those of the newest window, before them older ones that are kept, and the state
 * before all of these. Step t of sequence i stands at {@code t*batch + i}.
 */
final class Span {
    private final int time;
    private final int batch;
    private final InputSteps input;
    /** Steps of each sequence. */
    private final int[] lengths;
    private final StackState before;
    private int count;
    private int newest;

    Span(Architecture architecture, Arena arena, int time, int batch) {
        this.time = time;
        this.batch = batch;
        this.input = new InputSteps(architecture.input(), arena, time, batch);
        this.lengths = new int[batch];
        this.before = StackState.allocate(architecture.stack(), arena, batch);
    }

    /** Forgets all steps; the state before the next is zero. */
    void clear() {
        count = 0;
        newest = 0;
        Arrays.fill(lengths, 0);
        before.clear();
    }

    /** Adds the steps of a window behind what is kept. */
    void append(Window window) {
        if (count + window.count() > time || window.batch() != batch) {
            throw new IllegalArgumentException(
                    "span: a window of time %d, batch %d behind %d steps; wanted time %d at most, batch %d"
                            .formatted(window.count(), window.batch(), count, time - count, batch));
        }
        for (int i = 0; i < batch; i++) {
            int length = window.lengths()[i];
            if (length < 0 || length > window.count() || (length > 0 && lengths[i] < count)) {
                throw new IllegalArgumentException(
                        "span: sequence %d has %d of %d steps, after %d of %d; wanted none after its end"
                                .formatted(i, length, window.count(), lengths[i], count));
            }
            lengths[i] += length;
        }
        input.copyFrom(window.input(), 0, 0, count, window.count());
        clearTokensBehindEnds(window);
        count += window.count();
        newest = window.count();
    }

    /** What a window has behind a sequence's end may be anything. */
    private void clearTokensBehindEnds(Window window) {
        int channels = input.input().channels();
        for (int i = 0; i < batch; i++) {
            for (int t = window.lengths()[i]; t < window.count(); t++) {
                int at = ((count + t) * batch + i) * channels;
                Arrays.fill(input.tokens(), at, at + channels, 0);
            }
        }
    }

    /** Drops the first steps; who knows the state behind them writes it to {@link #before}. */
    void carry(int steps) {
        input.moveToFront(steps, count - steps);
        Arrays.setAll(lengths, i -> Math.max(0, lengths[i] - steps));
        count -= steps;
    }

    /** The lengths of some sequences within some steps. */
    Lengths lengths(int from, int steps, int firstSequence, int sequences) {
        int[] some = new int[sequences];
        Arrays.setAll(some, i -> Math.clamp(lengths[firstSequence + i] - from, 0, steps));
        return Lengths.of(steps, some);
    }

    /** Gives some steps of some sequences to a trace of as many. */
    void read(int from, int steps, int firstSequence, NetworkTrace trace) {
        trace.input().copyFrom(input, from, firstSequence, 0, steps);
        trace.input().checkTokens("tokens", trace.input().tokens(), 0, steps * trace.batch());
    }

    /** The tokens of all steps, none for features. */
    int[] tokens() {
        return Arrays.copyOf(input.tokens(), count * batch * input.input().channels());
    }

    /** The features of all steps, a row a step of a sequence; no rows where there are none. */
    Matrix x() {
        return input.features().asMatrix().rows(0, input.input().features() == 0 ? 0 : count * batch);
    }

    /** The steps of each sequence. */
    int[] lengths() {
        return lengths.clone();
    }

    /** Takes what {@link #tokens}, {@link #x} and {@link #lengths} gave. */
    void restore(int steps, int[] tokens, Matrix features, int[] stepsOfEach) {
        System.arraycopy(tokens, 0, input.tokens(), 0, tokens.length);
        input.features().asMatrix().rows(0, features.rows()).copyFrom(features);
        System.arraycopy(stepsOfEach, 0, lengths, 0, batch);
        count = steps;
        newest = 0;
    }

    /** The state before the first step. */
    StackState before() {
        return before;
    }

    /** Number of steps. */
    int count() {
        return count;
    }

    /** The first step of the newest window. */
    int first() {
        return count - newest;
    }

    int time() {
        return time;
    }

    int batch() {
        return batch;
    }
}
