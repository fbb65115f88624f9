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

    private record Shape(int time, int batch, int feature) {
        int size() {
            return time * batch * feature;
        }
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private static List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>(List.of(new Shape(33, 2, 31), new Shape(2, 64, 3)));
        for (int time : SIZES) {
            for (int batch : SIZES) {
                for (int feature : SIZES) {
                    shapes.add(new Shape(time, batch, feature));
                }
            }
        }
        return shapes;
    }

    /** Where feature j of sequence i at time t lies. */
    private static int index(SequenceLayout order, Shape s, int t, int i, int j) {
        return switch (order) {
            case TIME_BATCH_FEATURE -> t * s.batch * s.feature + i * s.feature + j;
            case BATCH_TIME_FEATURE -> i * s.time * s.feature + t * s.feature + j;
            case FEATURE_BATCH_TIME -> j * s.batch * s.time + i * s.time + t;
        };
    }

    /** A sequence whose rows have gaps on both sides, which hold NaN. */
    private Sequence strided(Shape s) {
        Matrix outer = Matrix.allocate(arena, s.time * s.batch, s.feature + 3);
        outer.fill(Float.NaN);
        return Sequence.of(outer.cols(1, s.feature), s.time, s.batch);
    }

    private static float[] counted(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i + 1;
        }
        return values;
    }

    private static void assertGapsAreNaN(Sequence sequence, Shape s) {
        Matrix rows = sequence.asMatrix();
        Matrix outer = Matrix.of(rows.segment(), Layout.rowMajor(s.time * s.batch, s.feature + 3));
        for (int row = 0; row < outer.rows(); row++) {
            for (int j : new int[]{0, s.feature + 1, s.feature + 2}) {
                assertTrue(Float.isNaN(outer.get(row, j)), s + " wrote outside, row " + row);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void readPutsEachElementWhereTheFormulaSays(SequenceLayout order) {
        for (Shape s : shapes()) {
            Sequence sequence = strided(s);
            float[] source = counted(s.size());
            order.read(source, sequence);
            for (int t = 0; t < s.time; t++) {
                for (int i = 0; i < s.batch; i++) {
                    for (int j = 0; j < s.feature; j++) {
                        assertEquals(source[index(order, s, t, i, j)], sequence.at(t).get(i, j), s::toString);
                    }
                }
            }
            assertGapsAreNaN(sequence, s);
        }
    }

    @ParameterizedTest
    @EnumSource
    void writeIsTheInverseOfRead(SequenceLayout order) {
        for (Shape s : shapes()) {
            Sequence sequence = strided(s);
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
        Shape s = new Shape(3, 7, 2);
        MemorySegment memory = arena.allocate(s.size() * 4L + 1).asSlice(1);
        MemorySegment.copy(counted(s.size()), 0, memory, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, s.size());
        Sequence sequence = strided(s);
        order.read(memory, sequence);
        Sequence expected = strided(s);
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
