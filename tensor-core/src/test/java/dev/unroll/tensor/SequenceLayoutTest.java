package dev.unroll.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Specifies the three orders of a batch of sequences by the index formula of each, there and back. */
class SequenceLayoutTest {
    private static final int[] SIZES = {0, 1, 2, 3, 7, 13, 17};

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    private static List<BatchShape> shapes() {
        List<BatchShape> shapes = new ArrayList<>(List.of(new BatchShape(33, 2, 31), new BatchShape(2, 64, 3)));
        for (int time : SIZES) {
            for (int batch : SIZES) {
                for (int feature : SIZES) {
                    shapes.add(new BatchShape(time, batch, feature));
                }
            }
        }
        return shapes;
    }

    private static float[] counted(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i + 1;
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource
    void readPutsEachElementWhereTheFormulaSays(SequenceLayout order) {
        for (BatchShape s : shapes()) {
            Sequence sequence = s.strided(arena, 1, 2);
            float[] source = counted(s.size());
            order.read(source, sequence);
            for (int t = 0; t < s.time(); t++) {
                for (int i = 0; i < s.batch(); i++) {
                    for (int j = 0; j < s.feature(); j++) {
                        assertEquals(source[s.index(order, t, i, j)], sequence.at(t).get(i, j), s::toString);
                    }
                }
            }
            assertEquals(3L * s.time() * s.batch(), s.nansAround(sequence), s + ": wrote outside");
        }
    }

    @ParameterizedTest
    @EnumSource
    void writeIsTheInverseOfRead(SequenceLayout order) {
        for (BatchShape s : shapes()) {
            Sequence sequence = s.strided(arena, 1, 2);
            float[] source = counted(s.size());
            order.read(source, sequence);
            float[] back = new float[s.size()];
            order.write(sequence, back);
            assertArrayEquals(source, back, s::toString);
        }
    }

    @ParameterizedTest
    @EnumSource
    void segmentsAreReadAndWrittenAsArraysAreEvenMisaligned(SequenceLayout order) {
        BatchShape s = new BatchShape(3, 7, 2);
        MemorySegment memory = arena.allocate(s.size() * 4L + 1).asSlice(1);
        MemorySegment.copy(counted(s.size()), 0, memory, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, s.size());
        Sequence sequence = s.strided(arena, 1, 2);
        order.read(memory, sequence);
        Sequence expected = s.strided(arena, 1, 2);
        order.read(counted(s.size()), expected);
        assertArrayEquals(expected.asMatrix().toArray(), sequence.asMatrix().toArray());
        memory.fill((byte) 0);
        order.write(sequence, memory);
        assertArrayEquals(counted(s.size()), memory.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
    }

    @ParameterizedTest
    @EnumSource
    void anotherLengthIsRefusedAndNothingWritten(SequenceLayout order) {
        Sequence sequence = Sequence.allocate(arena, 3, 7, 2);
        for (int length : new int[]{0, 41, 43}) {
            assertRefused(order, "read", length, () -> order.read(counted(length), sequence));
            assertRefused(order, "read", length,
                    () -> order.read(MemorySegment.ofArray(counted(length)), sequence));
            assertRefused(order, "write", length, () -> order.write(sequence, counted(length)));
            assertRefused(order, "write", length,
                    () -> order.write(sequence, MemorySegment.ofArray(counted(length))));
        }
        assertArrayEquals(new float[42], sequence.asMatrix().toArray());
    }

    private static void assertRefused(SequenceLayout order, String operation, int length, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(operation) && message.contains(order.toString())
                && message.contains(length + " floats") && message.contains("[3][7][2]")
                && message.contains("wanted 42"), message);
    }

    @ParameterizedTest
    @EnumSource
    void aPartOfAFloatIsRefused(SequenceLayout order) {
        Sequence sequence = Sequence.allocate(arena, 3, 7, 2);
        MemorySegment memory = arena.allocate(42 * 4 + 2);
        for (Runnable call : List.<Runnable>of(() -> order.read(memory, sequence),
                () -> order.write(sequence, memory))) {
            String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
            assertTrue(message.contains("170 bytes") && message.contains("whole number of floats"), message);
        }
    }
}
