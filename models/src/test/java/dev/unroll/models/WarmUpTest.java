package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.unroll.cells.CellKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Specifies warming up: it changes nothing that a user can see but the time of the first steps. */
class WarmUpTest extends OnBackendUnderTest {
    @ParameterizedTest
    @EnumSource
    void aWarmNetworkComputesAsAColdOne(CellKind kind) {
        for (Input input : new Input[]{new Input.OneHot(7), new Input.Embedding(7, 5), new Input.Features(5)}) {
            try (Network cold = network(input, kind, 9, 20, 33); Network warm = network(input, kind, 9, 20, 33)) {
                Session before = warm.newSession();
                float[] first = step(before, input);
                warm.warmUp();
                assertArrayEquals(step(cold.newSession(), input), step(warm.newSession(), input), 0);
                assertArrayEquals(first, step(cold.newSession(), input), 0);
            }
        }
    }

    private static float[] step(Session session, Input input) {
        float[] probabilities = new float[9];
        if (input instanceof Input.Features) {
            session.step(new float[]{1, 2, 3, 4, 5}, probabilities);
        } else {
            session.step(3, probabilities);
        }
        return probabilities;
    }
}
