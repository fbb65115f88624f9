package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.examples.ForwardPass.Pass;
import dev.unroll.models.Network;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForwardPassTest {
    @ParameterizedTest
    @EnumSource(names = {"RNN", "LSTM"})
    void theLibraryComesToTheSameAsTheEquations(CellKind kind) {
        float[][][] x = ForwardPass.draw(3);
        try (Network network = ForwardPass.network(kind, 3)) {
            Pass hand = ForwardPass.byHand(kind, network, x);
            Pass library = ForwardPass.byLibrary(network, x);
            assertEquals(0, ForwardPass.difference(hand.a, library.a), 1e-6);
            assertEquals(0, ForwardPass.difference(hand.y, library.y), 1e-6);
            // Of other sequences: that the difference would show.
            x[0][2][3]++;
            assertTrue(ForwardPass.difference(hand.y, ForwardPass.byLibrary(network, x).y) > 1e-4);
        }
    }
}
