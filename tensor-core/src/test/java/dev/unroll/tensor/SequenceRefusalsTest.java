package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Specifies what a conversion refuses before it writes anything, and how it says so. */
class SequenceRefusalsTest {
    private static final BatchShape SHAPE = new BatchShape(3, 7, 2);

    private final Arena arena = Arena.ofConfined();
    private final Sequence sequence = Sequence.allocate(arena, 3, 7, 2);

    @AfterEach
    void close() {
        arena.close();
    }

    private void refused(Class<? extends RuntimeException> type, String message, Runnable call) {
        assertEquals(message, assertThrows(type, call::run).getMessage());
        assertArrayEquals(new float[42], sequence.asMatrix().toArray());
    }

    private void nestedRefused(SequenceLayout order, String fault, Consumer<float[][][]> damage) {
        sequence.asMatrix().fill(1);
        float[][][] untouched = Carrier.NestedArrays.of(order, SHAPE);
        damage.accept(untouched);
        String write = assertThrows(IllegalArgumentException.class, () -> order.write(sequence, untouched))
                .getMessage();
        assertEquals("write " + order + ": " + fault, write);
        assertArrayEquals(new float[untouched[0][0].length], untouched[0][0]);
        sequence.asMatrix().fill(0);
        refused(IllegalArgumentException.class, "read " + order + ": " + fault, () -> order.read(untouched, sequence));
    }

    @ParameterizedTest
    @EnumSource
    void aRowOfAnotherLengthIsNamedByItsPlace(SequenceLayout order) {
        int[] sizes = SHAPE.sizes(order);
        nestedRefused(order, "array[1][1] has length 9 for a sequence of [3][7][2]; wanted length " + sizes[2],
                array -> array[1][1] = new float[9]);
        nestedRefused(order, "array[1][0] has length 0 for a sequence of [3][7][2]; wanted length " + sizes[2],
                array -> array[1][0] = new float[0]);
    }

    @ParameterizedTest
    @EnumSource
    void aPlaneOfAnotherLengthIsNamedByItsPlace(SequenceLayout order) {
        int[] sizes = SHAPE.sizes(order);
        nestedRefused(order, "array[1] has length 8 for a sequence of [3][7][2]; wanted length " + sizes[1],
                array -> array[1] = new float[8][sizes[2]]);
    }

    @ParameterizedTest
    @EnumSource
    void aMissingRowIsNamedByItsPlace(SequenceLayout order) {
        int[] sizes = SHAPE.sizes(order);
        nestedRefused(order, "array[1][2] is null for a sequence of [3][7][2]; wanted length " + sizes[2],
                array -> array[1][2] = null);
        nestedRefused(order, "array[1] is null for a sequence of [3][7][2]; wanted length " + sizes[1],
                array -> array[1] = null);
    }

    @ParameterizedTest
    @EnumSource
    void anotherNumberOfPlanesIsRefused(SequenceLayout order) {
        int[] sizes = SHAPE.sizes(order);
        String fault = ": array has length 5 for a sequence of [3][7][2]; wanted length " + sizes[0];
        float[][][] array = new float[5][sizes[1]][sizes[2]];
        refused(IllegalArgumentException.class, "read " + order + fault, () -> order.read(array, sequence));
        refused(IllegalArgumentException.class, "write " + order + fault, () -> order.write(sequence, array));
    }

    /** Where there is no float, arrays still have lengths. */
    @ParameterizedTest
    @EnumSource
    void emptyRowsAreChecked(SequenceLayout order) {
        Sequence empty = Sequence.allocate(arena, 3, 7, 0);
        int[] sizes = new BatchShape(3, 7, 0).sizes(order);
        float[][][] array = new float[sizes[0]][sizes[1]][sizes[2]];
        order.read(array, empty);
        order.write(empty, array);
        float[][][] longer = new float[sizes[0] + 1][sizes[1]][sizes[2]];
        assertThrows(IllegalArgumentException.class, () -> order.read(longer, empty));
    }

    @ParameterizedTest
    @EnumSource
    void aBufferWithAnotherNumberOfFloatsLeftIsRefused(SequenceLayout order) {
        FloatBuffer buffer = FloatBuffer.allocate(45).position(4);
        String fault = ": 41 floats for a sequence of [3][7][2]; wanted 42";
        refused(IllegalArgumentException.class, "read " + order + fault, () -> order.read(buffer, sequence));
        refused(IllegalArgumentException.class, "write " + order + fault, () -> order.write(sequence, buffer));
        assertEquals(4, buffer.position());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsReadOnlyIsNotWritten(SequenceLayout order) {
        String fault = "write " + order + ": the memory of the destination is read-only";
        for (FloatBuffer buffer : List.of(FloatBuffer.allocate(42), ByteBuffer.allocate(168).asFloatBuffer(),
                ByteBuffer.allocateDirect(168).asFloatBuffer())) {
            refused(IllegalArgumentException.class, fault, () -> order.write(sequence, buffer.asReadOnlyBuffer()));
        }
        MemorySegment memory = arena.allocate(168).asReadOnly();
        refused(IllegalArgumentException.class, fault, () -> order.write(sequence, memory));
        Matrix rows = sequence.asMatrix();
        Sequence readOnly = Sequence.of(Matrix.of(rows.segment().asReadOnly(), rows.layout()), 3, 7);
        String sequenceFault = "read " + order + ": the memory of the sequence is read-only";
        refused(IllegalArgumentException.class, sequenceFault, () -> order.read(new float[42], readOnly));
        refused(IllegalArgumentException.class, sequenceFault,
                () -> order.read(Carrier.NestedArrays.of(order, SHAPE), readOnly));
        order.write(readOnly, new float[42]);
    }

    @ParameterizedTest
    @EnumSource
    void closedMemoryIsRefused(SequenceLayout order) {
        Arena shortLived = Arena.ofConfined();
        MemorySegment memory = shortLived.allocate(168);
        FloatBuffer buffer = memory.asByteBuffer().asFloatBuffer();
        Sequence gone = Sequence.allocate(shortLived, 3, 7, 2);
        shortLived.close();
        String read = "read " + order + ": the memory of the ";
        String write = "write " + order + ": the memory of the ";
        Class<IllegalStateException> type = IllegalStateException.class;
        refused(type, read + "source is closed", () -> order.read(memory, sequence));
        refused(type, read + "source is closed", () -> order.read(buffer, sequence));
        refused(type, write + "destination is closed", () -> order.write(sequence, memory));
        refused(type, write + "destination is closed", () -> order.write(sequence, buffer));
        refused(type, read + "sequence is closed", () -> order.read(new float[42], gone));
        refused(type, write + "sequence is closed", () -> order.write(gone, new float[42]));
        refused(type, read + "sequence is closed", () -> order.read(Carrier.NestedArrays.of(order, SHAPE), gone));
        refused(type, write + "sequence is closed", () -> order.write(gone, Carrier.NestedArrays.of(order, SHAPE)));
    }

    @ParameterizedTest
    @EnumSource
    void memoryOfAnotherThreadIsRefused(SequenceLayout order) throws Exception {
        MemorySegment memory = arena.allocate(168);
        try (Arena shared = Arena.ofShared(); ExecutorService other = Executors.newSingleThreadExecutor()) {
            Sequence open = Sequence.allocate(shared, 3, 7, 2);
            List<Runnable> calls = List.of(() -> order.read(memory, open), () -> order.write(open, memory),
                    () -> order.read(new float[42], sequence), () -> order.write(sequence, new float[42]));
            for (Runnable call : calls) {
                String message = other.submit(() -> assertThrows(WrongThreadException.class, call::run)).get()
                        .getMessage();
                assertTrue(message.contains(order + ": the memory of the ") && message.contains("another thread"),
                        message);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSequencesOwnMemoryIsRefused(SequenceLayout order) {
        MemorySegment own = sequence.asMatrix().segment();
        String fault = order + ": the memory overlaps the sequence; wanted memory of its own";
        refused(IllegalArgumentException.class, "read " + fault, () -> order.read(own, sequence));
        refused(IllegalArgumentException.class, "write " + fault, () -> order.write(sequence, own));
    }

    @Test
    void memoryBesideTheSequencesIsNot() {
        MemorySegment both = arena.allocate(2 * 168, 64);
        Sequence upper = Sequence.of(Matrix.of(both, new Layout(42, 21, 2, 2)), 3, 7);
        SequenceLayout.FEATURE_BATCH_TIME.read(both.asSlice(0, 168), upper);
        SequenceLayout.FEATURE_BATCH_TIME.write(upper, both.asSlice(0, 168));
    }

    /** 2^33 floats, which an int counts as none. The memory is made up, so that nothing but the sizes can be looked at. */
    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("restricted")
    void moreFloatsThanAnIntCountsAreCountedExactly(SequenceLayout order) {
        MemorySegment madeUp = MemorySegment.ofAddress(64).reinterpret(1L << 40);
        Sequence large = Sequence.of(Matrix.of(madeUp, Layout.rowMajor(131_072, 65_536)), 2, 65_536);
        String fault = ": 0 floats for a sequence of [2][65536][65536]; wanted 8589934592";
        refused(IllegalArgumentException.class, "read " + order + fault, () -> order.read(new float[0], large));
        refused(IllegalArgumentException.class, "write " + order + fault,
                () -> order.write(large, FloatBuffer.allocate(0)));
    }

    @Test
    void rowsPastAnIntOfFloatsBeginWhereTheFormulaSays() {
        Triple sizes = new Triple(3, 65_536, 70_000);
        FloatRows rows = new FloatRows.Flat(MemorySegment.NULL, ValueLayout.JAVA_FLOAT_UNALIGNED, 5, 70_001, sizes);
        assertEquals((5 + (2 * 65_536 + 65_535) * 70_001L + 69_999) * 4, rows.begin(new Triple(2, 65_535, 69_999)));
        assertEquals(3L * 65_536 * 70_000, sizes.product());
    }
}
