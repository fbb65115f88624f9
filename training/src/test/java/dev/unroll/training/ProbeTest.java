package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.Bias;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.RnnCell;
import dev.unroll.kernels.Activation;
import dev.unroll.models.Initialization;
import dev.unroll.models.Initializer;
import dev.unroll.models.Network;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a look into a training shows, and that it changes nothing. */
class ProbeTest extends OnBackendUnderTest {
    private static final int TIME = 12;
    private static final int[] TOKENS = ToyText.random(1, 200);

    private static Trainer trainer(Network network) {
        return Trainer.of(network).batch(3).truncatedBptt(TIME);
    }

    @ParameterizedTest
    @EnumSource
    void aLookChangesNothing(CellKind kind) {
        try (Network network = ToyText.network(kind, 3, kernels, 7, 4);
                Training watched = trainer(network).start(TOKENS);
                Training alone = trainer(network).start(TOKENS);
                Probe probe = new Probe(watched)) {
            for (int i = 0; i < 8; i++) {
                assertEquals(alone.step(), watched.step());
                ProbeReading reading = probe.read();
                assertEquals(i + 1, reading.step());
                assertEquals(2, reading.distances().size());
            }
            Weights.of(alone.parameters()).assertSame(watched.parameters());
        }
    }

    /** An RNN with the identity for both g and W_aa, and a W_ax of 0, hands every gradient back as it is. */
    @Test
    void anIdentityHandsTheGradientBackWhole() {
        Initialization identity = Initialization.uniformByUnits().withRecurrentWeights(Initializer.identity(1));
        try (Network network = Network.builder(ToyText.TOKENS)
                .layer(size -> new RnnCell(size, 6, Activation.IDENTITY,
                        Bias.LEARNED))
                .softmax(ToyText.TOKENS).initialize(identity).build(1, kernels);
                Training training = trainer(network).optimizer(Sgd.of(1e-30)).start(TOKENS);
                Probe probe = new Probe(training)) {
            training.step();
            double[] norms = probe.read().distances().getFirst().norms();
            assertEquals(TIME, norms.length);
            assertTrue(norms[0] > 0);
            for (double norm : norms) {
                assertEquals(norms[0], norm, 1e-6 * norms[0]);
            }
        }
    }

    @Test
    void halfOfTheIdentityHalvesItAtEachStep() {
        Initialization half = Initialization.uniformByUnits().withRecurrentWeights(Initializer.identity(0.5));
        try (Network network = Network.builder(ToyText.TOKENS)
                .layer(size -> new RnnCell(size, 6, Activation.IDENTITY,
                        Bias.LEARNED))
                .softmax(ToyText.TOKENS).initialize(half).build(1, kernels);
                Training training = trainer(network).optimizer(Sgd.of(1e-30)).start(TOKENS);
                Probe probe = new Probe(training)) {
            training.step();
            double[] norms = probe.read().distances().getFirst().norms();
            for (int t = 1; t < norms.length; t++) {
                assertEquals(norms[t - 1] / 2, norms[t], 1e-6 * norms[t]);
            }
        }
    }

    @Test
    void everyGateOfEveryLayerHasAHistogramOfAllItsActivations() {
        try (Network network = Network.builder(ToyText.TOKENS).lstm(7).gru(4).softmax(ToyText.TOKENS).build(3, kernels);
                Training training = trainer(network).start(TOKENS);
                Probe probe = new Probe(training)) {
            training.step();
            List<GateHistogram> gates = probe.read().gates();
            assertEquals(List.of("f", "u", "o", "c", "u", "r", "c"), gates.stream().map(GateHistogram::gate).toList());
            assertEquals(List.of(0, 0, 0, 0, 1, 1, 1), gates.stream().map(GateHistogram::layer).toList());
            for (GateHistogram gate : gates) {
                int units = gate.layer() == 0 ? 7 : 4;
                assertEquals(TIME * 3L * units, Arrays.stream(gate.counts()).sum());
                assertEquals(1, Arrays.stream(gate.shares()).sum(), 1e-12);
                if (!gate.gate().equals("c")) {
                    // A sigmoid is never below 0.
                    assertArrayEquals(new long[20], Arrays.copyOf(gate.counts(), 20));
                }
            }
        }
    }

    @Test
    void beforeTheFirstStepThereIsNothingToSee() {
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 7);
                Training training = trainer(network).start(TOKENS);
                Probe probe = new Probe(training)) {
            assertThrows(IllegalStateException.class, probe::read);
        }
    }
}
