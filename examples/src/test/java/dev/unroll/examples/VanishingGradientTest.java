package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VanishingGradientTest {
    /** Both from the same seed and on the same sequences. */
    @Test
    void moreOfItReachesBackInAnLstmThanInATanhRnn() {
        double[] rnn = VanishingGradient.left("rnn", 40, 200, 1);
        double[] lstm = VanishingGradient.left("lstm", 40, 200, 1);
        assertTrue(rnn[39] < 1e-3 * lstm[39], "rnn %s, lstm %s".formatted(rnn[39], lstm[39]));
    }
}
