package dev.unroll.training;

import dev.unroll.models.InputSteps;
import dev.unroll.models.Architecture;
import dev.unroll.models.Head;
import dev.unroll.models.Input;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * Some steps of a batch of sequences: what is read at each, what is wanted, and how much it counts. Time-major: step t of
 * sequence i stands at {@code t*batch + i}. Made once for a training, and filled anew by {@link Batches#read}.
 */
public final class Window {
    /** The class of a step that has no target. */
    public static final int NONE = -1;

    private final int time;
    private final int batch;
    private final InputSteps input;
    private final int[] classes;
    private final Sequence values;
    private final float[] weights;
    private final int[] lengths;
    private final Loss.Target target;
    private final Optional<Source> source;
    private int count;

    /**
     * Takes the memory.
     *
     * @param input of the network
     * @param head of the network
     * @param target what is wanted of a step
     * @param arena owner of the memory
     * @param time most steps
     * @param batch sequences side by side
     * @throws IllegalArgumentException where time or batch is below 1, or time*batch past 2^31
     */
    public Window(Input input, Head head, Loss.Target target, Arena arena, int time, int batch) {
        this(input, head, target, arena, time, batch, Optional.empty());
    }

    private Window(Input input, Head head, Loss.Target target, Arena arena, int time, int batch,
            Optional<Source> source) {
        Settings.atLeast("window", "time", time, 1);
        Settings.atLeast("window", "batch", batch, 1);
        if ((long) time * batch > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("window: time %d, batch %d; wanted at most %d time*batch".formatted(time,
                    batch, Integer.MAX_VALUE));
        }
        int rows = time * batch;
        boolean hasClasses = target == Loss.Target.CLASS;
        this.input = new InputSteps(input, arena, time, batch);
        this.target = target;
        this.time = time;
        this.batch = batch;
        this.classes = new int[hasClasses ? rows : 0];
        this.values = Sequence.allocate(arena, time, batch, hasClasses ? 0 : head.outputSize());
        this.weights = new float[rows];
        this.lengths = new int[batch];
        this.source = source;
        begin(time);
    }

    /** Takes the memory for a network, and for sources of so many steps if it has an encoder. */
    static Window of(Architecture network, Loss.Target target, Arena arena, int time, int batch, int sourceTime) {
        return new Window(network.input(), network.head(), target, arena, time, batch,
                network.encoder().map(encoder -> new Source(encoder.input(), arena, Math.max(1, sourceTime), batch)));
    }

    /**
     * Begins to fill it: inputs and values are 0, every sequence goes on to the end, every step weighs 1 and, where classes
     * are wanted, has none.
     *
     * @param steps how many there are, 1 to time
     * @throws IndexOutOfBoundsException for another number
     */
    public void begin(int steps) {
        Objects.checkIndex(steps - 1, time);
        count = steps;
        Arrays.fill(lengths, steps);
        Arrays.fill(weights, 0, steps * batch, 1);
        Arrays.fill(classes, 0, classes.length == 0 ? 0 : steps * batch, NONE);
        input.clear(steps);
        values.slice(0, steps).asMatrix().fill(0);
    }

    /** Takes some steps of another window of the same network and batch. */
    void copyFrom(Window other, int from, int steps) {
        begin(steps);
        int first = from * batch;
        int rows = steps * batch;
        input.copyFrom(other.input, from, 0, 0, steps);
        System.arraycopy(other.classes, classes.length == 0 ? 0 : first, classes, 0, classes.length == 0 ? 0 : rows);
        System.arraycopy(other.weights, first, weights, 0, rows);
        values.slice(0, steps).asMatrix().copyFrom(other.values.slice(from, steps).asMatrix());
        Arrays.setAll(lengths, i -> Math.clamp(other.lengths[i] - from, 0, steps));
        source.ifPresent(s -> s.copyFrom(other.source()));
    }

    /**
     * What the network's encoder reads before the window, to be begun and filled as this is.
     *
     * @return the sources
     * @throws IllegalStateException where the network has no encoder
     */
    public Source source() {
        return source.orElseThrow(() -> new IllegalStateException("window: a source for a network without an encoder"));
    }

    /** Whether the network has an encoder. */
    boolean hasSource() {
        return source.isPresent();
    }

    /**
     * Number of steps.
     *
     * @return 1 to the time that there is room for
     */
    public int count() {
        return count;
    }

    /**
     * Number of steps of all sequences.
     *
     * @return the sum of the lengths
     */
    public long steps() {
        return Arrays.stream(lengths).asLongStream().sum();
    }

    /**
     * Steps that there is room for.
     *
     * @return time
     */
    public int time() {
        return time;
    }

    /**
     * Sequences side by side.
     *
     * @return batch
     */
    public int batch() {
        return batch;
    }

    /**
     * The tokens to read: of channel k at {@code (t*batch + i)*channels + k}.
     *
     * @return the array itself, to be filled up to the sequences' ends
     * @throws IllegalStateException where the network reads features alone
     */
    public int[] tokens() {
        if (input.input().channels() == 0) {
            throw new IllegalStateException("window: tokens for a network that reads features; wanted x");
        }
        return input.tokens();
    }

    /**
     * The features to read.
     *
     * @return [time][batch][features] itself, to be filled up to the sequences' ends
     * @throws IllegalStateException where the network reads tokens alone
     */
    public Sequence x() {
        if (input.input().features() == 0) {
            throw new IllegalStateException("window: features for a network that reads tokens; wanted tokens");
        }
        return input.features();
    }

    /** Tokens and features. */
    InputSteps input() {
        return input;
    }

    /**
     * The classes that are wanted, {@link #NONE} where there is no target.
     *
     * @return the array itself
     * @throws IllegalStateException where values are wanted
     */
    public int[] classes() {
        if (target != Loss.Target.CLASS) {
            throw new IllegalStateException("window: classes for a loss that wants values");
        }
        return classes;
    }

    /**
     * The values that are wanted.
     *
     * @return [time][batch][n_y] itself, to be filled wherever the weight is not 0
     * @throws IllegalStateException where classes are wanted
     */
    public Sequence values() {
        if (target != Loss.Target.VALUES) {
            throw new IllegalStateException("window: values for a loss that wants classes");
        }
        return values;
    }

    /**
     * How much the loss of each step counts, 0 for a step without one.
     *
     * @return the array itself
     */
    public float[] weights() {
        return weights;
    }

    /**
     * How many of the window's steps each sequence has, 0 where it is over before.
     *
     * @return the array itself
     */
    public int[] lengths() {
        return lengths;
    }
}
