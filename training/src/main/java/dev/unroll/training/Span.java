package dev.unroll.training;

import dev.unroll.models.Architecture;
import dev.unroll.models.Input;
import dev.unroll.models.Lengths;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.StackState;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * The steps that losses flow back through: those of the newest window, before them older ones that are kept, and the state
 * before all of these. Step t of sequence i stands at {@code t*batch + i}.
 */
final class Span {
    private final int time;
    private final int batch;
    private final boolean hasTokens;
    private final int[] ids;
    private final Sequence x;
    /** Steps of each sequence. */
    private final int[] lengths;
    private final StackState before;
    private int count;
    private int newest;

    Span(Architecture architecture, Arena arena, int time, int batch) {
        this.time = time;
        this.batch = batch;
        this.hasTokens = !(architecture.input() instanceof Input.Features);
        this.ids = new int[hasTokens ? Math.multiplyExact(time, batch) : 0];
        this.x = Sequence.allocate(arena, time, batch, hasTokens ? 0 : architecture.input().size());
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
        for (int t = 0; t < window.count(); t++) {
            if (hasTokens) {
                takeTokens(window, t);
            } else {
                x.at(count + t).copyFrom(window.x().at(t));
            }
        }
        count += window.count();
        newest = window.count();
    }

    /** What stands behind a sequence's end may be anything. */
    private void takeTokens(Window window, int t) {
        for (int i = 0; i < batch; i++) {
            ids[(count + t) * batch + i] = t < window.lengths()[i] ? window.tokens()[t * batch + i] : 0;
        }
    }

    /** Drops the first steps; who knows the state behind them writes it to {@link #before}. */
    void carry(int steps) {
        if (hasTokens) {
            System.arraycopy(ids, steps * batch, ids, 0, (count - steps) * batch);
        } else {
            for (int t = steps; t < count; t++) {
                x.at(t - steps).copyFrom(x.at(t));
            }
        }
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
        if (!hasTokens) {
            for (int t = 0; t < steps; t++) {
                trace.x().at(t).copyFrom(x.at(from + t).rows(firstSequence, trace.batch()));
            }
            return;
        }
        if (trace.batch() == batch) {
            trace.setTokens(ids, from * batch, 0, steps);
            return;
        }
        int[] some = new int[steps * trace.batch()];
        for (int t = 0; t < steps; t++) {
            System.arraycopy(ids, (from + t) * batch + firstSequence, some, t * trace.batch(), trace.batch());
        }
        trace.setTokens(some, 0, 0, steps);
    }

    /** The tokens of all steps, none for features. */
    int[] tokens() {
        return Arrays.copyOf(ids, hasTokens ? count * batch : 0);
    }

    /** The features of all steps, a row a step of a sequence; no rows for tokens. */
    Matrix x() {
        return x.asMatrix().rows(0, hasTokens ? 0 : count * batch);
    }

    /** The steps of each sequence. */
    int[] lengths() {
        return lengths.clone();
    }

    /** Takes what {@link #tokens}, {@link #x} and {@link #lengths} gave. */
    void restore(int steps, int[] tokens, Matrix features, int[] stepsOfEach) {
        System.arraycopy(tokens, 0, ids, 0, tokens.length);
        x.asMatrix().rows(0, features.rows()).copyFrom(features);
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
