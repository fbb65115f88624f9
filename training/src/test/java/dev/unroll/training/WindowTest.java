package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.tensor.Sequence;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final int TIME = 4;
    private static final int BATCH = 3;

    private static void assertAll(float wanted, Sequence values) {
        for (int i = 0; i < values.asMatrix().rows(); i++) {
            for (int j = 0; j < values.asMatrix().cols(); j++) {
                assertEquals(wanted, values.asMatrix().get(i, j));
            }
        }
    }

    /** One that reads sparse features, say, writes its ones alone. */
    @Test
    void nothingIsLeftOfWhatWasReadBefore() {
        Window features = Windows.ofFeatures(Loss.Target.VALUES, TIME, BATCH);
        features.x().asMatrix().fill(7);
        features.values().asMatrix().fill(7);
        Arrays.fill(features.weights(), 7);
        Arrays.fill(features.lengths(), 7);
        features.begin(TIME);
        assertAll(0, features.x());
        assertAll(0, features.values());
        assertArrayEquals(new float[]{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, features.weights());
        assertArrayEquals(new int[]{TIME, TIME, TIME}, features.lengths());

        Window tokens = Windows.ofTokens(Loss.Target.CLASS, TIME, BATCH);
        Arrays.fill(tokens.tokens(), 7);
        Arrays.fill(tokens.classes(), 7);
        tokens.begin(TIME);
        assertArrayEquals(new int[TIME * BATCH], tokens.tokens());
        Arrays.stream(tokens.classes()).forEach(wanted -> assertEquals(Window.NONE, wanted));
    }
}
