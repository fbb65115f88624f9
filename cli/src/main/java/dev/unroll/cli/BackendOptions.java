package dev.unroll.cli;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import picocli.CommandLine.Option;

/** Who computes: options that several commands have. */
final class BackendOptions {
    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "auto", description = "auto, vector, openblas or scalar (default: ${DEFAULT-VALUE}, the best that opens).")
    private String backend;

    @Option(names = "--threads", paramLabel = "N", description = "Threads (default: one a core).")
    private Integer threads;

    /** Opens what was asked for; the caller closes it. */
    Kernels open() {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1 || count > 1024) {
            throw new UserException("--threads is %d; wanted 1 to 1024".formatted(count));
        }
        return backend.equals("auto") ? Backend.auto(count) : Backend.of(backend).open(count);
    }
}
