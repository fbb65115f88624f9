package dev.unroll.bench;

import dev.unroll.cells.CellKind;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Session;
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

/** One step of one stream: a layer of {@code hidden} units that reads as many features, and a small head. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class StepBenchmark {
    private static final int CLASSES = 16;

    @Param({"vector", "openblas", "scalar"})
    private String backend;

    @Param({"lstm", "gru", "rnn"})
    private String cell;

    @Param({"64", "256", "512"})
    private int hidden;

    private Kernels kernels;
    private Network network;
    private Session session;
    private float[] x;
    private final float[] y = new float[CLASSES];

    /** Builds the network. */
    @Setup
    public void setUp() {
        kernels = Backend.of(backend).open(1);
        network = Network.builder(new Input.Features(hidden)).layer(CellKind.named(cell).orElseThrow(), hidden)
                .softmax(CLASSES).build(1, kernels);
        session = network.newSession();
        x = new float[hidden];
        for (int i = 0; i < hidden; i++) {
            x[i] = (float) Math.sin(i);
        }
    }

    /** One step. */
    @Benchmark
    public void step() {
        session.step(x, y);
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
        network.close();
        kernels.close();
    }
}
