package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;

/**
 * x·Wᵀ as one call of the {@code cblas_sgemm} of OpenBLAS, {@code cblas_sgemv} for one row: what a program does that has
 * OpenBLAS and nothing else. Unroll's own backend cuts a product of few rows into blocks that suit the library better.
 */
final class SgemmContender implements ProductRun {
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANS = 111;
    private static final int TRANS = 112;
    /** The library that Unroll's backend has loaded; its threads are set to one. */
    private static final String LIBRARY = "libopenblas_nolapack.so.0";

    /** C = alpha*op(A)*op(B) + beta*C. */
    @FunctionalInterface
    public interface Sgemm {
        void call(int order, int transA, int transB, int m, int n, int k, float alpha, MemorySegment a, int strideA,
                MemorySegment b, int strideB, float beta, MemorySegment c, int strideC);
    }

    /** y = alpha*op(A)*x + beta*y. */
    @FunctionalInterface
    public interface Sgemv {
        void call(int order, int trans, int m, int n, float alpha, MemorySegment a, int strideA, MemorySegment x,
                int stepX, float beta, MemorySegment y, int stepY);
    }

    private static final SymbolLookup SYMBOLS = symbols();

    private final Arena arena = Arena.ofShared();
    private final ProductCase shape;
    private final Matrix x;
    private final Matrix w;
    private final Matrix out;
    private final Sgemm sgemm;
    private final Sgemv sgemv;

    SgemmContender(ProductCase shape) {
        this.shape = shape;
        this.x = Filled.matrix(arena, shape.m(), shape.k());
        this.w = Filled.matrix(arena, shape.n(), shape.k());
        this.out = Matrix.allocate(arena, shape.m(), shape.n());
        ValueLayout.OfInt i = ValueLayout.JAVA_INT;
        ValueLayout.OfFloat f = ValueLayout.JAVA_FLOAT;
        ValueLayout p = ValueLayout.ADDRESS;
        this.sgemm = bind(Sgemm.class, "cblas_sgemm",
                FunctionDescriptor.ofVoid(i, i, i, i, i, i, f, p, i, p, i, f, p, i));
        this.sgemv = bind(Sgemv.class, "cblas_sgemv", FunctionDescriptor.ofVoid(i, i, i, i, f, p, i, p, i, f, p, i));
    }

    /** Whether the library can be called here: the backend opens, and the system knows the library by this name. */
    static boolean isThere() {
        return SYMBOLS != null;
    }

    @SuppressWarnings("restricted") // Calling native code is what it is for.
    private static SymbolLookup symbols() {
        if (Backend.OPENBLAS.obstacle().isPresent()) {
            return null;
        }
        try {
            return SymbolLookup.libraryLookup(LIBRARY, Arena.global());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @SuppressWarnings("restricted")
    private static <T> T bind(Class<T> type, String name, FunctionDescriptor signature) {
        MethodHandle handle = Linker.nativeLinker().downcallHandle(SYMBOLS.findOrThrow(name), signature);
        return MethodHandleProxies.asInterfaceInstance(type, handle);
    }

    @Override
    public void run() {
        if (shape.m() == 1) {
            sgemv.call(ROW_MAJOR, NO_TRANS, shape.n(), shape.k(), 1, w.segment(), shape.k(), x.segment(), 1, 0,
                    out.segment(), 1);
        } else {
            sgemm.call(ROW_MAJOR, NO_TRANS, TRANS, shape.m(), shape.n(), shape.k(), 1, x.segment(), shape.k(),
                    w.segment(), shape.k(), 0, out.segment(), shape.n());
        }
    }

    @Override
    public float[] output() {
        return out.toArray();
    }

    @Override
    public void close() {
        arena.close();
    }
}
