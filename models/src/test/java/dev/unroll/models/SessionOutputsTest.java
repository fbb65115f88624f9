package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where a session's outputs go: whatever takes them has the bits of an array, and what cannot take them stops nothing. */
class SessionOutputsTest extends OnBackendUnderTest {
    private static final int TOKENS = 7;
    private static final int[] SEQUENCE = {3, 1, 4, 1, 5, 2, 6};

    private Network network;
    private float[] wanted;

    @BeforeEach
    void stepThroughTheSequence() {
        network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 13);
        wanted = new float[SEQUENCE.length * TOKENS];
        Session session = network.newSession();
        float[] y = new float[TOKENS];
        for (int t = 0; t < SEQUENCE.length; t++) {
            session.step(SEQUENCE[t], y);
            System.arraycopy(y, 0, wanted, t * TOKENS, TOKENS);
        }
    }

    @AfterEach
    void closeNetwork() {
        network.close();
    }

    /** Segments of every kind, of so many floats. */
    private static Stream<MemorySegment> segments(int floats) {
        int bytes = floats * Float.BYTES;
        return Stream.of(Arena.ofAuto().allocate(bytes, 64), MemorySegment.ofArray(new float[floats]),
                MemorySegment.ofArray(new byte[bytes + 3]).asSlice(3, bytes),
                MemorySegment.ofBuffer(FloatBuffer.allocate(floats + 5).position(2).slice(2, floats)),
                MemorySegment.ofBuffer(ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()).asFloatBuffer()),
                Arena.ofAuto().allocate(bytes + 1).asSlice(1));
    }

    private static float[] floats(MemorySegment segment) {
        float[] floats = new float[(int) (segment.byteSize() / Float.BYTES)];
        MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, floats, 0, floats.length);
        return floats;
    }

    static Stream<MemorySegment> ofOneStep() {
        return segments(TOKENS);
    }

    static Stream<MemorySegment> ofTheSequence() {
        return segments(SEQUENCE.length * TOKENS);
    }

    @ParameterizedTest
    @MethodSource("ofOneStep")
    void aStepWritesToASegment(MemorySegment output) {
        Session session = network.newSession();
        for (int t = 0; t < SEQUENCE.length; t++) {
            if (t % 2 == 0) {
                session.step(SEQUENCE[t], output);
            } else {
                session.step(new int[]{SEQUENCE[t]}, new float[0], output);
            }
            for (int i = 0; i < TOKENS; i++) {
                assertEquals(wanted[t * TOKENS + i], floats(output)[i]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ofTheSequence")
    void aRunWritesToASegment(MemorySegment outputs) {
        network.newSession().run(SEQUENCE, outputs);
        assertArrayEquals(wanted, floats(outputs));
    }

    @Test
    void aRunWritesToAnArray() {
        float[] y = new float[wanted.length];
        network.newSession().run(SEQUENCE, y);
        assertArrayEquals(wanted, y);
    }

    @Test
    void featuresRunAndGoToSegmentsToo() {
        Random random = new Random(1);
        float[][] x = new float[5][3];
        for (float[] row : x) {
            for (int j = 0; j < row.length; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        try (Network features = network(new Input.Features(3), CellKind.GRU, 4, 9)) {
            Session alone = features.newSession();
            Session toSegment = features.newSession();
            float[] run = new float[5 * 4];
            features.newSession().run(x, run);
            MemorySegment runSegment = arena.allocate(5L * 4 * Float.BYTES);
            features.newSession().run(x, runSegment);
            assertArrayEquals(run, floats(runSegment));
            float[] y = new float[4];
            MemorySegment segment = arena.allocate(4L * Float.BYTES);
            for (int t = 0; t < 5; t++) {
                alone.step(x[t], y);
                toSegment.step(x[t], segment);
                assertArrayEquals(y, floats(segment));
                for (int i = 0; i < 4; i++) {
                    assertEquals(y[i], run[t * 4 + i]);
                }
            }
            assertEquals("run: features for a network that reads tokens; wanted an index",
                    assertThrows(IllegalArgumentException.class, () -> network.newSession().run(x, run)).getMessage());
            assertThrows(IllegalArgumentException.class,
                    () -> features.newSession().run(new float[][]{x[0], new float[2]}, new float[8]));
            assertThrows(IllegalArgumentException.class, () -> features.newSession().run(x, new float[19]));
            assertThrows(IllegalArgumentException.class,
                    () -> features.newSession().run(new int[]{1}, new float[4]));
        }
    }

    private static void assertRefused(Class<? extends RuntimeException> type, Session session, MemorySegment output) {
        byte[] before = session.toBytes();
        assertThrows(type, () -> session.step(3, output));
        assertArrayEquals(before, session.toBytes());
    }

    @Test
    void aSegmentThatCannotTakeTheOutputLeavesTheStateAsItWas() throws Exception {
        Session session = network.newSession();
        session.step(2, new float[TOKENS]);
        long bytes = TOKENS * (long) Float.BYTES;
        assertRefused(IllegalArgumentException.class, session, arena.allocate(bytes + 1));
        assertRefused(IllegalArgumentException.class, session, arena.allocate(bytes).asReadOnly());
        Arena closed = Arena.ofShared();
        MemorySegment gone = closed.allocate(bytes);
        closed.close();
        assertRefused(IllegalStateException.class, session, gone);
        try (Arena confined = Arena.ofConfined()) {
            MemorySegment mine = confined.allocate(bytes);
            FutureTask<Void> elsewhere = new FutureTask<>(() -> {
                assertRefused(WrongThreadException.class, session, mine);
                return null;
            });
            Thread.ofPlatform().start(elsewhere);
            elsewhere.get();
        }
        assertEquals("run: a writable segment of 28 bytes for the output; wanted 56",
                assertThrows(IllegalArgumentException.class, () -> session.run(new int[2], arena.allocate(bytes)))
                        .getMessage());
    }
}
