package dev.unroll.cli;

import dev.unroll.training.Training;
import dev.unroll.training.TrainingListener;
import dev.unroll.training.TrainingStep;
import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C and SIGTERM stop a training after the step that is under way: the JVM's end waits until everything is saved and
 * this is closed.
 */
final class Interrupt implements TrainingListener, AutoCloseable {
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

    @Override
    public void onStep(Training training, TrainingStep step) {
        if (requested) {
            training.stop();
        }
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
