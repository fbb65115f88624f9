package dev.unroll.bench;

import dev.unroll.cells.CellKind;
import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.cells.CellWeights.Use;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Direction;
import dev.unroll.models.Layer;
import dev.unroll.models.Lengths;
import dev.unroll.models.Stack;
import dev.unroll.models.StackRun;
import dev.unroll.models.StackWeights;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A layer over a batch of sequences that fill their time, and of ones that fill half of it on the average. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 8, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class LengthsBenchmark {
    /** How long the sequences are. */
    public enum Filled {
        /** All of the time. */
        FULL,
        /** Anything from none to all of it, drawn evenly. */
        HALF
    }

    @Param("vector")
    private String backend;

    @Param("1")
    private int threads;

    @Param("lstm")
    private String cell;

    @Param({"FORWARD", "CONCAT"})
    private Direction direction;

    @Param({"FULL", "HALF"})
    private Filled filled;

    @Param("64")
    private int time;

    @Param("32")
    private int batch;

    @Param("256")
    private int hidden;

    private final Arena arena = Arena.ofShared();
    private Kernels kernels;
    private StackRun run;
    private Sequence x;
    private Lengths lengths;

    /** Builds the layer. */
    @Setup
    public void setUp() {
        kernels = Backend.of(backend).open(threads);
        Stack stack = Stack
                .of(Layer.of(CellKind.named(cell).orElseThrow().cell(hidden, hidden)).direction(direction));
        SplittableRandom random = new SplittableRandom(1);
        Parameters parameters = Parameters.allocate(arena, stack.parameterShapes());
        parameters.asMap().values().forEach(matrix -> fill(random, matrix));
        run = new StackRun(
                StackWeights.pack(stack, kernels, arena, parameters, Use.INFERENCE, InputKind.DENSE), arena, time,
                batch);
        x = Sequence.allocate(arena, time, batch, hidden);
        fill(random, x.asMatrix());
        lengths = filled == Filled.FULL
                ? Lengths.full(time, batch)
                : Lengths.of(time, random.ints(batch, 0, time + 1).toArray());
    }

    private static void fill(SplittableRandom random, Matrix matrix) {
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.cols(); j++) {
                matrix.set(i, j, (float) random.nextDouble(-0.05, 0.05));
            }
        }
    }

    /**
     * One pass over the sequences.
     *
     * @return the output
     */
    @Benchmark
    public Sequence forward() {
        return run.forward(x, lengths);
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
        kernels.close();
        arena.close();
    }
}
