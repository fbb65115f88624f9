package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.Parameters;
import dev.unroll.tensor.Matrix;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Specifies which weights of a network each part of an initialisation writes, and that it leaves the others alone. */
class InitializationTest extends OnBackendUnderTest {
    private static final long SEED = 20260204;
    private static final Initialization DEFAULT = Initialization.uniformByUnits();
    private static final Initializer SEVEN = Initializer.constant(7);

    /** An embedding of 4 under an LSTM of 5, a GRU of 3 and a head of 6. */
    private static final Architecture ARCHITECTURE = new Architecture(new Input.Embedding(10, 4),
            Stack.forward(CellKind.LSTM.cell(4, 5), CellKind.GRU.cell(5, 3)), new Head(Head.Kind.SOFTMAX, 3, 6));

    private Parameters drawn(Initialization initialization, Architecture architecture) {
        Parameters parameters = Parameters.allocate(arena, architecture.parameterShapes());
        initialization.initialize(architecture, SEED, parameters);
        return parameters;
    }

    /** The matrices by name, the stacked weights of each layer as W_aa and W_ax. */
    private static Map<String, Matrix> parts(Parameters parameters) {
        Map<String, Matrix> parts = new LinkedHashMap<>();
        parameters.asMap().forEach((name, matrix) -> {
            if (name.startsWith("layer") && name.endsWith("." + Cell.WEIGHT)) {
                int layer = Integer.parseInt(name.substring(5, name.indexOf('.')));
                Cell cell = ARCHITECTURE.layers().get(layer).cell();
                parts.put("layer" + layer + ".aa", matrix.cols(0, cell.hiddenSize()));
                parts.put("layer" + layer + ".ax", cell.inputWeight(matrix));
            } else {
                parts.put(name, matrix);
            }
        });
        return parts;
    }

    /** Wants all of {@code written} to be sevens and all else to be what it is by default. */
    private void assertWrites(UnaryOperator<Initialization> part, String... written) {
        Map<String, Matrix> before = parts(drawn(DEFAULT, ARCHITECTURE));
        Set<String> sevens = new TreeSet<>();
        parts(drawn(part.apply(DEFAULT), ARCHITECTURE)).forEach((name, matrix) -> {
            float[] values = matrix.toArray();
            if (values[0] == 7) {
                float[] expected = new float[values.length];
                Arrays.fill(expected, 7);
                assertArrayEquals(expected, values, name);
                sevens.add(name);
            } else {
                assertArrayEquals(before.get(name).toArray(), values, name);
            }
        });
        assertEquals(new TreeSet<>(List.of(written)), sevens);
    }

    @Test
    void eachPartIsWrittenAndNothingElse() {
        assertWrites(i -> i.withRecurrentWeights(SEVEN), "layer0.aa", "layer1.aa");
        assertWrites(i -> i.withInputWeights(SEVEN), "layer0.ax", "layer1.ax");
        assertWrites(i -> i.withBiases(SEVEN), "layer0.bias", "layer1.bias", "layer1.recurrent_bias", "head.bias");
        assertWrites(i -> i.withHead(SEVEN), "head.weight");
        assertWrites(i -> i.withEmbedding(SEVEN), "embedding.weight");
    }

    @Test
    void whatOnePartBeginsWithDoesNotDependOnTheOthers() {
        Initialization one = DEFAULT.withInputWeights(Initializer.xavierUniform()).withHead(Initializer.heNormal());
        Initialization other = one.withRecurrentWeights(Initializer.orthogonal(1)).withBiases(SEVEN)
                .withEmbedding(SEVEN);
        Map<String, Matrix> parts = parts(drawn(one, ARCHITECTURE));
        Map<String, Matrix> others = parts(drawn(other, ARCHITECTURE));
        for (String name : List.of("layer0.ax", "layer1.ax", "head.weight")) {
            assertArrayEquals(parts.get(name).toArray(), others.get(name).toArray(), name);
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachGatesBlockIsFilledOnItsOwn(CellKind kind) {
        int hiddenSize = 9;
        Cell cell = kind.cell(14, hiddenSize);
        Architecture architecture = new Architecture(new Input.Features(14), Stack.forward(cell),
                new Head(Head.Kind.SOFTMAX, hiddenSize, 2));
        Parameters parameters = drawn(DEFAULT.withRecurrentWeights(Initializer.identity(1))
                .withInputWeights(Initializer.orthogonal(1)), architecture);
        Matrix weight = parameters.get("layer0." + Cell.WEIGHT);
        Set<Float> corners = new TreeSet<>();
        for (int gate = 0; gate < cell.gates(); gate++) {
            Matrix rows = weight.rows(gate * hiddenSize, hiddenSize);
            Matrix identity = Matrix.allocate(arena, hiddenSize, hiddenSize);
            Initializer.identity(1).fill(identity, null);
            assertArrayEquals(identity.toArray(), rows.cols(0, hiddenSize).toArray(), cell + ", gate " + gate);
            assertRowsAreOrthonormal(cell.inputWeight(rows), cell + ", gate " + gate + ", seed " + SEED);
            corners.add(cell.inputWeight(rows).get(0, 0));
        }
        assertEquals(cell.gates(), corners.size(), "gates that begin alike");
    }

    @Test
    void theGainsOfLayerNormalisationBeginWithOne() {
        Architecture architecture = new Architecture(new Input.Features(3), Stack.of(
                Layer.of(CellKind.LSTM_LAYER_NORM.cell(3, 4)).direction(Direction.SUM),
                Layer.of(CellKind.GRU_LAYER_NORM.cell(4, 4))), new Head(Head.Kind.SOFTMAX, 4, 2));
        Parameters parameters = drawn(DEFAULT.withBiases(SEVEN), architecture);
        for (String gain : new String[]{"layer0.recurrent_gain", "layer0.reverse.input_gain", "layer0.memory_gain",
                "layer1.input_gain"}) {
            for (float value : parameters.get(gain).toArray()) {
                assertEquals(1, value, gain);
            }
        }
        assertEquals(7, parameters.get("layer0.reverse.memory_bias").get(0, 3));
    }

    private static void assertRowsAreOrthonormal(Matrix w, String context) {
        for (int i = 0; i < w.rows(); i++) {
            for (int k = 0; k < w.rows(); k++) {
                double product = 0;
                for (int j = 0; j < w.cols(); j++) {
                    product += (double) w.get(i, j) * w.get(k, j);
                }
                assertEquals(i == k ? 1 : 0, product, 1e-6, context);
            }
        }
    }

    @Test
    void theForgetBiasIsAddedToTheForgetGatesAlone() {
        Parameters before = drawn(DEFAULT, ARCHITECTURE);
        Parameters after = drawn(DEFAULT.withForgetBias(1), ARCHITECTURE);
        int forget = ARCHITECTURE.layers().getFirst().cell().gateNames().indexOf("f");
        before.asMap().forEach((name, matrix) -> {
            float[] expected = matrix.toArray();
            for (int j = forget * 5; name.equals("layer0.bias") && j < forget * 5 + 5; j++) {
                expected[j] += 1;
            }
            assertArrayEquals(expected, after.get(name).toArray(), name);
        });
    }

    @Test
    void onBiasesOfZeroTheForgetBiasIsExact() {
        Parameters parameters = drawn(DEFAULT.withBiases(Initializer.constant(0)).withForgetBias(1), ARCHITECTURE);
        float[] expected = new float[20];
        Arrays.fill(expected, 0, 5, 1);
        assertEquals("f", ARCHITECTURE.layers().getFirst().cell().gateNames().getFirst());
        assertArrayEquals(expected, parameters.get("layer0.bias").toArray());
        assertArrayEquals(new float[9], parameters.get("layer1.bias").toArray());
        assertArrayEquals(new float[3], parameters.get("layer1." + GruResetAfterCell.RECURRENT_BIAS).toArray());
    }

    @Test
    void aBuilderTakesAnInitialisation() {
        Initialization initialization = DEFAULT.withRecurrentWeights(Initializer.orthogonal(1)).withForgetBias(1);
        try (Network network = Network.builder(new Input.Embedding(10, 4)).lstm(5).gru(3).softmax(6)
                .initialize(initialization).build(SEED, kernels)) {
            assertEquals(ARCHITECTURE, network.architecture());
            drawn(initialization, ARCHITECTURE).asMap().forEach((name, matrix) -> assertArrayEquals(matrix.toArray(),
                    network.parameters().get(name).toArray(), name));
        }
    }

    @Test
    void theSameSeedGivesTheSameBitsAndAnotherOthers() {
        Initialization normal = DEFAULT.withRecurrentWeights(Initializer.orthogonal(1))
                .withInputWeights(Initializer.heNormal());
        String weight = "layer0." + Cell.WEIGHT;
        float[] once = drawn(normal, ARCHITECTURE).get(weight).toArray();
        assertArrayEquals(once, drawn(normal, ARCHITECTURE).get(weight).toArray());
        Parameters other = Parameters.allocate(arena, ARCHITECTURE.parameterShapes());
        normal.initialize(ARCHITECTURE, SEED + 1, other);
        assertFalse(Arrays.equals(once, other.get(weight).toArray()));
    }

    @Test
    void parametersOfAnotherArchitectureAreRefused() {
        Parameters parameters = Parameters.allocate(arena, new Head(Head.Kind.SOFTMAX, 3, 6).parameterShapes());
        String message = assertThrows(IllegalArgumentException.class,
                () -> DEFAULT.initialize(ARCHITECTURE, SEED, parameters)).getMessage();
        assertTrue(message.startsWith("initialize: the parameters are ") && message.contains("; wanted "), message);
        assertArrayEquals(new float[18], parameters.get(Head.WEIGHT).toArray());
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -1e39})
    void aForgetBiasThatIsNoFiniteFloatIsRefused(double value) {
        assertEquals("initialization: forgetBias is " + value + "; wanted a finite float",
                assertThrows(IllegalArgumentException.class, () -> DEFAULT.withForgetBias(value)).getMessage());
    }
}
