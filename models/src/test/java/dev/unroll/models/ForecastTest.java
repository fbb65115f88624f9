package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unroll.cells.CellKind;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Specifies how a network goes on from its own output. */
class ForecastTest extends OnBackendUnderTest {
    private static final int FEATURES = 5;

    private static Network network(CellKind kind) {
        return Network.builder(new Input.Features(FEATURES)).layer(kind, 13).layer(kind, 17).linear(FEATURES).build(3,
                kernels);
    }

    private static float[][] beginning(int time) {
        Random random = new Random(4);
        float[][] x = new float[time][FEATURES];
        for (float[] step : x) {
            for (int i = 0; i < FEATURES; i++) {
                step[i] = (float) random.nextGaussian();
            }
        }
        return x;
    }

    @ParameterizedTest
    @EnumSource(CellKind.class)
    void outputIsFedBackAsIfByHand(CellKind kind) {
        float[][] beginning = beginning(7);
        try (Network network = network(kind)) {
            Session session = network.newSession();
            float[] y = new float[FEATURES];
            for (float[] x : beginning) {
                session.step(x, y);
            }
            float[][] wanted = new float[20][];
            for (int t = 0; t < wanted.length; t++) {
                wanted[t] = y.clone();
                session.step(wanted[t], y);
            }
            assertArrayEquals(wanted, Forecast.after(network, beginning).next(20));
        }
    }

    @Test
    void itGoesOnWhereItIs() {
        try (Network network = network(CellKind.LSTM)) {
            float[][] wanted = Forecast.after(network, beginning(3)).next(9);
            Forecast forecast = Forecast.after(network, beginning(3));
            assertEquals(0, forecast.next(0).length);
            assertArrayEquals(wanted[0], forecast.next(1)[0]);
            float[] y = new float[FEATURES];
            for (int t = 1; t < 9; t++) {
                forecast.next(y);
                assertArrayEquals(wanted[t], y);
            }
        }
    }

    @Test
    void itBeginsWhereTheSessionStands() {
        float[][] beginning = beginning(3);
        try (Network network = network(CellKind.GRU)) {
            Session session = network.newSession();
            float[] y = new float[FEATURES];
            session.step(beginning[0], y);
            session.step(beginning[1], y);
            assertArrayEquals(Forecast.after(network, beginning).next(4),
                    Forecast.of(session, beginning[2]).next(4));
        }
    }

    @Test
    void aNextStepMayBeChangedByWhoGetsIt() {
        try (Network network = network(CellKind.GRU)) {
            float[][] wanted = Forecast.after(network, beginning(3)).next(2);
            float[][] beginning = beginning(3);
            Forecast forecast = Forecast.after(network, beginning);
            beginning[2][0] = 99;
            forecast.next(1)[0][0] = 99;
            assertArrayEquals(wanted[1], forecast.next(1)[0]);
        }
    }

    @Test
    void aStepMakesNoGarbage() throws ReflectiveOperationException {
        AllocatedBytes allocated = new AllocatedBytes();
        try (Network network = network(CellKind.LSTM)) {
            Forecast forecast = Forecast.after(network, beginning(3));
            float[] y = new float[FEATURES];
            long perStep = Long.MAX_VALUE;
            for (int round = 0; round < 40 && perStep > 0; round++) {
                long before = allocated.now();
                for (int i = 0; i < 10_000; i++) {
                    forecast.next(y);
                }
                perStep = (allocated.now() - before) / 10_000;
            }
            assertEquals(0, perStep);
        }
    }

    private static void refused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }

    @Test
    void otherNetworksAreRefused() {
        String wanted = "; wanted features under a linear head of as many";
        try (Network tokens = Network.builder(FEATURES).lstm(4).linear(FEATURES).build(1, kernels);
                Network softmax = network(new Input.Features(FEATURES), CellKind.LSTM, FEATURES, 4);
                Network fewer = Network.builder(new Input.Features(FEATURES)).lstm(4).linear(3).build(1, kernels)) {
            refused("forecast: the network reads OneHot[size=5] under a linear head of 5" + wanted,
                    () -> Forecast.of(tokens.newSession(), new float[5]));
            refused("forecast: the network reads Features[size=5] under a softmax head of 5" + wanted,
                    () -> Forecast.of(softmax.newSession(), new float[5]));
            refused("forecast: the network reads Features[size=5] under a linear head of 3" + wanted,
                    () -> Forecast.after(fewer, new float[5]));
        }
    }

    @Test
    void otherLengthsAreRefused() {
        try (Network network = network(CellKind.LSTM)) {
            refused("forecast: x has length 4; wanted 5", () -> Forecast.of(network.newSession(), new float[4]));
            refused("step: features has length 4; wanted 5",
                    () -> Forecast.after(network, new float[4], new float[5]));
            refused("forecast: length of the beginning is 0; wanted 1 or more", () -> Forecast.after(network));
            Forecast forecast = Forecast.after(network, beginning(1));
            refused("step: output has length 6; wanted 5", () -> forecast.next(new float[6]));
            refused("forecast: steps is -1; wanted 0 or more", () -> forecast.next(-1));
        }
    }
}
