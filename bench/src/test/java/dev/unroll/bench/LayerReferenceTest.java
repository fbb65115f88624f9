package dev.unroll.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Unroll's contenders compute what the equations say; and the comparison would see it if they did not. */
class LayerReferenceTest {
    static Stream<LayerCase> shapes() {
        return Stream.of(CellKind.LSTM, CellKind.GRU, CellKind.RNN)
                .flatMap(cell -> Stream.of(new LayerCase(cell, 1, 1, 1), new LayerCase(cell, 7, 3, 13),
                        new LayerCase(cell, 5, 17, 33), new LayerCase(cell, 20, 1, 64)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void ourBackendsAgreeWithTheEquations(LayerCase shape) {
        LayerOperands operands = LayerOperands.random(shape, 3);
        double[] wanted = LayerReference.output(operands);
        for (PeerRuntime runtime : UnrollRuntime.all()) {
            try (LayerContender contender = runtime.open(operands, 1)) {
                contender.run();
                contender.run();
                double deviation = LayerReference.deviation(contender.output(), wanted);
                assertTrue(deviation <= LayerReference.TOLERANCE, runtime.name() + " " + shape + ": " + deviation);
            }
        }
    }

    /** One unit, whose numbers can be followed by hand. */
    @Test
    void oneUnitOfEachCellIsTheEquation() {
        for (CellKind cell : List.of(CellKind.LSTM, CellKind.GRU, CellKind.RNN)) {
            LayerOperands operands = LayerOperands.random(new LayerCase(cell, 1, 1, 1), 5);
            double x = operands.x()[0];
            double a = operands.a0()[0];
            double[] z = new double[4];
            double[] za = new double[4];
            List<String> gates = cell.cell(1, 1).gateNames();
            for (int g = 0; g < gates.size(); g++) {
                GateOrder gate = GateOrder.of(gates.get(g));
                z[g] = operands.weights().input(gate)[0] * x + operands.weights().bias(gate)[0];
                za[g] = operands.weights().recurrent(gate)[0] * a;
            }
            double y = LayerReference.output(operands)[0];
            switch (cell) {
                case LSTM -> {
                    double c = sigmoid(z[0] + za[0]) * operands.c0()[0]
                            + sigmoid(z[1] + za[1]) * Math.tanh(z[3] + za[3]);
                    assertEquals(sigmoid(z[2] + za[2]) * Math.tanh(c), y, 1e-12);
                }
                case GRU -> {
                    double u = sigmoid(z[0] + za[0]);
                    double q = za[2] + operands.weights().recurrentBias(GateOrder.of("u", "r", "c"))[2];
                    assertEquals(u * Math.tanh(z[2] + sigmoid(z[1] + za[1]) * q) + (1 - u) * a, y, 1e-12);
                }
                default -> assertEquals(Math.tanh(z[0] + za[0]), y, 1e-12);
            }
        }
    }

    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    @Test
    void aWrongNumberIsSeen() {
        double[] wanted = {0.5, -2, 1};
        assertEquals(0, LayerReference.deviation(new float[]{0.5f, -2, 1}, wanted));
        assertEquals(0.25, LayerReference.deviation(new float[]{0.5f, -2, 1.5f}, wanted));
        assertEquals(Double.POSITIVE_INFINITY, LayerReference.deviation(new float[]{0.5f, Float.NaN, 1}, wanted));
        assertEquals(Double.POSITIVE_INFINITY, LayerReference.deviation(new float[]{0.5f, -2}, wanted));
    }

    @Test
    void aCellWithoutPeersIsRefused() {
        LayerOperands operands = LayerOperands.random(new LayerCase(CellKind.GRU_RESET_BEFORE, 1, 1, 2), 1);
        assertThrows(IllegalArgumentException.class, () -> LayerReference.output(operands));
    }

    @Test
    void productsAreCheckedAgainstDoubles() {
        float[] x = {1, 2, 3, 4};
        float[] w = {1, 0, 0, 1, 1, 1};
        double[] product = ProductReference.multiply(x, w, 2);
        assertEquals(List.of(1.0, 2.0, 3.0, 3.0, 4.0, 7.0), Arrays.stream(product).boxed().toList());
    }
}
