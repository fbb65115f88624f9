package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import java.util.List;
import java.util.Optional;

/**
 * Unroll on one of its backends.
 *
 * @param backend who computes
 */
record UnrollRuntime(Backend backend) implements OwnRuntime {
    /** The backend that the others are compared with. */
    static final UnrollRuntime VECTOR = new UnrollRuntime(Backend.VECTOR);

    /** Ours, the one that counts first. */
    static List<PeerRuntime> all() {
        return List.of(VECTOR, new UnrollRuntime(Backend.OPENBLAS), new AutoRuntime(),
                new UnrollRuntime(Backend.SCALAR));
    }

    @Override
    public String name() {
        return backend.toString();
    }

    @Override
    public Optional<String> obstacle() {
        return backend.obstacle();
    }

    @Override
    public String description() {
        return "Unroll, " + backend.description();
    }

    @Override
    public Kernels kernels(int threads) {
        return backend.open(threads);
    }
}
