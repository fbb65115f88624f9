package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.training.Trainer;
import dev.unroll.training.Training;
import dev.unroll.training.TrainingStep;
import dev.unroll.training.TruncatedBptt;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * A step of full backpropagation through a long time, with every step's activations kept, and with the state of every s-th
 * alone: its time, and the memory that the process has had at most.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 1) // Of more, JMH would give the sum of what the counters say.
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
        "-XX:NativeMemoryTracking=summary", "-Xmx512m"})
public class CheckpointingBenchmark {
    private static final int VOCABULARY = 65;

    @Param({"0", "100"})
    private int checkpointEvery;

    @Param("10000")
    private int time;

    @Param("8")
    private int batch;

    @Param("256")
    private int hidden;

    @Param("vector")
    private String backend;

    private Kernels kernels;
    private Network network;
    private Training training;

    /** Memory at the end of an iteration. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Memory {
        /** Off-heap memory that is taken, in MB. */
        public double offHeap;
        /** Largest resident memory of the process, in MB. */
        public double peakResident;

        private void look() throws IOException {
            offHeap = NativeMemory.offHeap();
            peakResident = NativeMemory.peakResident();
        }
    }

    /** Builds the network and a text of random characters. */
    @Setup
    public void setUp() {
        kernels = Backend.of(backend).open(1);
        network = Network.builder(VOCABULARY).lstm(hidden).softmax(VOCABULARY).build(1, kernels);
        int[] text = new SplittableRandom(1).ints((long) time * batch + 1, 0, VOCABULARY).toArray();
        training = Trainer.of(network).bptt(TruncatedBptt.full().checkpointing(checkpointEvery)).batch(batch)
                .start(text);
    }

    /**
     * One step.
     *
     * @param memory told what is taken
     * @return the step
     * @throws IOException where the system does not say what is resident
     */
    @Benchmark
    public TrainingStep step(Memory memory) throws IOException {
        TrainingStep step = training.step();
        memory.look();
        return step;
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
        training.close();
        network.close();
        kernels.close();
    }
}
