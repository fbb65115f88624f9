package dev.unroll.bench;

import dev.unroll.kernels.Activation;
import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.LstmForm;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
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
 * The gate arithmetic of one step. Gates turn what they read into what they write, in place, so a run reads what the run
 * before has left. Forward that stays within bounds. Backward it would shrink to denormal numbers, which are slow; there
 * forward and backward take turns.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class GateBenchmark {
    @Param({"vector", "openblas", "scalar"})
    private String backend;

    @Param("1")
    private int threads;

    @Param("32")
    private int batch;

    @Param("256")
    private int hidden;

    private final Arena arena = Arena.ofShared();
    private Kernels kernels;
    private Matrix z4;
    private Matrix z3;
    private Matrix z1;
    private Matrix a;
    private Matrix b;
    private Matrix c;
    private Matrix q;
    private Matrix saved;
    private Matrix next;
    private Matrix da;
    private Matrix dc;

    /** Fills the operands. */
    @Setup
    public void setUp() {
        kernels = Backend.of(backend).open(threads);
        z4 = Filled.matrix(arena, batch, 4 * hidden);
        z3 = Filled.matrix(arena, batch, 3 * hidden);
        z1 = Filled.matrix(arena, batch, hidden);
        // Zero, for q += b grows with every run.
        b = Matrix.allocate(arena, 1, hidden);
        a = Filled.matrix(arena, batch, hidden);
        c = Filled.matrix(arena, batch, hidden);
        q = Filled.matrix(arena, batch, hidden);
        saved = Filled.matrix(arena, batch, hidden);
        next = Filled.matrix(arena, batch, hidden);
        da = Filled.matrix(arena, batch, hidden);
        dc = Filled.matrix(arena, batch, hidden);
    }

    /** LSTM. */
    @Benchmark
    public void lstm() {
        kernels.lstm(LstmForm.PLAIN, z4, c, next, saved, a);
    }

    /** LSTM, forward and backward. */
    @Benchmark
    public void lstmBothWays() {
        kernels.lstm(LstmForm.PLAIN, z4, c, next, saved, a);
        kernels.lstmBackward(LstmForm.PLAIN, z4, c, next, saved, da, dc);
    }

    /** GRU that resets after the product. */
    @Benchmark
    public void gru() {
        kernels.gruResetAfter(z3, q, b, a, next);
    }

    /** GRU that resets after the product, forward and backward. */
    @Benchmark
    public void gruBothWays() {
        kernels.gruResetAfter(z3, q, b, a, next);
        kernels.gruResetAfterBackward(z3, q, a, da, next);
    }

    /** Simple recurrent network. */
    @Benchmark
    public void tanh() {
        kernels.activate(Activation.TANH, z1, next);
    }

    /** Simple recurrent network, backward. */
    @Benchmark
    public void tanhBackward() {
        kernels.activateBackward(Activation.TANH, z1, da, next);
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
        kernels.close();
        arena.close();
    }
}
