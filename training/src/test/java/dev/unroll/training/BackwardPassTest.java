package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.models.Architecture;
import dev.unroll.models.Input;
import dev.unroll.models.LayerState;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Head;
import dev.unroll.models.Stack;
import dev.unroll.models.Way;
import dev.unroll.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of whole networks against central differences of {@link Oracle}. */
class BackwardPassTest extends OnBackendUnderTest {
    private static final double BOUND = 1e-3;

    /**
     * A window over random tokens from a random state.
     *
     * @param first time of the first loss
     */
    record Window(Input input, List<Integer> hiddenSizes, int classes, int time, int batch, int first) {}

    static Stream<Arguments> windows() {
        return Stream.of(
                new Window(new Input.OneHot(5), List.of(1), 2, 7, 3, 0),
                new Window(new Input.OneHot(3), List.of(17), 3, 4, 2, 0),
                new Window(new Input.OneHot(4), List.of(3, 13), 5, 5, 3, 2),
                new Window(new Input.OneHot(2), List.of(13, 1, 3), 2, 6, 1, 5),
                new Window(new Input.Embedding(6, 3), List.of(13), 4, 7, 2, 3),
                new Window(new Input.Embedding(5, 1), List.of(3, 17), 2, 3, 3, 0),
                new Window(new Input.Embedding(3, 17), List.of(1, 3, 1), 3, 1, 1, 0))
                .flatMap(window -> Stream
                        .of(CellKind.RNN, CellKind.GRU, CellKind.GRU_RESET_BEFORE, CellKind.GRU_SIMPLIFIED,
                                CellKind.LSTM)
                        .map(kind -> Arguments.of(kind, window)));
    }

    /** The network, both ways. */
    private final class Run {
        private final Architecture architecture;
        private final Window window;
        private final Parameters parameters;
        private final Parameters gradient;
        private final NetworkTrace trace;
        private final BackwardPass backward;
        private final Oracle oracle;
        private final Oracle.State state;
        private final int[] inputs;
        private final int[] targets;

        Run(CellKind kind, Window window, long seed) {
            Random random = new Random(seed);
            List<Cell> layers = new ArrayList<>();
            for (int hiddenSize : window.hiddenSizes()) {
                layers.add(kind.cell(layers.isEmpty() ? window.input().width() : layers.getLast().hiddenSize(),
                        hiddenSize));
            }
            this.window = window;
            this.architecture = new Architecture(window.input(), Stack.forward(layers.toArray(Cell[]::new)),
                    new Head(Head.Kind.SOFTMAX, layers.getLast().hiddenSize(), window.classes()));
            this.parameters = Parameters.allocate(arena, architecture.parameterShapes());
            parameters.asMap().values().forEach(m -> fill(random, m));
            this.gradient = Parameters.allocate(arena, parameters.shapes());
            NetworkWeights weights = new NetworkWeights(architecture, kernels, arena, parameters, Use.TRAINING);
            this.trace = new NetworkTrace(weights, arena, window.time(), window.batch());
            this.backward = new BackwardPass(trace, arena, gradient);
            this.oracle = new Oracle(architecture, parameters);
            this.state = new Oracle.State(architecture, window.batch());
            for (int l = 0; l < layers.size(); l++) {
                copy(fill(random, trace.state().at(l, Way.FORWARD).hidden()), state.hidden(l));
                copy(fill(random, trace.state().at(l, Way.FORWARD).memory()), state.memory(l));
            }
            int rows = window.time() * window.batch();
            this.inputs = random.ints(rows, 0, window.input().size()).toArray();
            this.targets = random.ints(rows, 0, window.classes()).toArray();
        }

        /** Runs forward and backward; returns the loss. */
        double run(float scale) {
            trace.setTokens(inputs, 0, 0, window.time());
            trace.forward(window.time());
            return backward.backward(targets, window.first() * window.batch(), window.first(), window.time(), scale);
        }

        double oracleLoss() {
            return oracle.loss(state, inputs, targets, 0, window.first(), window.time());
        }
    }

    private static Matrix fill(Random random, Matrix matrix) {
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.cols(); j++) {
                matrix.set(i, j, 1.5f * (random.nextFloat() - 0.5f));
            }
        }
        return matrix;
    }

    private static void copy(Matrix from, double[][] to) {
        for (int i = 0; i < to.length; i++) {
            for (int j = 0; j < to[i].length; j++) {
                to[i][j] = from.get(i, j);
            }
        }
    }

    /** |ours - wanted| / |wanted|. */
    private static void assertNear(String what, double[] wanted, float[] ours) {
        double squares = 0;
        double difference = 0;
        for (int i = 0; i < wanted.length; i++) {
            squares += wanted[i] * wanted[i];
            difference += (ours[i] - wanted[i]) * (ours[i] - wanted[i]);
        }
        double relative = Math.sqrt(difference / squares);
        assertTrue(relative <= BOUND, "%s: relative error %.3g; wanted at most %s".formatted(what, relative, BOUND));
    }

    @ParameterizedTest
    @MethodSource("windows")
    void gradientsAreTheSlopesOfTheLoss(CellKind kind, Window window) {
        long seed = Long.getLong("unroll.seed", 20260117);
        Run run = new Run(kind, window, seed);
        String of = ", -Dunroll.seed=" + seed;
        assertEquals(run.oracleLoss(), run.run(1), 1e-5 * run.oracleLoss(), "loss" + of);
        DoubleSupplier loss = run::oracleLoss;
        run.gradient.asMap().forEach((name, matrix) -> assertNear(name + of, run.oracle.gradient(name, loss),
                matrix.toArray()));
        for (int l = 0; l < run.architecture.layers().size(); l++) {
            LayerState layer = run.backward.stack().dState().at(l, Way.FORWARD);
            for (int i = 0; i < window.batch(); i++) {
                String at = " of layer %d, sequence %d%s".formatted(l, i, of);
                assertNear("da" + at, Oracle.gradient(run.state.hidden(l)[i], loss), layer.hidden().row(i).toArray());
                if (kind == CellKind.LSTM) {
                    assertNear("dc" + at, Oracle.gradient(run.state.memory(l)[i], loss),
                            layer.memory().row(i).toArray());
                }
            }
        }
    }

    private final Window small = new Window(new Input.Embedding(5, 3), List.of(4, 3), 4, 3, 2, 0);

    @Test
    void gradientsAreAddedToWhatIsThere() {
        Run run = new Run(CellKind.LSTM, small, 1);
        run.run(1);
        float[] once = run.gradient.get("layer1.weight").toArray();
        run.run(1);
        float[] twice = run.gradient.get("layer1.weight").toArray();
        float largest = 0;
        for (float value : once) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < once.length; i++) {
            assertEquals(2 * once[i], twice[i], 1e-6f * largest);
        }
    }

    @Test
    void scaleMultipliesTheGradientAndNotTheLoss() {
        Run run = new Run(CellKind.GRU, small, 1);
        Run halved = new Run(CellKind.GRU, small, 1);
        assertEquals(run.run(1), halved.run(0.5f), 0);
        run.gradient.asMap().forEach((name, matrix) -> {
            float[] half = halved.gradient.get(name).toArray();
            float[] whole = matrix.toArray();
            for (int i = 0; i < whole.length; i++) {
                assertEquals(0.5f * whole[i], half[i], 1e-6f * Math.abs(whole[i]) + 1e-9f, name);
            }
        });
    }

    @Test
    void aSecondRunOfTheSameWindowGivesTheSameBits() {
        Run run = new Run(CellKind.GRU_RESET_BEFORE, small, 1);
        double loss = run.run(1);
        float[] first = run.gradient.get("embedding.weight").toArray();
        run.gradient.clear();
        assertEquals(loss, run.run(1), 0);
        assertArrayEquals(first, run.gradient.get("embedding.weight").toArray());
    }

    @Test
    void aTargetThatIsNoClassIsRefused() {
        Run run = new Run(CellKind.RNN, small, 1);
        run.targets[3] = 4;
        assertThrows(IndexOutOfBoundsException.class, () -> run.run(1));
        run.targets[3] = -1;
        assertThrows(IndexOutOfBoundsException.class, () -> run.run(1));
    }
}
