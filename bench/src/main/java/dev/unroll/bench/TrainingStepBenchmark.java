package dev.unroll.bench;

import dev.unroll.cells.CellKind;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.training.Trainer;
import dev.unroll.training.Training;
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

/**
 * One training step of a character model: forward, BPTT, clipping and Adam over a window of time*batch characters, which
 * divided by the time of a step are the characters a second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class TrainingStepBenchmark {
    private static final int VOCABULARY = 65;
    private static final int TEXT = 1_000_000;

    @Param({"vector", "openblas", "scalar"})
    private String backend;

    @Param("1")
    private int threads;

    @Param("lstm")
    private String cell;

    @Param("256")
    private int hidden;

    @Param("50")
    private int time;

    @Param("32")
    private int batch;

    @Param("1")
    private int replicas;

    private Kernels kernels;
    private Network network;
    private Training training;

    /** Builds the network and a text of random characters. */
    @Setup
    public void setUp() {
        kernels = Backend.of(backend).open(threads);
        network = Network.builder(VOCABULARY).layer(CellKind.named(cell).orElseThrow(), hidden).softmax(VOCABULARY)
                .build(1, kernels);
        int[] text = new SplittableRandom(1).ints(TEXT, 0, VOCABULARY).toArray();
        training = Trainer.of(network).truncatedBptt(time).batch(batch).replicas(replicas).start(text);
    }

    /**
     * One step.
     *
     * @return its loss
     */
    @Benchmark
    public double step() {
        return training.step().loss();
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
        training.close();
        network.close();
        kernels.close();
    }
}
