package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkTraceTest extends OnBackendUnderTest {
    private static final int TIME = 10;
    private static final int BATCH = 3;
    private static final int TOKENS = 7;

    private final int[] tokens = new Random(2).ints((long) TIME * BATCH, 0, TOKENS).toArray();

    private NetworkTrace trace(Network network, int time, int batch) {
        return new NetworkTrace(network.weights(), arena, time, batch);
    }

    private static float[] whole(NetworkTrace trace, int[] tokens) {
        trace.setTokens(tokens, 0, 0, TIME);
        trace.forward(TIME);
        return trace.logits(0, TIME).toArray();
    }

    static Stream<Arguments> inputs() {
        return Stream.of(CellKind.values()).flatMap(kind -> Stream.of(Arguments.of(kind, new Input.OneHot(TOKENS)),
                Arguments.of(kind, new Input.Embedding(TOKENS, 5))));
    }

    /** Windows of 4 steps, of which the third holds 2. */
    @ParameterizedTest
    @MethodSource("inputs")
    void windowsThatCarryTheirStateGiveWhatOneWindowGives(CellKind kind, Input input) {
        try (Network network = network(input, kind, TOKENS, 13, 6)) {
            float[] wanted = whole(trace(network, TIME, BATCH), tokens);
            NetworkTrace trace = trace(network, 4, BATCH);
            for (int first = 0; first < TIME; first += 4) {
                int count = Math.min(4, TIME - first);
                trace.setTokens(tokens, first * BATCH, 0, count);
                trace.forward(count);
                float[] part = Arrays.copyOfRange(wanted, first * BATCH * TOKENS,
                        (first + count) * BATCH * TOKENS);
                assertArrayEquals(part, trace.logits(0, count).toArray(), 1e-5f, "from " + first);
                trace.carry(count);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void aWindowThatMovesOnByAFewStepsRunsTheOthersAgain(CellKind kind, Input input) {
        try (Network network = network(input, kind, TOKENS, 13)) {
            float[] wanted = whole(trace(network, TIME, BATCH), tokens);
            NetworkTrace trace = trace(network, 6, BATCH);
            trace.setTokens(tokens, 0, 0, 6);
            trace.forward(6);
            trace.carry(4);
            trace.setTokens(tokens, 6 * BATCH, 2, 4);
            trace.forward(6);
            float[] part = Arrays.copyOfRange(wanted, 4 * BATCH * TOKENS, wanted.length);
            assertArrayEquals(part, trace.logits(0, 6).toArray(), 1e-5f);
        }
    }

    @ParameterizedTest
    @EnumSource
    void featuresMoveOnWithTheWindow(CellKind kind) {
        Input input = new Input.Features(2);
        try (Network network = network(input, kind, 4, 6)) {
            NetworkTrace trace = trace(network, 3, 1);
            for (int t = 0; t < 3; t++) {
                trace.input().features().at(t).fill(t);
            }
            trace.forward(3);
            trace.carry(2);
            assertEquals(2, trace.input().features().at(0).get(0, 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void sequencesOfABatchDoNotSeeEachOther(CellKind kind) {
        try (Network network = network(new Input.OneHot(TOKENS), kind, TOKENS, 13, 6)) {
            float[] together = whole(trace(network, TIME, BATCH), tokens);
            for (int i = 0; i < BATCH; i++) {
                int[] own = new int[TIME];
                for (int t = 0; t < TIME; t++) {
                    own[t] = tokens[t * BATCH + i];
                }
                float[] alone = whole(trace(network, TIME, 1), own);
                for (int t = 0; t < TIME; t++) {
                    for (int k = 0; k < TOKENS; k++) {
                        assertEquals(alone[t * TOKENS + k], together[(t * BATCH + i) * TOKENS + k], 1e-5f,
                                "sequence %d, time %d".formatted(i, t));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void clearedStateIsTheStateOfANewTrace(CellKind kind) {
        try (Network network = network(new Input.OneHot(TOKENS), kind, TOKENS, 13, 6)) {
            NetworkTrace trace = trace(network, TIME, BATCH);
            float[] first = whole(trace, tokens);
            trace.carry(TIME);
            trace.clearState();
            assertArrayEquals(first, whole(trace, tokens));
        }
    }

    @Test
    void stepsPastTheWindowAreRefused() {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 5)) {
            NetworkTrace trace = trace(network, 4, BATCH);
            assertThrows(IndexOutOfBoundsException.class, () -> trace.forward(5));
            assertThrows(IndexOutOfBoundsException.class, () -> trace.forward(0));
            assertThrows(IndexOutOfBoundsException.class, () -> trace.setTokens(tokens, 0, 2, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> trace.setTokens(tokens, tokens.length - 1, 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> trace.logits(3, 2));
        }
    }

    @Test
    void aTokenThatTheNetworkDoesNotKnowIsRefusedBeforeAnyIsTaken() {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 5)) {
            NetworkTrace trace = trace(network, 1, BATCH);
            trace.setTokens(new int[]{4, 5, 6}, 0, 0, 1);
            for (int bad : new int[]{-1, TOKENS}) {
                assertEquals("tokens: %d at position 3; wanted 0 to 6".formatted(bad),
                        assertThrows(IndexOutOfBoundsException.class,
                                () -> trace.setTokens(new int[]{0, 1, 2, bad}, 1, 0, 1)).getMessage());
            }
            assertArrayEquals(new int[]{4, 5, 6}, trace.input().tokens());
        }
    }

    @Test
    void sizesBelowOneAreRefused() {
        try (Network network = network(new Input.OneHot(TOKENS), CellKind.LSTM, TOKENS, 5)) {
            assertThrows(IllegalArgumentException.class, () -> trace(network, 0, 1));
            assertThrows(IllegalArgumentException.class, () -> trace(network, 1, 0));
            assertThrows(IllegalArgumentException.class, () -> trace(network, 1 << 16, 1 << 16));
        }
    }
}
