package dev.unroll.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;

/**
 * The orders in which people bring a batch of sequences, and the conversions from and to {@link Sequence}, which is always
 * [time][batch][feature]. Every float arrives with every bit as it was.
 *
 * <p>A batch may lie in an array, in a {@link MemorySegment} or in a {@link FloatBuffer}, each without gaps, or in an array
 * of arrays of arrays, whose indices come in the layout's own order. Where an argument is refused, nothing has been written.
 */
public enum SequenceLayout {
    /** [time][batch][feature]: Unroll's own, and PyTorch's default. Float (t*m + i)*n_x + j. */
    TIME_BATCH_FEATURE(Reordering.NONE),

    /** [batch][time][feature]: Keras, and PyTorch's {@code batch_first}. Float (i*T_x + t)*n_x + j. */
    BATCH_TIME_FEATURE(Reordering.SWAP_FIRST_TWO),

    /** [feature][batch][time]: the textbook's (n_x, m, T_x). Float (j*m + i)*T_x + t. */
    FEATURE_BATCH_TIME(Reordering.REVERSE);

    private final Reordering reordering;

    SequenceLayout(Reordering reordering) {
        this.reordering = reordering;
    }

    /**
     * Takes a batch of sequences that lies in this order.
     *
     * @param source time*batch*feature floats
     * @param destination what is written, and the sizes
     * @throws IllegalArgumentException where the array has another length, or the sequence is read-only
     * @throws IllegalStateException where the sequence's memory is closed
     * @throws WrongThreadException where it belongs to another thread
     */
    public void read(float[] source, Sequence destination) {
        read(MemorySegment.ofArray(source), destination);
    }

    /**
     * Takes a batch of sequences that lies in this order.
     *
     * @param source time*batch*feature floats, in the machine's byte order, at any address
     * @param destination what is written, and the sizes
     * @throws IllegalArgumentException where the segment has another length or overlaps the sequence, or the sequence is
     *         read-only
     * @throws IllegalStateException where the memory of either is closed
     * @throws WrongThreadException where it belongs to another thread
     */
    public void read(MemorySegment source, Sequence destination) {
        read(source, ValueLayout.JAVA_FLOAT_UNALIGNED, destination);
    }

    /**
     * Takes a batch of sequences that lies in this order.
     *
     * @param source time*batch*feature floats from its position to its limit, in its byte order; the position stays
     * @param destination what is written, and the sizes
     * @throws IllegalArgumentException where another number of floats remains, the buffer overlaps the sequence, or the
     *         sequence is read-only
     * @throws IllegalStateException where the memory of either is closed
     * @throws WrongThreadException where it belongs to another thread
     */
    public void read(FloatBuffer source, Sequence destination) {
        read(MemorySegment.ofBuffer(source), ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(source.order()), destination);
    }

    /**
     * Takes a batch of sequences that lies in this order.
     *
     * @param source rows of floats: {@code source[t][i][j]} in the order [time][batch][feature], and so on
     * @param destination what is written, and the sizes
     * @throws IllegalArgumentException where an array is missing or has another length, or the sequence is read-only
     * @throws IllegalStateException where the sequence's memory is closed
     * @throws WrongThreadException where it belongs to another thread
     */
    public void read(float[][][] source, Sequence destination) {
        Triple sizes = sizes(destination);
        SequenceChecks checks = new SequenceChecks("read " + this, destination);
        checks.nested(source, sizes);
        checks.writable("the sequence", destination.asMatrix().segment());
        reordering.copy(new FloatRows.Nested(source, sizes), FloatRows.Flat.of(destination));
    }

    /**
     * Writes a batch of sequences in this order.
     *
     * @param source what is read, and the sizes
     * @param destination time*batch*feature floats
     * @throws IllegalArgumentException where the array has another length
     * @throws IllegalStateException where the sequence's memory is closed
     * @throws WrongThreadException where it belongs to another thread
     */
    public void write(Sequence source, float[] destination) {
        write(source, MemorySegment.ofArray(destination));
    }

    /**
     * Writes a batch of sequences in this order.
     *
     * @param source what is read, and the sizes
     * @param destination time*batch*feature floats, in the machine's byte order, at any address
     * @throws IllegalArgumentException where the segment has another length, is read-only or overlaps the sequence
     * @throws IllegalStateException where the memory of either is closed
     * @throws WrongThreadException where it belongs to another thread
     */
    public void write(Sequence source, MemorySegment destination) {
        write(source, destination, ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    /**
     * Writes a batch of sequences in this order.
     *
     * @param source what is read, and the sizes
     * @param destination room for time*batch*feature floats from its position to its limit, in its byte order; the
     *        position stays
     * @throws IllegalArgumentException where another number of floats remains, or the buffer is read-only or overlaps the
     *         sequence
     * @throws IllegalStateException where the memory of either is closed
     * @throws WrongThreadException where it belongs to another thread
     */
    public void write(Sequence source, FloatBuffer destination) {
        write(source, MemorySegment.ofBuffer(destination),
                ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(destination.order()));
    }

    /**
     * Writes a batch of sequences in this order.
     *
     * @param source what is read, and the sizes
     * @param destination rows of floats: {@code destination[t][i][j]} in the order [time][batch][feature], and so on
     * @throws IllegalArgumentException where an array is missing or has another length
     * @throws IllegalStateException where the sequence's memory is closed
     * @throws WrongThreadException where it belongs to another thread
     */
    public void write(Sequence source, float[][][] destination) {
        Triple sizes = sizes(source);
        SequenceChecks checks = new SequenceChecks("write " + this, source);
        checks.nested(destination, sizes);
        checks.readable("the sequence", source.asMatrix().segment());
        reordering.copy(FloatRows.Flat.of(source), new FloatRows.Nested(destination, sizes));
    }

    private void read(MemorySegment source, ValueLayout.OfFloat element, Sequence destination) {
        SequenceChecks checks = new SequenceChecks("read " + this, destination);
        checks.length(source);
        checks.readable("the source", source);
        checks.writable("the sequence", destination.asMatrix().segment());
        checks.apart(source);
        reordering.copy(flat(source, element, destination), FloatRows.Flat.of(destination));
    }

    private void write(Sequence source, MemorySegment destination, ValueLayout.OfFloat element) {
        SequenceChecks checks = new SequenceChecks("write " + this, source);
        checks.length(destination);
        checks.readable("the sequence", source.asMatrix().segment());
        checks.writable("the destination", destination);
        checks.apart(destination);
        reordering.copy(FloatRows.Flat.of(source), flat(destination, element, source));
    }

    private FloatRows flat(MemorySegment memory, ValueLayout.OfFloat element, Sequence sequence) {
        Triple sizes = sizes(sequence);
        return new FloatRows.Flat(memory, element, 0, sizes.third(), sizes);
    }

    private Triple sizes(Sequence sequence) {
        return reordering.of(new Triple(sequence.time(), sequence.batch(), sequence.feature()));
    }
}
