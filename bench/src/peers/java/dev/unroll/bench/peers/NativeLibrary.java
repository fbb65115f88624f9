package dev.unroll.bench.peers;

import java.util.Optional;

/** Whether a library's native part loads here. */
final class NativeLibrary {
    private NativeLibrary() {}

    /** What a loader said against it, or nothing. */
    static Optional<String> obstacle(Runnable load) {
        try {
            load.run();
            return Optional.empty();
        } catch (LinkageError e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            return Optional.of(reason.getClass().getSimpleName() + ": " + reason.getMessage());
        }
    }
}
