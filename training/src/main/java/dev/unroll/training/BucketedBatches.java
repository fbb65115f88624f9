package dev.unroll.training;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Examples in batches of about equal length, so that little of a batch lies behind its sequences' ends. Every example comes
 * once an epoch; an epoch's last batch may have fewer.
 *
 * <p>Shuffled, the order of an epoch follows from the seed and the epoch's number: all examples are shuffled, each {@value
 * #CHUNK} batches of them or more are sorted by length and cut into batches, and the batches shuffled.
 */
public final class BucketedBatches implements Batches {
    /** Fewest batches that are sorted at a time, if there are as many: more leave less padding, and less chance. */
    private static final int CHUNK = 64;

    /** What a SplittableRandom adds to its state at each draw. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final Sequences examples;
    private final int batch;
    private final OptionalLong seed;
    private final int[] lengths;
    private final int[] sourceLengths;
    private final int longest;
    /** The one that was asked for last. Never changed once it is here, so that any thread may ask. */
    private volatile Epoch current;

    private BucketedBatches(Sequences examples, int batch, OptionalLong seed) {
        Settings.atLeast("batches", "batch", batch, 1);
        this.lengths = SequenceChecks.lengths(examples);
        this.longest = Arrays.stream(lengths).max().getAsInt();
        this.sourceLengths = IntStream.range(0, lengths.length).map(examples::sourceLength).toArray();
        this.examples = examples;
        this.batch = batch;
        this.seed = seed;
        this.current = arrange(0);
    }

    /**
     * Batches to train on, in another order each epoch.
     *
     * @param examples what they are made of
     * @param batch m, sequences side by side
     * @param seed of the order
     * @return the batches
     * @throws IllegalArgumentException where the batch is below 1, there is no example, or one's length is below 1
     */
    public static BucketedBatches shuffled(Sequences examples, int batch, long seed) {
        return new BucketedBatches(examples, batch, OptionalLong.of(seed));
    }

    /**
     * Batches to measure with, the shortest examples first in every epoch; those of equal length as they come.
     *
     * @param examples what they are made of
     * @param batch m, sequences side by side
     * @return the batches
     * @throws IllegalArgumentException where the batch is below 1, there is no example, or one's length is below 1
     */
    public static BucketedBatches byLength(Sequences examples, int batch) {
        return new BucketedBatches(examples, batch, OptionalLong.empty());
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public long epoch() {
        return Math.ceilDiv(lengths.length, batch);
    }

    @Override
    public long time(long number) {
        Settings.atLeast("batches", "number", number, 0);
        int first = first(number);
        // Each batch is in order of length.
        return lengths[order(number)[first + rows(first) - 1]];
    }

    @Override
    public long longest() {
        return longest;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException where the window has another batch, or x or values of another width than the examples
     * @throws IndexOutOfBoundsException where the batch has no such steps
     * @throws IllegalStateException where the window is of a network that reads or wants what the examples have not
     */
    @Override
    public void read(long number, long from, Window window) {
        new WindowPlace(number, from).check(this, window);
        int[] order = order(number);
        int first = first(number);
        int rows = rows(first);
        if (window.hasSource()) {
            readSources(order, first, rows, window.source());
        }
        for (int i = 0; i < batch; i++) {
            int left = i < rows ? lengths[order[first + i]] - (int) from : 0;
            int steps = Math.clamp(left, 0, window.count());
            window.lengths()[i] = steps;
            if (steps > 0) {
                examples.read(order[first + i], (int) from, steps, window, i);
            }
            for (int t = steps; t < window.count(); t++) {
                window.weights()[t * batch + i] = 0;
            }
        }
    }

    private void readSources(int[] order, int first, int rows, Source source) {
        int most = 1;
        for (int i = 0; i < rows; i++) {
            most = Math.max(most, sourceLengths[order[first + i]]);
        }
        source.begin(most);
        for (int i = 0; i < batch; i++) {
            source.lengths()[i] = i < rows ? sourceLengths[order[first + i]] : 0;
            if (i < rows) {
                examples.readSource(order[first + i], source, i);
            }
        }
    }

    @Override
    public int longestSource() {
        return Arrays.stream(sourceLengths).max().getAsInt();
    }

    /** Where a batch begins in the order of its epoch. */
    private int first(long number) {
        return (int) (number % epoch() * batch);
    }

    private int rows(int first) {
        return Math.min(batch, lengths.length - first);
    }

    private int[] order(long number) {
        long wanted = number / epoch();
        Epoch epoch = current;
        if (epoch.number != wanted && seed.isPresent()) {
            epoch = arrange(wanted);
            current = epoch;
        }
        return epoch.order;
    }

    /** An epoch's examples, batch by batch. */
    private static final class Epoch {
        private final long number;
        private final int[] order;

        Epoch(long number, int[] order) {
            this.number = number;
            this.order = order;
        }
    }

    private Epoch arrange(long number) {
        int[] order = IntStream.range(0, lengths.length).toArray();
        if (seed.isPresent()) {
            shuffle(order, random(seed.getAsLong(), number));
        } else {
            sort(order, 0, order.length);
        }
        return new Epoch(number, order);
    }

    /** Its seed is draw number {@code epoch} of the generator of the first: seeds that are neighbours share no epoch. */
    private static SplittableRandom random(long seed, long epoch) {
        return new SplittableRandom(new SplittableRandom(seed + epoch * SPREAD).nextLong());
    }

    private void shuffle(int[] order, SplittableRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            swap(order, i, random.nextInt(i + 1), 1);
        }
        // As equal as can be: a short one would have much padding.
        long chunks = Math.max(1, epoch() / CHUNK);
        long chunk = Math.ceilDiv(epoch(), chunks) * batch;
        int last = 0;
        for (long begin = 0; begin < order.length; begin += chunk) {
            last = (int) begin;
            sort(order, last, (int) Math.min(begin + chunk, order.length));
        }
        moveRestToEnd(order, last, random);
        for (int i = order.length / batch - 1; i > 0; i--) {
            swap(order, i * batch, random.nextInt(i + 1) * batch, batch);
        }
    }

    /** Takes the batch that has fewer out of any place in the last chunk: at its end, it would have the longest each time. */
    private void moveRestToEnd(int[] order, int chunk, SplittableRandom random) {
        int rest = order.length % batch;
        if (rest == 0) {
            return;
        }
        int from = chunk + random.nextInt((order.length - chunk) / batch + 1) * batch;
        int[] moved = Arrays.copyOfRange(order, from, from + rest);
        System.arraycopy(order, from + rest, order, from, order.length - from - rest);
        System.arraycopy(moved, 0, order, order.length - rest, rest);
    }

    private static void swap(int[] order, int one, int other, int count) {
        for (int i = 0; i < count; i++) {
            int moved = order[one + i];
            order[one + i] = order[other + i];
            order[other + i] = moved;
        }
    }

    /** By length, and of equal length by that of the source; what is equal stays in its order. */
    private void sort(int[] order, int from, int to) {
        sort(order, from, to, sourceLengths);
        sort(order, from, to, lengths);
    }

    private static void sort(int[] order, int from, int to, int[] by) {
        long[] keys = new long[to - from];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (long) by[order[from + i]] << Integer.SIZE | i;
        }
        Arrays.sort(keys);
        int[] before = Arrays.copyOfRange(order, from, to);
        for (int i = 0; i < keys.length; i++) {
            order[from + i] = before[(int) keys[i]];
        }
    }
}
