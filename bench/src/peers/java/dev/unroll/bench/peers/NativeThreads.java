package dev.unroll.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.util.function.IntConsumer;

/** How many threads the libraries below the peers take. */
final class NativeThreads {
    private NativeThreads() {}

    /**
     * The OpenMP runtime that oneDNN and libtorch share, for parallel regions that the calling thread begins. Both bring a
     * {@code libgomp.so.1}, and the dynamic linker, which goes by that name, gives the one that came first to whoever comes
     * later: so there is one team of threads in the process, not two that fight.
     */
    static void setOpenMp(int threads) {
        set("libgomp.so.1", "omp_set_num_threads", threads);
    }

    /**
     * The OpenBLAS below libtorch. Its name is that of the one which Unroll's backend has loaded, so there is one in the
     * process; each side sets it before it computes.
     *
     * @return sets it, quick enough for every run
     */
    static IntConsumer openBlas() {
        return function("libopenblas.so.0", "openblas_set_num_threads", Arena.global());
    }

    private static void set(String library, String function, int threads) {
        try (Arena arena = Arena.ofConfined()) {
            function(library, function, arena).accept(threads);
        }
    }

    @SuppressWarnings("restricted") // Calling native code is what it is for.
    private static IntConsumer function(String library, String function, Arena arena) {
        MethodHandle set = Linker.nativeLinker().downcallHandle(
                SymbolLookup.libraryLookup(library, arena).findOrThrow(function),
                FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
        return MethodHandleProxies.asInterfaceInstance(IntConsumer.class, set);
    }
}
