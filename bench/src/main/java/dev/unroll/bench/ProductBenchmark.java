package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.PackedMatrix;
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

/** out = x·Wᵀ, x being m x k and W n x k, packed before: 2*m*n*k floating-point operations. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ProductBenchmark {
    @Param({"vector", "openblas", "scalar"})
    private String backend;

    @Param("1")
    private int threads;

    @Param({"1", "8", "32", "128"})
    private int m;

    @Param("1024")
    private int n;

    @Param("512")
    private int k;

    private final Arena arena = Arena.ofShared();
    private Kernels kernels;
    private Matrix x;
    private PackedMatrix w;
    private Matrix out;

    /** Fills the operands. */
    @Setup
    public void setUp() {
        kernels = Backend.of(backend).open(threads);
        x = Filled.matrix(arena, m, k);
        w = kernels.packTransposed(arena, Filled.matrix(arena, n, k));
        out = Matrix.allocate(arena, m, n);
    }

    /** One product. */
    @Benchmark
    public void multiply() {
        kernels.multiply(x, w, out);
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
        kernels.close();
        arena.close();
    }
}
