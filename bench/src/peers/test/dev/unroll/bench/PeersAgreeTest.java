package dev.unroll.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every peer opens and computes what the equations say, at shapes that fit no block of anybody's. */
class PeersAgreeTest {
    private static final List<LayerCase> SHAPES = Stream.of(CellKind.LSTM, CellKind.GRU, CellKind.RNN)
            .flatMap(cell -> Stream.of(new LayerCase(cell, 1, 1, 8), new LayerCase(cell, 7, 3, 13),
                    new LayerCase(cell, 5, 17, 33), new LayerCase(cell, 20, 1, 64)))
            .toList();

    static Stream<PeerRuntime> peers() {
        return ServiceLoader.load(PeerRuntime.class).stream().map(ServiceLoader.Provider::get);
    }

    @ParameterizedTest
    @MethodSource("peers")
    void layersAgreeWithTheEquations(PeerRuntime peer) {
        assertEquals(Optional.empty(), peer.obstacle());
        for (LayerCase shape : SHAPES) {
            for (int threads = 1; threads <= 2; threads++) {
                LayerOperands operands = LayerOperands.random(shape, 7);
                try (LayerContender contender = peer.open(operands, threads)) {
                    contender.run();
                    contender.run();
                    double deviation = LayerReference.deviation(contender.output(), LayerReference.output(operands));
                    assertTrue(deviation <= LayerReference.TOLERANCE, peer.name() + " " + shape + ": " + deviation);
                }
            }
        }
    }
}
