package dev.unroll.bench;

import dev.unroll.cells.CellKind;
import dev.unroll.kernels.Backend;
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

/** A layer over a whole sequence, forward: {@code hidden} units that read as many features. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class SequenceForwardBenchmark {
    @Param({"vector", "openblas", "scalar"})
    private String backend;

    @Param("1")
    private int threads;

    @Param({"lstm", "gru", "rnn"})
    private String cell;

    @Param("64")
    private int time;

    @Param("32")
    private int batch;

    @Param("256")
    private int hidden;

    private LayerContender layer;

    /** Builds the layer. */
    @Setup
    public void setUp() {
        LayerCase shape = new LayerCase(CellKind.named(cell).orElseThrow(), time, batch, hidden);
        layer = new UnrollRuntime(Backend.of(backend)).open(LayerOperands.random(shape, 1), threads);
    }

    /** One pass over the sequence. */
    @Benchmark
    public void forward() {
        layer.run();
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
        layer.close();
    }
}
