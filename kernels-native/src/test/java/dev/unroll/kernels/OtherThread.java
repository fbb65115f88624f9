package dev.unroll.kernels;

import java.lang.foreign.Arena;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A thread with a confined arena, to make memory that the test's own thread may not touch. */
final class OtherThread implements AutoCloseable {
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final Arena arena = call(() -> Arena.ofConfined());

    Arena arena() {
        return arena;
    }

    <T> T call(Callable<T> work) {
        try {
            return executor.submit(work).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        call(() -> {
            arena.close();
            return arena;
        });
        executor.close();
    }
}
