package dev.unroll.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A batch as rows of floats, in whatever memory they lie: row (i, k) is {@code sizes().third()} floats that follow one
 * another, (i, k, l) the float number l of it. Nothing is checked here, save by the memory itself.
 */
sealed interface FloatRows {
    /** Number of i, of k, and of floats in a row. */
    Triple sizes();

    /** What float (i, k, l) and the rest of its row lie in. */
    MemorySegment memory(Triple place);

    /** Where float (i, k, l) lies in {@link #memory}, in bytes. */
    long begin(Triple place);

    /** A float as the memory holds it, in its byte order. */
    ValueLayout.OfFloat element();

    /** Whether each row begins where the one before ends, so that all of them are one run. */
    boolean isDense();

    /** How many rows of such a part of the batch are one run. */
    int rowsInARun(Triple part);

    /** Takes floats that are one run, from {@code place} on. */
    void takeRun(Triple place, float[] to, int at, int floats);

    /** Writes floats that are one run, from {@code place} on. */
    void putRun(Triple place, float[] from, int at, int floats);

    /** Takes the floats from {@code place} on, as many of each dimension as {@code part} says, without gaps. */
    default void load(Triple place, Triple part, float[] tile) {
        int rows = rowsInARun(part);
        for (int row = 0; row < part.first() * part.second(); row += rows) {
            takeRun(place.row(part, row), tile, row * part.third(), rows * part.third());
        }
    }

    /** Writes what {@link #load} takes. */
    default void store(Triple place, Triple part, float[] tile) {
        int rows = rowsInARun(part);
        for (int row = 0; row < part.first() * part.second(); row += rows) {
            putRun(place.row(part, row), tile, row * part.third(), rows * part.third());
        }
    }

    /**
     * Rows in one piece of memory, row (i, k) from float {@code offset + (i*sizes.second() + k)*stride} on.
     *
     * @param segment the memory
     * @param element a float in it
     * @param offset where row (0, 0) begins, in floats
     * @param stride distance from a row to the next, in floats
     * @param sizes number of i, of k, and of floats in a row
     */
    record Flat(MemorySegment segment, ValueLayout.OfFloat element, long offset, long stride,
            Triple sizes) implements FloatRows {
        /** All sequences at all times, as [time][batch][feature]. */
        static Flat of(Sequence sequence) {
            Matrix rows = sequence.asMatrix();
            return new Flat(rows.segment(), ValueLayout.JAVA_FLOAT_UNALIGNED, rows.offset(), rows.rowStride(),
                    new Triple(sequence.time(), sequence.batch(), sequence.feature()));
        }

        @Override
        public MemorySegment memory(Triple place) {
            return segment;
        }

        @Override
        public long begin(Triple place) {
            long row = (long) place.first() * sizes.second() + place.second();
            return (offset + row * stride + place.third()) * Float.BYTES;
        }

        @Override
        public boolean isDense() {
            return stride == sizes.third();
        }

        @Override
        public int rowsInARun(Triple part) {
            if (!isDense() || part.third() < sizes.third()) {
                return 1;
            }
            return part.second() < sizes.second() ? part.second() : part.first() * part.second();
        }

        @Override
        public void takeRun(Triple place, float[] to, int at, int floats) {
            MemorySegment.copy(segment, element, begin(place), to, at, floats);
        }

        @Override
        public void putRun(Triple place, float[] from, int at, int floats) {
            MemorySegment.copy(from, at, segment, element, begin(place), floats);
        }
    }

    /** Rows that are arrays, row (i, k) = {@code array[i][k]}. */
    final class Nested implements FloatRows {
        private final float[][][] array;
        private final Triple sizes;

        Nested(float[][][] array, Triple sizes) {
            this.array = array;
            this.sizes = sizes;
        }

        @Override
        public Triple sizes() {
            return sizes;
        }

        @Override
        public MemorySegment memory(Triple place) {
            return MemorySegment.ofArray(array[place.first()][place.second()]);
        }

        @Override
        public long begin(Triple place) {
            return (long) place.third() * Float.BYTES;
        }

        @Override
        public ValueLayout.OfFloat element() {
            return ValueLayout.JAVA_FLOAT_UNALIGNED;
        }

        @Override
        public boolean isDense() {
            return false;
        }

        @Override
        public int rowsInARun(Triple part) {
            return 1;
        }

        @Override
        public void takeRun(Triple place, float[] to, int at, int floats) {
            System.arraycopy(array[place.first()][place.second()], place.third(), to, at, floats);
        }

        @Override
        public void putRun(Triple place, float[] from, int at, int floats) {
            System.arraycopy(from, at, array[place.first()][place.second()], place.third(), floats);
        }
    }
}
