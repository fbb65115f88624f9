package dev.unroll.models;

import dev.unroll.kernels.Kernels;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Where the steps of a batch lie in matrices with a row a step of a sequence, and in which order a layer goes through them.
 *
 * <p>The batch is cut into bands of sequences. A sequence has nothing of another's, so threads go through the whole of time
 * each with a band of its own, and need not meet at every step. At step t a band's sequences that are not over yet have
 * {@link #count} rows from {@link #row} on; a sequence that is over costs nothing.
 *
 * <p>Sequences of one length that are gone through forward stay in their order, [time][batch]: row t*batch + i. All others
 * are sorted, longest first, and lie band by band, so that what goes on is always a band's first rows; {@link #source} says
 * where each row comes from.
 */
public final class Schedule {
    /** Fewer sequences than this leave a tile of rows half empty. */
    private static final int LEAST = 4;
    /** More bands than threads let a faster core do more, and each reads all weights; of so many sequences, that costs little. */
    private static final int AMPLE = 32;

    private final Lengths lengths;
    /** Sequences by place, and places by sequence. */
    private final int[] order;
    private final int[] places;
    /** Place of the first sequence of each band, and behind the last. */
    private final int[] begin;
    private final int[][] rows;
    private final int[][] counts;
    private final int[] source;
    private final int[] padded;
    private final Place place;

    /** How the rows lie. */
    private enum Place {
        IN_ORDER, SORTED
    }

    private Schedule(Place place, Lengths lengths, int[] order, int[] begin, int[][] rows, int[][] counts,
            int[] padded, int[] source) {
        this.place = place;
        this.lengths = lengths;
        this.order = order;
        this.places = inverse(order);
        this.begin = begin;
        this.rows = rows;
        this.counts = counts;
        this.padded = padded;
        this.source = source;
    }

    private static int[] inverse(int[] permutation) {
        int[] inverse = new int[permutation.length];
        for (int i = 0; i < permutation.length; i++) {
            inverse[permutation[i]] = i;
        }
        return inverse;
    }

    /**
     * How a layer that goes forward goes through sequences that lie as [time][batch].
     *
     * @param lengths of the sequences
     * @param threads that share the work
     * @return the schedule; {@link #source} are rows of [time][batch]
     */
    public static Schedule forward(Lengths lengths, int threads) {
        if (!lengths.isFull()) {
            return sorted(lengths, threads, Way.FORWARD);
        }
        int time = lengths.time();
        int batch = lengths.batch();
        int bands = bands(batch, threads);
        int[] begin = new int[bands + 1];
        Arrays.setAll(begin, band -> (int) ((long) batch * band / bands));
        int[][] rows = new int[bands][time];
        int[][] counts = new int[bands][time];
        for (int band = 0; band < bands; band++) {
            for (int t = 0; t < time; t++) {
                rows[band][t] = t * batch + begin[band];
                counts[band][t] = begin[band + 1] - begin[band];
            }
        }
        int[] identity = IntStream.range(0, time * batch).toArray();
        return new Schedule(Place.IN_ORDER, lengths, IntStream.range(0, batch).toArray(), begin, rows, counts, identity,
                identity);
    }

    /**
     * How a layer that goes backward goes through the rows of a schedule that goes forward.
     *
     * @param forward the other layer's
     * @param threads that share the work
     * @return the schedule; {@link #source} are rows of the other
     */
    public static Schedule backward(Schedule forward, int threads) {
        Schedule sorted = sorted(forward.lengths, threads, Way.BACKWARD);
        int[] rowOf = new int[forward.lengths.time() * forward.lengths.batch()];
        for (int row = 0; row < forward.size(); row++) {
            rowOf[forward.padded[row]] = row;
        }
        int[] source = Arrays.stream(sorted.padded).map(row -> rowOf[row]).toArray();
        return new Schedule(Place.SORTED, sorted.lengths, sorted.order, sorted.begin, sorted.rows, sorted.counts,
                sorted.padded, source);
    }

    /** One band where the threads had better share each step, as with a single sequence. */
    static int bands(int batch, int threads) {
        return threads == 1 || batch < threads * LEAST ? 1 : Math.max(threads, batch / AMPLE);
    }

    private static Schedule sorted(Lengths lengths, int threads, Way way) {
        int batch = lengths.batch();
        int[] order = IntStream.range(0, batch).boxed()
                .sorted(Comparator.comparingInt((Integer i) -> -lengths.length(i))).mapToInt(Integer::intValue)
                .toArray();
        int[] begin = cut(lengths, order, bands(batch, threads));
        int bands = begin.length - 1;
        int[][] rows = new int[bands][];
        int[][] counts = new int[bands][];
        int[] source = new int[Math.toIntExact(lengths.steps())];
        int size = 0;
        for (int band = 0; band < bands; band++) {
            int first = begin[band];
            int time = first == begin[band + 1] ? 0 : lengths.length(order[first]);
            rows[band] = new int[time];
            counts[band] = new int[time];
            for (int t = 0; t < time; t++) {
                rows[band][t] = size;
                for (int place = first; place < begin[band + 1] && lengths.length(order[place]) > t; place++) {
                    int i = order[place];
                    int at = way == Way.FORWARD ? t : lengths.length(i) - 1 - t;
                    source[size] = at * batch + i;
                    size++;
                    counts[band][t]++;
                }
            }
        }
        return new Schedule(Place.SORTED, lengths, order, begin, rows, counts, source, source);
    }

    /** Bands of about as many steps each. */
    private static int[] cut(Lengths lengths, int[] order, int bands) {
        int[] begin = new int[bands + 1];
        begin[bands] = order.length;
        long steps = 0;
        int place = 0;
        for (int band = 1; band < bands; band++) {
            while (steps < lengths.steps() * band / bands) {
                steps += lengths.length(order[place]);
                place++;
            }
            begin[band] = place;
        }
        return begin;
    }

    /**
     * The lengths of the sequences.
     *
     * @return as given
     */
    public Lengths lengths() {
        return lengths;
    }

    /**
     * Number of rows: steps of all sequences.
     *
     * @return the count
     */
    public int size() {
        return source.length;
    }

    /**
     * Whether row t*batch + i is step t of sequence i.
     *
     * @return for sequences of one length that are gone through forward true
     */
    public boolean isInOrder() {
        return place == Place.IN_ORDER;
    }

    /**
     * Where each row comes from.
     *
     * @return the array itself, {@link #size} long
     */
    public int[] source() {
        return source;
    }

    /**
     * Which row of [time][batch] each row is.
     *
     * @return the array itself, {@link #size} long
     */
    public int[] padded() {
        return padded;
    }

    /**
     * Which sequence each row is of.
     *
     * @return a new array, {@link #size} long
     */
    public int[] sequences() {
        return Arrays.stream(padded).map(row -> row % lengths.batch()).toArray();
    }

    /**
     * Which sequence has each place among the states.
     *
     * @return the array itself, as long as the batch
     */
    public int[] order() {
        return order;
    }

    /**
     * Which place among the states each sequence has.
     *
     * @return the array itself, as long as the batch
     */
    public int[] places() {
        return places;
    }

    /**
     * Number of bands.
     *
     * @return the count
     */
    public int bands() {
        return rows.length;
    }

    /**
     * Place of a band's first sequence.
     *
     * @param band its number; that of the last plus one has its begin at the end
     * @return 0 to batch
     */
    public int begin(int band) {
        return begin[band];
    }

    /**
     * Steps of a band's longest sequence.
     *
     * @param band its number
     * @return the count
     */
    public int time(int band) {
        return rows[band].length;
    }

    /**
     * First row of a band's step.
     *
     * @param band its number
     * @param t the step, from 0
     * @return the row
     */
    public int row(int band, int t) {
        return rows[band][t];
    }

    /**
     * How many of a band's sequences, the first ones, go on at a step.
     *
     * @param band its number
     * @param t the step, from 0; past the end of all, none
     * @return the count
     */
    public int count(int band, int t) {
        return t < counts[band].length ? counts[band][t] : 0;
    }

    /**
     * Runs work for each band, on the threads of the kernels.
     *
     * @param kernels whose threads, see {@link Kernels#share}
     * @param work called with the number of a band
     */
    public void share(Kernels kernels, IntConsumer work) {
        kernels.share(bands(), (from, to) -> {
            for (int band = from; band < to; band++) {
                work.accept(band);
            }
        });
    }
}
