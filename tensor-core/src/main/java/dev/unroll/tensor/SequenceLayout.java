package dev.unroll.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The orders in which people bring a batch of sequences, without gaps, and the conversions from and to
 * {@link Sequence}, which is always [time][batch][feature].
 */
public enum SequenceLayout {
    /** [time][batch][feature]: Unroll's own, and PyTorch's default. */
    TIME_BATCH_FEATURE {
        @Override
        long index(Sequence shape, int t, int i, int j) {
            return ((long) t * shape.batch() + i) * shape.feature() + j;
        }
    },

    /** [batch][time][feature]: Keras, and PyTorch's {@code batch_first}. */
    BATCH_TIME_FEATURE {
        @Override
        long index(Sequence shape, int t, int i, int j) {
            return ((long) i * shape.time() + t) * shape.feature() + j;
        }
    },

    /** [feature][batch][time]: the textbook's (n_x, m, T_x). */
    FEATURE_BATCH_TIME {
        @Override
        long index(Sequence shape, int t, int i, int j) {
            return ((long) j * shape.batch() + i) * shape.time() + t;
        }
    };

    /** Where feature j of sequence i at time t lies in this order, in floats. */
    abstract long index(Sequence shape, int t, int i, int j);

    /**
     * Takes a batch of sequences that lies in this order.
     *
     * @param source time*batch*feature floats
     * @param destination what is written, and the sizes
     * @throws IllegalArgumentException where the array has another length
     */
    public void read(float[] source, Sequence destination) {
        checkLength("read", source.length, destination);
        read(MemorySegment.ofArray(source), destination);
    }

    /**
     * Takes a batch of sequences that lies in this order.
     *
     * @param source time*batch*feature floats, in the machine's byte order
     * @param destination what is written, and the sizes
     * @throws IllegalArgumentException where the segment has another length
     */
    public void read(MemorySegment source, Sequence destination) {
        checkBytes("read", source, destination);
        Matrix rows = destination.asMatrix();
        for (int t = 0; t < destination.time(); t++) {
            for (int i = 0; i < destination.batch(); i++) {
                for (int j = 0; j < destination.feature(); j++) {
                    long index = index(destination, t, i, j);
                    rows.set(t * destination.batch() + i, j,
                            source.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index));
                }
            }
        }
    }

    /**
     * Writes a batch of sequences in this order.
     *
     * @param source what is read, and the sizes
     * @param destination time*batch*feature floats
     * @throws IllegalArgumentException where the array has another length
     */
    public void write(Sequence source, float[] destination) {
        checkLength("write", destination.length, source);
        write(source, MemorySegment.ofArray(destination));
    }

    /**
     * Writes a batch of sequences in this order.
     *
     * @param source what is read, and the sizes
     * @param destination time*batch*feature floats, in the machine's byte order
     * @throws IllegalArgumentException where the segment has another length
     */
    public void write(Sequence source, MemorySegment destination) {
        checkBytes("write", destination, source);
        Matrix rows = source.asMatrix();
        for (int t = 0; t < source.time(); t++) {
            for (int i = 0; i < source.batch(); i++) {
                for (int j = 0; j < source.feature(); j++) {
                    long index = index(source, t, i, j);
                    destination.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index,
                            rows.get(t * source.batch() + i, j));
                }
            }
        }
    }

    private void checkBytes(String operation, MemorySegment memory, Sequence sequence) {
        if (memory.byteSize() % Float.BYTES != 0) {
            throw new IllegalArgumentException("%s %s: %d bytes are no whole number of floats".formatted(operation,
                    this, memory.byteSize()));
        }
        checkLength(operation, memory.byteSize() / Float.BYTES, sequence);
    }

    private void checkLength(String operation, long length, Sequence sequence) {
        if (length != sequence.asMatrix().layout().size()) {
            throw new IllegalArgumentException("%s %s: %d floats for a sequence of %s; wanted %d".formatted(operation,
                    this, length, sequence.shape(), sequence.asMatrix().layout().size()));
        }
    }
}
