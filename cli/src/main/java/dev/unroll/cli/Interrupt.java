package dev.unroll.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C and SIGTERM as a question that a loop asks: the JVM's end waits until the loop has seen it and says that it is
 * done.
 */
final class Interrupt implements AutoCloseable {
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = new Thread(this::await, "unroll-interrupt");
    private volatile boolean requested;

    Interrupt() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void await() {
        requested = true;
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the user wants it to end. */
    boolean requested() {
        return requested;
    }

    /** Says that everything is saved. */
    @Override
    public void close() {
        done.countDown();
        if (!requested) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
