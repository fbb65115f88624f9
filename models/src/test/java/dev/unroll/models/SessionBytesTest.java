package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Encoder.Attention;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stream that is copied, or moved as bytes. */
class SessionBytesTest extends OnBackendUnderTest {
    private static final int TOKENS = 7;
    private static final int[] PROMPT = {1, 5, 2, 2, 6};

    private static Network decoder(Attention attention) {
        return Network.builder(new Input.Embedding(TOKENS, 4)).gru(6).decoder(new Input.OneHot(TOKENS), attention)
                .gru(6)
                .softmax(TOKENS).build(2, kernels);
    }

    private static float[] after(Session session, int... tokens) {
        float[] y = new float[TOKENS];
        for (int token : tokens) {
            session.step(token, y);
        }
        return y;
    }

    @ParameterizedTest
    @EnumSource
    void aStreamGoesOnInAnotherSession(CellKind kind) {
        try (Network network = network(new Input.OneHot(TOKENS), kind, TOKENS, 9, 5);
                Network elsewhere = network(new Input.OneHot(TOKENS), kind, TOKENS, 9, 5)) {
            Session session = network.newSession();
            after(session, PROMPT);
            byte[] bytes = session.toBytes();
            Session copy = session.copy();
            Session moved = elsewhere.newSession();
            after(moved, 3);
            moved.restore(bytes);
            float[] wanted = after(session, 4, 0);
            assertArrayEquals(wanted, after(copy, 4, 0));
            assertArrayEquals(wanted, after(moved, 4, 0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDecodersSourceGoesWithIt(Attention attention) {
        try (Network network = decoder(attention); Network elsewhere = decoder(attention)) {
            Session session = network.newSession();
            session.begin(new int[]{3, 1, 4, 1, 5});
            after(session, PROMPT);
            Session copy = session.copy();
            Session moved = elsewhere.newSession();
            moved.restore(session.toBytes());
            float[] wanted = after(session, 4, 0);
            assertArrayEquals(wanted, after(copy, 4, 0));
            assertArrayEquals(wanted, after(moved, 4, 0));
            session.reset();
            moved.restore(session.toBytes());
            assertThrows(IllegalStateException.class, () -> after(moved, 1));
        }
    }

    @Test
    void aCopyIsABranch() {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 9)) {
            Session session = network.newSession();
            after(session, PROMPT);
            Session branch = session.copy();
            after(branch, 1, 1, 1);
            Session straight = network.newSession();
            after(straight, PROMPT);
            assertArrayEquals(after(straight, 2), after(session, 2));
        }
    }

    /** The state, and little beside it. */
    @Test
    void bytesAreTheStateAndAFewMore() {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 256, 256)) {
            assertEquals(4 * (4 * 256) + 40, network.newSession().toBytes().length);
        }
    }

    @Test
    void damagedBytesAreRefusedAndTheSessionStaysAsItIs() {
        try (Network network = decoder(Attention.DOT)) {
            Session session = network.newSession();
            session.begin(new int[]{3, 1, 4});
            after(session, PROMPT);
            byte[] sound = session.toBytes();
            Session other = network.newSession();
            other.restore(sound);
            Random random = new Random(1);
            for (int i = 0; i < 2000; i++) {
                byte[] bytes = Arrays.copyOf(sound,
                        random.nextBoolean() ? sound.length : random.nextInt(sound.length + 9));
                for (int flips = bytes.length == sound.length ? 1 : random.nextInt(2); flips > 0; flips--) {
                    int at = random.nextInt(Math.max(1, bytes.length));
                    if (bytes.length > 0) {
                        bytes[at] ^= (byte) (1 << random.nextInt(8));
                    }
                }
                if (!Arrays.equals(bytes, sound)) {
                    String message = assertThrows(IllegalArgumentException.class, () -> other.restore(bytes))
                            .getMessage();
                    assertTrue(message.startsWith("restore: the bytes are "), message);
                }
            }
            assertArrayEquals(after(session, 4), after(other, 4));
        }
    }

    @Test
    void bytesOfOtherLayersAreRefused() {
        try (Network one = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 9);
                Network other = network(new Input.OneHot(TOKENS), CellKind.GRU, TOKENS, 18);
                Network plain = network(new Input.OneHot(TOKENS), CellKind.GRU, TOKENS, 6);
                Network decoder = decoder(Attention.DOT)) {
            assertTrue(assertThrows(IllegalArgumentException.class,
                    () -> other.newSession().restore(one.newSession().toBytes())).getMessage()
                    .endsWith("of layers of [9, 9]; wanted [18, 0]"));
            Session session = decoder.newSession();
            session.begin(new int[]{1});
            assertThrows(IllegalArgumentException.class, () -> plain.newSession().restore(session.toBytes()));
            assertThrows(IllegalArgumentException.class, () -> plain.newSession().restore(new byte[0]));
        }
    }

    @Test
    void aSequenceIsItsSteps() {
        try (Network network = network(new Input.Embedding(TOKENS, 3), CellKind.LSTM, TOKENS, 9)) {
            float[] outputs = new float[PROMPT.length * TOKENS];
            float[] last = new float[TOKENS];
            Session whole = network.newSession();
            Session prompted = network.newSession();
            whole.run(PROMPT, outputs);
            prompted.read(PROMPT, last);
            Session session = network.newSession();
            for (int t = 0; t < PROMPT.length; t++) {
                assertArrayEquals(after(session, PROMPT[t]), Arrays.copyOfRange(outputs, t * TOKENS, (t + 1) * TOKENS));
            }
            assertArrayEquals(Arrays.copyOfRange(outputs, outputs.length - TOKENS, outputs.length), last);
            float[] wanted = after(session, 1);
            assertArrayEquals(wanted, after(whole, 1));
            assertArrayEquals(wanted, after(prompted, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> whole.run(new int[]{1, TOKENS}, new float[2 * TOKENS]));
            assertThrows(IllegalArgumentException.class, () -> whole.run(new int[]{1, 2}, new float[TOKENS]));
            assertThrows(IllegalArgumentException.class, () -> whole.read(new int[0], last));
            assertArrayEquals(after(session, 2), after(whole, 2));
        }
    }

    /** Such a stream could not make a step. */
    @Test
    void bytesOfASourceWithoutAStepAreRefused() {
        try (Network network = decoder(Attention.DOT)) {
            Session session = network.newSession();
            byte[] bytes = session.toBytes();
            bytes[Long.BYTES] = 1;
            CRC32C crc = new CRC32C();
            crc.update(bytes, 0, bytes.length - Integer.BYTES);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length - Integer.BYTES,
                    (int) crc.getValue());
            assertThrows(IllegalArgumentException.class, () -> session.restore(bytes));
        }
    }
}
