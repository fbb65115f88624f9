package dev.unroll.kernels;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleConsumer;

/**
 * Which backend is faster for which shape of product on this machine: times of {@link Backend#VECTOR} and {@link
 * Backend#OPENBLAS}, in microseconds on one thread, for each kind and shape class, measured and never guessed. {@link
 * Backend#auto} sends a product of a class that OpenBLAS won there.
 *
 * <p>A class is a kind and the rows, depth and columns of a product, each a power of two; a product belongs to the nearest.
 * The table is a small text file at {@link #file}, good for the processor, JDK, vector width and OpenBLAS that it was
 * measured with and refused on others.
 */
public final class Tuning {
    /** The system property that names the table's file in place of the usual one. */
    public static final String PROPERTY = "unroll.tuning";

    /** The hidden sizes that there are classes for. */
    public static final List<Integer> HIDDEN_SIZES = List.of(64, 128, 256, 512, 1024);

    /**
     * OpenBLAS wins by so much or not at all: what is closer is noise, and a class holds sizes that are no powers of two,
     * which cost OpenBLAS more than the vectors.
     */
    private static final double MARGIN = 1.1;

    /** What is multiplied. */
    public enum Kind {
        /** a·wᵀ: rows of a, depth, columns of wᵀ. */
        PRODUCT_TRANSPOSED,
        /** a·w: rows of a, depth, columns of w. */
        PRODUCT,
        /** aᵀ·b: rows of a and b, columns of a, columns of b. */
        GRADIENT,
        /** A step of a cell: rows, columns of [a, x] or of a alone, columns of z. */
        STEP;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * A class and its times.
     *
     * @param kind what is multiplied
     * @param rows rows of the left-hand operand
     * @param depth columns of the left-hand operand
     * @param cols columns of the right-hand one
     * @param vectorMicros median time of a call in vectors, microseconds
     * @param openblasMicros median time of a call by OpenBLAS, microseconds
     */
    public record Entry(Kind kind, int rows, int depth, int cols, double vectorMicros, double openblasMicros) {
        /**
         * Who serves this class.
         *
         * @return OPENBLAS where it was faster by a tenth at least, else VECTOR
         */
        public Backend best() {
            return openblasMicros * MARGIN <= vectorMicros ? Backend.OPENBLAS : Backend.VECTOR;
        }
    }

    private final Machine machine;
    private final Instant measured;
    private final List<Entry> entries;

    Tuning(Machine machine, Instant measured, List<Entry> entries) {
        this.machine = machine;
        this.measured = measured;
        this.entries = List.copyOf(entries);
    }

    /**
     * Measures both backends in turns, on one thread: some twenty seconds for all sizes, ten for one.
     *
     * @param hiddenSizes whose classes to measure, out of {@link #HIDDEN_SIZES}
     * @param progress is told the part that is done, 0 to 1
     * @return the table, not saved
     * @throws BackendException where one of the two cannot open
     * @throws IllegalArgumentException for no size, or one that there are no classes for
     */
    public static Tuning measure(Collection<Integer> hiddenSizes, DoubleConsumer progress) {
        if (hiddenSizes.isEmpty() || !HIDDEN_SIZES.containsAll(hiddenSizes)) {
            throw new IllegalArgumentException(
                    "measure: hidden sizes %s; wanted some of %s".formatted(hiddenSizes, HIDDEN_SIZES));
        }
        try (Kernels vector = Backend.VECTOR.open(1); Kernels openblas = Backend.OPENBLAS.open(1)) {
            List<Entry> entries = TuningRun.measure(vector, openblas, hiddenSizes, progress);
            return new Tuning(Machine.withOpenblas(), Instant.now(), entries);
        }
    }

    /**
     * Where the table lies: what {@link #PROPERTY} names, else {@code unroll/tuning.txt} in {@code $XDG_CACHE_HOME} or
     * {@code ~/.cache}.
     *
     * @return the file, there or not
     * @throws IOException where that is no path
     */
    public static Path file() throws IOException {
        return TuningFile.path();
    }

    /**
     * Reads the table of this machine.
     *
     * @return the table, or nothing where there is no file
     * @throws IOException where there is one that cannot be used: unreadable, damaged, or measured on something else; the
     *             message says why and names the cure
     */
    public static Optional<Tuning> load() throws IOException {
        return TuningFile.load();
    }

    /**
     * Writes the table to {@link #file}, whole or not at all.
     *
     * @return the file
     * @throws IOException where writing fails; an old table then stays
     */
    public Path save() throws IOException {
        return TuningFile.save(this);
    }

    Machine machine() {
        return machine;
    }

    /**
     * When it was measured.
     *
     * @return the end of the measurement
     */
    public Instant measured() {
        return measured;
    }

    /**
     * All classes.
     *
     * @return classes and times, by kind, then size, then rows
     */
    public List<Entry> entries() {
        return entries;
    }

    /**
     * How many classes OpenBLAS serves.
     *
     * @return 0 to the number of classes
     */
    public int openblasEntries() {
        return (int) entries.stream().filter(entry -> entry.best() == Backend.OPENBLAS).count();
    }

    /** {@code 12 of 185 shape classes by openblas, measured 2026-11-22}. */
    @Override
    public String toString() {
        return "%d of %d shape classes by openblas, measured %s".formatted(openblasEntries(), entries.size(),
                measured.toString().substring(0, 10));
    }
}
