package dev.unroll.kernels;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Who does the arithmetic. {@link #auto} takes the best that opens; {@code -Dunroll.backend=vector|openblas|scalar} forces
 * one for the whole JVM, and one that is forced and cannot open is an error, never a silent fallback.
 */
public enum Backend {
    /** The JDK's Vector API ({@code --add-modules jdk.incubator.vector}). */
    VECTOR {
        @Override
        public Optional<String> obstacle() {
            return VectorSupport.obstacle();
        }

        @Override
        Kernels kernels(int threads) {
            return new VectorKernels(threads);
        }

        @Override
        public String description() {
            return VectorKernels.bits() + "-bit vectors";
        }
    },

    /** OpenBLAS for the products, through JavaCPP; gates as in {@link #VECTOR}, or {@link #SCALAR} where that cannot open. */
    OPENBLAS {
        @Override
        public Optional<String> obstacle() {
            return OpenBlasLibrary.obstacle();
        }

        @Override
        Kernels kernels(int threads) {
            return new OpenBlasKernels(threads);
        }

        @Override
        public String description() {
            return OpenBlasLibrary.config();
        }
    },

    /** Plain Java, on every JVM. */
    SCALAR {
        @Override
        public Optional<String> obstacle() {
            return Optional.empty();
        }

        @Override
        Kernels kernels(int threads) {
            return new ScalarKernels(threads);
        }

        @Override
        public String description() {
            return "plain Java";
        }
    };

    /** The system property that forces a backend. */
    public static final String PROPERTY = "unroll.backend";

    private static final Logger LOG = System.getLogger("dev.unroll.kernels");

    /**
     * Why this backend cannot open in this JVM, and the cure.
     *
     * @return one sentence, or nothing where it opens
     */
    public abstract Optional<String> obstacle();

    abstract Kernels kernels(int threads);

    /**
     * What this backend is here, for logs: width of a vector, version of a library.
     *
     * @return a few words
     * @throws BackendException where the backend cannot open
     */
    public abstract String description();

    /**
     * Opens this backend and no other.
     *
     * @param threads threads to share an operation, the caller's included
     * @return kernels; the caller closes them
     * @throws BackendException where it cannot open; the message names the cure
     * @throws IllegalArgumentException for fewer than one thread or more than 1024
     */
    public Kernels open(int threads) {
        checkThreads(threads);
        Optional<String> obstacle = obstacle();
        if (obstacle.isPresent()) {
            throw new BackendException("backend " + this + " cannot open: " + obstacle.get());
        }
        return kernels(threads);
    }

    private void checkThreads(int threads) {
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("open %s: %d threads; wanted 1 to 1024".formatted(this, threads));
        }
    }

    /**
     * Opens the backend that the property {@link #PROPERTY} forces, else the best that opens, and logs one line that says
     * which and why. Where the best is VECTOR and a {@link Tuning} of this machine lies at {@link Tuning#file}, the products
     * and steps that it gives to OpenBLAS go there. Results then depend on the table, and in those on how a team parts
     * them; a forced backend has none of that.
     *
     * @param threads threads to share an operation, the caller's included
     * @return kernels; the caller closes them
     * @throws BackendException where the forced backend cannot open, or the property names none
     * @throws IllegalArgumentException for fewer than one thread or more than 1024
     */
    public static Kernels auto(int threads) {
        String forced = System.getProperty(PROPERTY, "");
        if (!forced.isEmpty() && !forced.equals("auto")) {
            Kernels kernels = of(forced).open(threads);
            LOG.log(Level.INFO, () -> "%s, forced by -D%s: %s".formatted(kernels, PROPERTY,
                    kernels.backend().description()));
            return kernels;
        }
        if (VECTOR.obstacle().isEmpty()) {
            VECTOR.checkThreads(threads);
            Optional<Tuning> tuning = tuning();
            if (tuning.isPresent()) {
                Kernels kernels = new VectorKernels(threads, tuning.orElseThrow());
                LOG.log(Level.INFO, () -> "%s (%s), the best here; products and steps of %s".formatted(kernels,
                        VECTOR.description(), tuning.orElseThrow()));
                return kernels;
            }
        }
        StringJoiner reasons = new StringJoiner(" ");
        for (Backend backend : values()) {
            Optional<String> obstacle = backend.obstacle();
            if (obstacle.isEmpty()) {
                Kernels kernels = backend.open(threads);
                Level level = reasons.length() == 0 ? Level.INFO : Level.WARNING;
                LOG.log(level, () -> "%s (%s)%s".formatted(kernels, backend.description(),
                        reasons.length() == 0 ? ", the best here" : ", for want of a better: " + reasons));
                return kernels;
            }
            reasons.add(backend + ": " + obstacle.get());
        }
        throw new AssertionError("plain Java opens everywhere");
    }

    /** The table of this machine, where it has something for OpenBLAS. */
    private static Optional<Tuning> tuning() {
        try {
            return Tuning.load().filter(tuning -> tuning.openblasEntries() > 0);
        } catch (IOException e) {
            LOG.log(Level.WARNING, e::getMessage);
            return Optional.empty();
        }
    }

    /**
     * The backend of a name.
     *
     * @param name {@code vector}, {@code openblas} or {@code scalar}
     * @return the backend
     * @throws BackendException for any other name
     */
    public static Backend of(String name) {
        return Arrays.stream(values()).filter(b -> b.toString().equals(name)).findFirst().orElseThrow(
                () -> new BackendException("no backend '" + name + "'; wanted auto, vector, openblas or scalar"));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
