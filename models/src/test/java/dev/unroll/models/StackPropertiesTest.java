package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.unroll.cells.CellText;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Specifies what is true of every stack, on random ones; a failure names the seed of its stack. */
class StackPropertiesTest extends OnBackendUnderTest {
    private static final long SEED = Long.getLong("unroll.seed", 20261124);
    private static final int ROUNDS = 40;
    private static final List<String> CELLS = List.of("rnn %d", "rnn %d relu no-bias", "rnn %d identity",
            "rnn %d sigmoid",
            "gru %d", "gru %d no-bias", "gru-reset-before %d", "gru-simplified %d", "gru-layer-norm %d", "lstm %d",
            "lstm %d no-bias", "lstm %d peephole", "lstm %d coupled", "lstm %d clip 0.3", "lstm %d projection 3",
            "lstm %d peephole coupled clip 0.5 projection 2", "lstm-layer-norm %d");

    @TempDir
    private Path folder;

    static LongStream seeds() {
        return LongStream.range(SEED, SEED + ROUNDS);
    }

    /** A random stack, its weights, and a batch of sequences. */
    private final class Drawn {
        private final SplittableRandom random;
        private final Stack stack;
        private final Parameters parameters;
        private final int batch;
        private final int time;
        private final Sequence x;

        /** Layers that go any way, or forward alone. */
        Drawn(long seed, Direction... directions) {
            random = new SplittableRandom(seed);
            List<Layer> layers = new ArrayList<>();
            int width = random.nextInt(2, 6);
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                String words = CELLS.get(random.nextInt(CELLS.size())).formatted(random.nextInt(5, 20));
                layers.add(Layer.of(CellText.read(Arrays.asList(words.split(" ", -1)), width))
                        .direction(directions[random.nextInt(directions.length)]));
                width = layers.getLast().outputSize();
            }
            stack = new Stack(layers);
            parameters = Parameters.allocate(arena, stack.parameterShapes());
            parameters.asMap().values().forEach(matrix -> fill(matrix, 0.5));
            batch = random.nextInt(1, 14);
            time = random.nextInt(1, 9);
            x = Sequence.allocate(arena, time, batch, stack.inputSize());
            fill(x.asMatrix(), 1);
        }

        private void fill(Matrix matrix, double bound) {
            for (int i = 0; i < matrix.rows(); i++) {
                for (int j = 0; j < matrix.cols(); j++) {
                    matrix.set(i, j, (float) random.nextDouble(-bound, bound));
                }
            }
        }

        Lengths lengths() {
            return Lengths.of(time, random.ints(batch, 0, time + 1).toArray());
        }

        StackRun run(Stack of, Kernels who, int sequences) {
            return new StackRun(StackWeights.pack(of, who, arena, parameters, Use.INFERENCE, InputKind.DENSE), arena,
                    time,
                    sequences);
        }

        StackRun run() {
            return run(stack, kernels, batch);
        }

        /** Fills a state with numbers that follow from the sequence's. */
        void begin(StackState state, int... sequences) {
            forEach(state, matrix -> {
                for (int i = 0; i < sequences.length; i++) {
                    for (int j = 0; j < matrix.cols(); j++) {
                        matrix.set(i, j, (float) Math.sin(sequences[i] * 7 + j));
                    }
                }
            });
        }

        int[] all() {
            return IntStream.range(0, batch).toArray();
        }
    }

    private interface Visitor {
        void visit(Matrix matrix);
    }

    private static void forEach(StackState state, Visitor visitor) {
        for (int i = 0; i < state.size(); i++) {
            for (Way way : state.ways(i)) {
                visitor.visit(state.at(i, way).hidden());
                visitor.visit(state.at(i, way).memory());
            }
        }
    }

    /** The state of one sequence. */
    private static float[] row(StackState state, int sequence) {
        List<Float> numbers = new ArrayList<>();
        forEach(state, matrix -> {
            for (int j = 0; j < matrix.cols(); j++) {
                numbers.add(matrix.get(sequence, j));
            }
        });
        float[] row = new float[numbers.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = numbers.get(i);
        }
        return row;
    }

    /** One sequence's steps from a time on, as a batch of their own. */
    private Sequence steps(Sequence of, int sequence, int from, int count) {
        Sequence steps = Sequence.allocate(arena, count, 1, of.feature());
        for (int t = 0; t < count; t++) {
            steps.at(t).copyFrom(of.at(from + t).row(sequence));
        }
        return steps;
    }

    private static void assertClose(Matrix wanted, Matrix ours, String context) {
        assertArrayEquals(wanted.toArray(), ours.toArray(), 2e-5f, context);
    }

    private static String of(long seed) {
        return "-Dunroll.seed=" + seed;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aPaddedBatchIsItsSequencesOneByOne(long seed) {
        Drawn drawn = new Drawn(seed, Direction.values());
        Lengths lengths = drawn.lengths();
        StackRun together = drawn.run();
        drawn.begin(together.state(), drawn.all());
        Sequence y = together.forward(drawn.x, lengths);
        for (int i = 0; i < drawn.batch; i++) {
            StackRun alone = drawn.run(drawn.stack, kernels, 1);
            drawn.begin(alone.state(), i);
            Sequence own = alone.forward(steps(drawn.x, i, 0, lengths.length(i)));
            assertClose(own.asMatrix(), steps(y, i, 0, lengths.length(i)).asMatrix(), of(seed) + ", sequence " + i);
            assertArrayEquals(row(alone.state(), 0), row(together.state(), i), 2e-5f, of(seed) + ", state " + i);
            for (int t = lengths.length(i); t < drawn.time; t++) {
                assertArrayEquals(new float[y.feature()], y.at(t).row(i).toArray(), of(seed) + ", behind the end");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aSequenceInTwoPartsThatCarryTheStateIsOneSequence(long seed) {
        Drawn drawn = new Drawn(seed, Direction.FORWARD);
        StackRun whole = drawn.run();
        float[] y = whole.forward(drawn.x).asMatrix().toArray();
        int cut = drawn.random.nextInt(drawn.time + 1);
        StackRun parts = drawn.run();
        float[] first = parts.forward(drawn.x.slice(0, cut)).asMatrix().toArray();
        float[] second = parts.forward(drawn.x.slice(cut, drawn.time - cut)).asMatrix().toArray();
        assertArrayEquals(Arrays.copyOfRange(y, 0, first.length), first, 2e-5f, of(seed));
        assertArrayEquals(Arrays.copyOfRange(y, first.length, y.length), second, 2e-5f, of(seed));
        assertArrayEquals(row(whole.state(), 0), row(parts.state(), 0), 2e-5f, of(seed));
    }

    /** Each sequence from its last step to its first. */
    private Sequence reversed(Sequence of, Lengths lengths) {
        Sequence reversed = Sequence.allocate(arena, of.time(), of.batch(), of.feature());
        for (int i = 0; i < of.batch(); i++) {
            for (int t = 0; t < lengths.length(i); t++) {
                reversed.at(t).row(i).copyFrom(of.at(lengths.length(i) - 1 - t).row(i));
            }
        }
        return reversed;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void reversingTheSequencesAndTheDirectionReversesTheOutput(long seed) {
        Drawn drawn = new Drawn(seed, Direction.FORWARD);
        Lengths lengths = drawn.lengths();
        Sequence y = drawn.run().forward(drawn.x, lengths);
        Stack other = new Stack(
                drawn.stack.layers().stream().map(layer -> layer.direction(Direction.BACKWARD)).toList());
        Parameters same = Parameters.allocate(arena, other.parameterShapes());
        same.asMap().forEach((name, matrix) -> matrix.copyFrom(drawn.parameters.get(name.replace("reverse.", ""))));
        StackRun backward = new StackRun(StackWeights.pack(other, kernels, arena, same, Use.INFERENCE, InputKind.DENSE),
                arena, drawn.time, drawn.batch);
        assertClose(reversed(y, lengths).asMatrix(), backward.forward(reversed(drawn.x, lengths), lengths).asMatrix(),
                of(seed));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void permutingTheBatchPermutesOutputsAndStates(long seed) {
        Drawn drawn = new Drawn(seed, Direction.values());
        Lengths lengths = drawn.lengths();
        StackRun run = drawn.run();
        drawn.begin(run.state(), drawn.all());
        Sequence y = run.forward(drawn.x, lengths);
        int[] order = drawn.random.ints(drawn.batch, 0, drawn.batch).toArray(); // any sequences, some twice
        Sequence x = Sequence.allocate(arena, drawn.time, drawn.batch, drawn.x.feature());
        for (int t = 0; t < drawn.time; t++) {
            for (int i = 0; i < drawn.batch; i++) {
                x.at(t).row(i).copyFrom(drawn.x.at(t).row(order[i]));
            }
        }
        StackRun permuted = drawn.run();
        drawn.begin(permuted.state(), order);
        Sequence py = permuted.forward(x, Lengths.of(drawn.time, Arrays.stream(order).map(lengths::length).toArray()));
        for (int i = 0; i < drawn.batch; i++) {
            assertClose(steps(y, order[i], 0, drawn.time).asMatrix(), steps(py, i, 0, drawn.time).asMatrix(), of(seed));
            assertArrayEquals(row(run.state(), order[i]), row(permuted.state(), i), 2e-5f, of(seed));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatStandsBehindTheEndReachesNothing(long seed) {
        Drawn drawn = new Drawn(seed, Direction.values());
        Lengths lengths = drawn.lengths();
        StackRun run = drawn.run();
        float[] y = run.forward(drawn.x, lengths).asMatrix().toArray();
        float[] state = row(run.state(), 0);
        for (int i = 0; i < drawn.batch; i++) {
            for (int t = lengths.length(i); t < drawn.time; t++) {
                drawn.x.at(t).row(i).fill(t % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY);
            }
        }
        StackRun again = drawn.run();
        assertArrayEquals(y, again.forward(drawn.x, lengths).asMatrix().toArray(), 0, of(seed));
        assertArrayEquals(state, row(again.state(), 0), 0, of(seed));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noStepsGiveTheFirstStateBack(long seed) {
        Drawn drawn = new Drawn(seed, Direction.values());
        StackRun run = drawn.run();
        StackTrace trace = new StackTrace(
                StackWeights.pack(drawn.stack, kernels, arena, drawn.parameters, Use.TRAINING, InputKind.DENSE), arena,
                drawn.time, drawn.batch);
        StackState first = StackState.allocate(drawn.stack, arena, drawn.batch);
        drawn.begin(first, drawn.all());
        int[] lengths = drawn.random.ints(drawn.batch, 0, drawn.time + 1).toArray();
        int none = drawn.random.nextInt(drawn.batch);
        lengths[none] = 0;
        run.state().copyFrom(first);
        trace.state().copyFrom(first);
        run.forward(drawn.x, Lengths.of(drawn.time, lengths));
        trace.forward(drawn.x, Lengths.of(drawn.time, lengths));
        assertArrayEquals(row(first, none), row(run.state(), none), 0, of(seed));
        assertArrayEquals(row(first, none), row(trace.state(), none), 0, of(seed));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theNumberOfThreadsChangesNothing(long seed) {
        Drawn drawn = new Drawn(seed, Direction.values());
        float tolerance = kernels.backend() == Backend.OPENBLAS ? 2e-5f : 0;
        Lengths lengths = drawn.lengths();
        float[] y = drawn.run().forward(drawn.x, lengths).asMatrix().toArray();
        try (Kernels three = kernels.backend().open(3)) {
            assertArrayEquals(y,
                    drawn.run(drawn.stack, three, drawn.batch).forward(drawn.x, lengths).asMatrix().toArray(),
                    tolerance, of(seed));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aTraceWithoutASeedComputesWhatARunComputes(long seed) {
        Drawn drawn = new Drawn(seed, Direction.values());
        Stack disturbed = new Stack(drawn.stack.layers().stream()
                .map(layer -> layer.regularization(new Regularization(0.3, 0.2, 0.4, 0.25, 0.1))).toList());
        Lengths lengths = drawn.lengths();
        StackRun run = drawn.run(disturbed, kernels, drawn.batch);
        StackTrace trace = trace(drawn, disturbed, kernels);
        trace.forward(drawn.x, lengths);
        assertClose(run.forward(drawn.x, lengths).asMatrix(), trace.output().asMatrix(), of(seed));
        assertArrayEquals(row(run.state(), 0), row(trace.state(), 0), 2e-5f, of(seed));
    }

    private StackTrace trace(Drawn drawn, Stack stack, Kernels who) {
        return new StackTrace(
                StackWeights.pack(stack, who, arena, drawn.parameters, Use.TRAINING, InputKind.DENSE), arena,
                drawn.time,
                drawn.batch);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aSeedDropsTheSameWhateverTheThreadsAndAnotherSeedOthers(long seed) {
        Drawn drawn = new Drawn(seed, Direction.values());
        Stack disturbed = new Stack(drawn.stack.layers().stream()
                .map(layer -> layer.regularization(new Regularization(0.3, 0.2, 0.4, 0.25, 0.1))).toList());
        Lengths lengths = Lengths.full(drawn.time, drawn.batch);
        float tolerance = kernels.backend() == Backend.OPENBLAS ? 2e-5f : 0;
        try (Kernels three = kernels.backend().open(3)) {
            float[] once = disturbed(drawn, disturbed, kernels, lengths, 5);
            assertArrayEquals(once, disturbed(drawn, disturbed, kernels, lengths, 5), 0, of(seed));
            assertArrayEquals(once, disturbed(drawn, disturbed, three, lengths, 5), tolerance, of(seed));
            assertNotEquals(Arrays.hashCode(once),
                    Arrays.hashCode(disturbed(drawn, disturbed, kernels, lengths, 6)), of(seed));
        }
    }

    private float[] disturbed(Drawn drawn, Stack stack, Kernels who, Lengths lengths, long seed) {
        StackTrace trace = trace(drawn, stack, who);
        drawn.begin(trace.state(), drawn.all());
        trace.forward(drawn.x, lengths, Noise.of(seed));
        float[] y = trace.output().asMatrix().toArray();
        float[] state = row(trace.state(), drawn.batch - 1);
        float[] both = Arrays.copyOf(y, y.length + state.length);
        System.arraycopy(state, 0, both, y.length, state.length);
        return both;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void bothWaysAreTheSumOrTheTwoSideBySide(long seed) {
        Drawn drawn = new Drawn(seed, Direction.CONCAT);
        Stack one = new Stack(drawn.stack.layers().subList(0, 1));
        Stack sum = Stack.of(one.layers().getFirst().direction(Direction.SUM));
        Lengths lengths = drawn.lengths();
        Sequence both = drawn.run(one, kernels, drawn.batch).forward(drawn.x, lengths);
        Sequence added = drawn.run(sum, kernels, drawn.batch).forward(drawn.x, lengths);
        int h = one.layers().getFirst().cell().hiddenSize();
        Matrix wanted = Matrix.allocate(arena, both.asMatrix().rows(), h);
        wanted.copyFrom(both.asMatrix().cols(0, h));
        kernels.addScaled(1, both.asMatrix().cols(h, h), wanted);
        assertClose(wanted, added.asMatrix(), of(seed));
        assertEquals(2 * h, both.feature());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aStateThatWasSavedGoesOnToTheBit(long seed) throws IOException {
        Drawn drawn = new Drawn(seed, Direction.values());
        Path file = folder.resolve("state.safetensors");
        StackRun run = drawn.run();
        run.forward(drawn.x, drawn.lengths());
        run.state().save(file);
        float[] next = run.forward(drawn.x).asMatrix().toArray();
        StackRun other = drawn.run();
        other.state().restore(file);
        assertArrayEquals(next, other.forward(drawn.x).asMatrix().toArray(), 0, of(seed));
    }
}
