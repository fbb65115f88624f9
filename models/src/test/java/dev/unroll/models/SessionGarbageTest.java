package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A step makes no garbage once the JIT compiler has seen enough of it. */
class SessionGarbageTest extends OnBackendUnderTest {
    private static final int STEPS = 10_000;
    private static final int ROUNDS = 12;
    private static final int CLASSES = 9;

    static Stream<Arguments> networks() {
        return Stream.concat(Arrays.stream(CellKind.values()).map(kind -> Arguments.of(new Input.OneHot(7), kind)),
                Stream.of(Arguments.of(new Input.Embedding(7, 5), CellKind.LSTM),
                        Arguments.of(new Input.Features(5), CellKind.LSTM)));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aStepAllocatesNothing(Input input, CellKind kind) throws ReflectiveOperationException {
        AllocatedBytes allocated = new AllocatedBytes();
        float[] features = new float[input.size()];
        float[] probabilities = new float[CLASSES];
        try (Network network = network(input, kind, CLASSES, 20, 20)) {
            Session session = network.newSession();
            double[] perStep = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                long before = allocated.now();
                for (int i = 0; i < STEPS; i++) {
                    if (input instanceof Input.Features) {
                        session.step(features, probabilities);
                    } else {
                        session.step(i % input.size(), probabilities);
                    }
                }
                perStep[round] = (allocated.now() - before) / (double) STEPS;
                if (perStep[round] < 0.5) {
                    return;
                }
            }
            assertTrue(perStep[ROUNDS - 1] < 0.5, "bytes a step, round by round: " + Arrays.toString(perStep));
        }
    }
}
