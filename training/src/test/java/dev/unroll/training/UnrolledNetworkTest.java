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
import dev.unroll.models.Head;
import dev.unroll.models.Input;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Noise;
import dev.unroll.models.Stack;
import dev.unroll.models.Way;
import dev.unroll.tensor.Matrix;
import dev.unroll.training.Loss.CrossEntropy;
import dev.unroll.training.Loss.Reduction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of whole networks against central differences of {@link Oracle}. */
class UnrolledNetworkTest extends OnBackendUnderTest {
    private static final double BOUND = 1e-3;

    /**
     * Random tokens from a random state.
     *
     * @param first time of the first loss
     */
    record Case(Input input, List<Integer> hiddenSizes, int classes, int time, int batch, int first) {}

    static Stream<Arguments> cases() {
        return Stream.of(
                new Case(new Input.OneHot(5), List.of(1), 2, 7, 3, 0),
                new Case(new Input.OneHot(3), List.of(17), 3, 4, 2, 0),
                new Case(new Input.OneHot(4), List.of(3, 13), 5, 5, 3, 2),
                new Case(new Input.OneHot(2), List.of(13, 1, 3), 2, 6, 1, 5),
                new Case(new Input.Embedding(6, 3), List.of(13), 4, 7, 2, 3),
                new Case(new Input.Embedding(5, 1), List.of(3, 17), 2, 3, 3, 0),
                new Case(new Input.Embedding(3, 17), List.of(1, 3, 1), 3, 1, 1, 0))
                .flatMap(window -> Stream
                        .of(CellKind.RNN, CellKind.GRU, CellKind.GRU_RESET_BEFORE, CellKind.GRU_SIMPLIFIED,
                                CellKind.LSTM)
                        .map(kind -> Arguments.of(kind, window)));
    }

    /** The network, both ways. */
    private final class Run {
        private final Case shape;
        private final Parameters gradient;
        private final UnrolledNetwork unrolled;
        private final Window window;
        private final Oracle oracle;
        private final Oracle.State state;
        private final int[] inputs;
        private final int[] targets;

        Run(CellKind kind, Case shape, long seed) {
            Random random = new Random(seed);
            List<Cell> layers = new ArrayList<>();
            for (int hiddenSize : shape.hiddenSizes()) {
                layers.add(kind.cell(layers.isEmpty() ? shape.input().width() : layers.getLast().hiddenSize(),
                        hiddenSize));
            }
            this.shape = shape;
            Architecture architecture = new Architecture(shape.input(), Stack.forward(layers.toArray(Cell[]::new)),
                    new Head(Head.Kind.SOFTMAX, layers.getLast().hiddenSize(), shape.classes()));
            Parameters parameters = Parameters.allocate(arena, architecture.parameterShapes());
            parameters.asMap().values().forEach(m -> fill(random, m));
            this.gradient = Parameters.allocate(arena, parameters.shapes());
            NetworkWeights weights = new NetworkWeights(architecture, kernels, arena, parameters, Use.TRAINING);
            int k1 = Math.max(shape.first(), shape.time() - shape.first());
            this.unrolled = new UnrolledNetwork(weights, arena, new CrossEntropy(Reduction.SUM),
                    new TruncatedBptt(k1, shape.time()), shape.batch(), 1, gradient);
            this.window = unrolled.newWindow(arena);
            this.oracle = new Oracle(architecture, parameters);
            this.state = new Oracle.State(architecture, shape.batch());
            for (int l = 0; l < layers.size(); l++) {
                copy(fill(random, unrolled.state().at(l, Way.FORWARD).hidden()), state.hidden(l));
                copy(fill(random, unrolled.state().at(l, Way.FORWARD).memory()), state.memory(l));
            }
            int rows = shape.time() * shape.batch();
            this.inputs = random.ints(rows, 0, shape.input().size()).toArray();
            this.targets = random.ints(rows, 0, shape.classes()).toArray();
        }

        /** The steps before the first loss, then those from there on; returns their loss. */
        double run(float weight) {
            if (shape.first() > 0) {
                backward(0, shape.first(), shape.time() - shape.first(), 1);
                gradient.clear();
            }
            return backward(shape.first(), shape.time() - shape.first(), shape.time(), weight);
        }

        private double backward(int from, int steps, int next, float weight) {
            window.begin(steps);
            System.arraycopy(inputs, from * shape.batch(), window.tokens(), 0, steps * shape.batch());
            System.arraycopy(targets, from * shape.batch(), window.classes(), 0, steps * shape.batch());
            Arrays.fill(window.weights(), weight);
            return unrolled.backward(window, next, Noise.MEAN).value();
        }

        double oracleLoss() {
            return oracle.loss(state, inputs, targets, 0, shape.first(), shape.time());
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
    @MethodSource("cases")
    void gradientsAreTheSlopesOfTheLoss(CellKind kind, Case shape) {
        long seed = Long.getLong("unroll.seed", 20260117);
        Run run = new Run(kind, shape, seed);
        String of = ", -Dunroll.seed=" + seed;
        assertEquals(run.oracleLoss(), run.run(1), 1e-5 * run.oracleLoss(), "loss" + of);
        DoubleSupplier loss = run::oracleLoss;
        run.gradient.asMap().forEach((name, matrix) -> assertNear(name + of, run.oracle.gradient(name, loss),
                matrix.toArray()));
    }

    private final Case small = new Case(new Input.Embedding(5, 3), List.of(4, 3), 4, 3, 2, 0);

    @Test
    void gradientsAreAddedToWhatIsThere() {
        Run run = new Run(CellKind.LSTM, small, 1);
        Run twice = new Run(CellKind.LSTM, small, 1);
        run.run(1);
        twice.gradient.copyFrom(run.gradient);
        twice.run(1);
        float[] one = run.gradient.get("layer1.weight").toArray();
        float[] two = twice.gradient.get("layer1.weight").toArray();
        float largest = 0;
        for (float value : one) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < one.length; i++) {
            assertEquals(2 * one[i], two[i], 1e-6f * largest);
        }
    }

    @Test
    void weightsMultiplyLossAndGradient() {
        Run run = new Run(CellKind.GRU, small, 1);
        Run halved = new Run(CellKind.GRU, small, 1);
        assertEquals(0.5 * run.run(1), halved.run(0.5f), 1e-9);
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
        Run again = new Run(CellKind.GRU_RESET_BEFORE, small, 1);
        assertEquals(run.run(1), again.run(1), 0);
        assertArrayEquals(run.gradient.get("embedding.weight").toArray(),
                again.gradient.get("embedding.weight").toArray());
    }

    @Test
    void aTargetThatIsNoClassIsRefused() {
        for (int bad : new int[]{4, -2}) {
            Run run = new Run(CellKind.RNN, small, 1);
            run.targets[3] = bad;
            assertThrows(IndexOutOfBoundsException.class, () -> run.run(1));
        }
    }
}
