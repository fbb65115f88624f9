package dev.unroll.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandleProxies;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * OpenBLAS as JavaCPP brings it: JavaCPP finds, unpacks and loads the library of this platform, and its functions are
 * called through the JDK's linker with segments, not through JavaCPP's pointers. The linker keeps every segment alive for
 * the time of the call, so that an arena which another thread closes at the wrong moment is an exception and not a crash.
 *
 * <p>The library is set to one thread: the team of the kernels shares the rows, and nothing is oversubscribed. The setting is
 * the process's, and who loads a libtorch after it changes it; so it is asked for before each product.
 */
final class OpenBlasLibrary {
    /** Values of the C enums CBLAS_LAYOUT and CBLAS_TRANSPOSE. */
    static final int ROW_MAJOR = 101;
    static final int NO_TRANS = 111;
    static final int TRANS = 112;

    private static final String DENIED = "native access is denied; start java with"
            + " --enable-native-access=ALL-UNNAMED, or on the module path"
            + " --enable-native-access=dev.unroll.kernels,org.bytedeco.javacpp.";

    /** Cores for which the library has kernels for small matrices of floats. */
    private static final Pattern SMALL = Pattern.compile("(?i)SkylakeX|Cooperlake|SapphireRapids");

    private OpenBlasLibrary() {}

    /** C = alpha*op(A)*op(B) + beta*C. */
    public interface Sgemm {
        /** {@code cblas_sgemm}. */
        void call(int order, int transA, int transB, int m, int n, int k, float alpha, MemorySegment a, int lda,
                MemorySegment b, int ldb, float beta, MemorySegment c, int ldc);
    }

    /** y = alpha*op(A)*x + beta*y. */
    public interface Sgemv {
        /** {@code cblas_sgemv}. */
        void call(int order, int trans, int m, int n, float alpha, MemorySegment a, int lda, MemorySegment x, int incX,
                float beta, MemorySegment y, int incY);
    }

    /** {@code openblas_set_num_threads}. */
    public interface SetThreads {
        /** Sets the library's threads for the whole process. */
        void call(int threads);
    }

    /** {@code openblas_get_num_threads}. */
    public interface GetThreads {
        /** Returns the library's threads. */
        int call();
    }

    /** {@code openblas_get_config}. */
    public interface GetConfig {
        /** Returns a C string. */
        MemorySegment call();
    }

    /** The functions, or why there are none. A record, for the compiler takes its fields for constants. */
    private record Functions(Sgemm sgemm, Sgemv sgemv, GetThreads getThreads, SetThreads setThreads, String config,
            boolean hasSmallKernels, String obstacle) {}

    /** A library is loaded once a process and stays; this holds its functions from first use on. */
    private static final class Loaded {
        static final Functions FUNCTIONS = load();
    }

    static Optional<String> obstacle() {
        return Optional.ofNullable(Loaded.FUNCTIONS.obstacle);
    }

    static Sgemm sgemm() {
        return Loaded.FUNCTIONS.sgemm;
    }

    static Sgemv sgemv() {
        return Loaded.FUNCTIONS.sgemv;
    }

    static SetThreads setThreads() {
        return Loaded.FUNCTIONS.setThreads;
    }

    static GetThreads getThreads() {
        return Loaded.FUNCTIONS.getThreads;
    }

    /** Takes the library back to one thread, if somebody has given it more. */
    static void toOneThread() {
        if (getThreads().call() != 1) {
            setThreads().call(1);
        }
    }

    /** Whether there are kernels for small matrices, which read them where they lie. */
    static boolean hasSmallKernels() {
        return Loaded.FUNCTIONS.hasSmallKernels;
    }

    /** Version and kernel of the library, in its own words. */
    static String config() {
        if (Loaded.FUNCTIONS.obstacle != null) {
            throw new BackendException(Loaded.FUNCTIONS.obstacle);
        }
        return Loaded.FUNCTIONS.config;
    }

    private static Functions load() {
        try {
            ClassLoader loader = OpenBlasLibrary.class.getClassLoader();
            Class.forName("org.bytedeco.javacpp.Loader", false, loader);
            Class.forName("org.bytedeco.openblas.global.openblas_nolapack", false, loader);
            return Bytedeco.load();
        } catch (ClassNotFoundException e) {
            return failed(
                    "org.bytedeco:javacpp and org.bytedeco:openblas are not on the class path; add both, each also"
                            + " with the classifier of this platform" + andAsModules() + ".");
        } catch (LinkageError e) {
            if (e.getCause() instanceof IllegalCallerException) {
                return failed(DENIED);
            }
            return failed("the native library does not load (" + firstLine(e) + "); add org.bytedeco:javacpp and"
                    + " org.bytedeco:openblas with the classifier of this platform" + andAsModules()
                    + ", and let JavaCPP write its cache where libraries may be loaded from"
                    + " (-Dorg.bytedeco.javacpp.cachedir=DIR).");
        } catch (IllegalCallerException e) {
            return failed(DENIED);
        }
    }

    private static Functions failed(String obstacle) {
        return new Functions(null, null, null, null, null, false, obstacle);
    }

    /** Nobody requires the jars with the libraries: on the module path they are there only if they are named. */
    private static String andAsModules() {
        return OpenBlasLibrary.class.getModule().isNamed()
                ? ", on the module path with --add-modules ALL-MODULE-PATH"
                : "";
    }

    private static String firstLine(LinkageError e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no message");
    }

    /** What names JavaCPP, loaded only where JavaCPP is there. Calling native code is what it is for. */
    @SuppressWarnings("restricted")
    private static final class Bytedeco {
        private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
        private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
        private static final ValueLayout POINTER = ValueLayout.ADDRESS;

        private final SymbolLookup symbols;

        private Bytedeco(SymbolLookup symbols) {
            this.symbols = symbols;
        }

        static Functions load() {
            String path = Loader.load(openblas_nolapack.class);
            if (path == null) {
                throw new UnsatisfiedLinkError("JavaCPP knows no OpenBLAS for " + Loader.getPlatform());
            }
            return new Bytedeco(SymbolLookup.libraryLookup(Path.of(path), Arena.global())).functions();
        }

        private Functions functions() {
            SetThreads setThreads = bind(SetThreads.class, "openblas_set_num_threads", FunctionDescriptor.ofVoid(INT));
            GetThreads getThreads = bind(GetThreads.class, "openblas_get_num_threads", FunctionDescriptor.of(INT),
                    Linker.Option.critical(false));
            setThreads.call(1);
            MemorySegment config = bind(GetConfig.class, "openblas_get_config", FunctionDescriptor.of(POINTER)).call();
            Sgemm sgemm = bind(Sgemm.class, "cblas_sgemm", FunctionDescriptor.ofVoid(INT, INT, INT, INT, INT, INT,
                    FLOAT, POINTER, INT, POINTER, INT, FLOAT, POINTER, INT));
            Sgemv sgemv = bind(Sgemv.class, "cblas_sgemv", FunctionDescriptor.ofVoid(INT, INT, INT, INT, FLOAT, POINTER,
                    INT, POINTER, INT, FLOAT, POINTER, INT));
            String words = config.reinterpret(256).getString(0).trim();
            return new Functions(sgemm, sgemv, getThreads, setThreads, words, SMALL.matcher(words).find(), null);
        }

        private <T> T bind(Class<T> type, String name, FunctionDescriptor signature, Linker.Option... options) {
            MemorySegment address = symbols.find(name)
                    .orElseThrow(() -> new UnsatisfiedLinkError("OpenBLAS has no function " + name));
            return MethodHandleProxies.asInterfaceInstance(type,
                    Linker.nativeLinker().downcallHandle(address, signature, options));
        }
    }
}
