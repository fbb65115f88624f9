package dev.unroll.training;

import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Reads the window after the one at hand while that is computed with. Two windows take turns: the one taken is the caller's
 * until the next is taken.
 *
 * <p>One thread takes and closes. All reading is on a thread of its own, one window after the other: the queue hands it the
 * window to fill and the task's end hands the window back, so that the two never have the same window, or the batches, at
 * once.
 */
final class ReadAhead implements AutoCloseable {
    static final String THREAD = "unroll-read-ahead";

    private final Batches batches;
    private final int steps;
    private final BlockingQueue<FutureTask<Reading>> asked = new ArrayBlockingQueue<>(1);
    private final Thread thread;
    private volatile boolean closed;
    private Window free;
    private Window taken;
    private long time;
    /** What is being read or has been; none before the first is taken, and after a failure. */
    private Pending pending;

    /** What one reading came to. */
    private record Reading(Window window, long time) {}

    private record Pending(WindowPlace place, Window window, FutureTask<Reading> task) {}

    /**
     * Starts the thread.
     *
     * @param batches what is read, from now on by this alone
     * @param windows makes a window of the batches' batch and at least these steps; called twice. The memory outlives this.
     * @param steps most steps of a window
     */
    ReadAhead(Batches batches, Supplier<Window> windows, int steps) {
        Settings.atLeast("read ahead", "steps", steps, 1);
        this.batches = batches;
        this.steps = steps;
        this.taken = windows.get();
        this.free = windows.get();
        Settings.atLeast("read ahead", "steps of a window", Math.min(taken.time(), free.time()), steps);
        this.thread = Thread.ofPlatform().daemon().name(THREAD).start(this::readWhatIsAsked);
    }

    /**
     * The window at a step of a batch, of as many steps as there are up to {@code steps}. What is after it is read from now
     * on: steps of the same batch, or the begin of the next.
     *
     * @param number of the batch
     * @param from its first step, below the batch's time
     * @return the window, until the next call
     * @throws IllegalStateException where this is closed
     * @throws IndexOutOfBoundsException where the batch has no such step
     * @throws RuntimeException what the batches threw, itself; the next call may try again
     */
    Window take(long number, long from) {
        if (closed) {
            throw new IllegalStateException("take: the read-ahead is closed");
        }
        WindowPlace place = new WindowPlace(number, from);
        if (pending != null && !pending.place().equals(place)) {
            settle(pending.task());
            pending = null;
        }
        Pending wanted = pending == null ? ask(place) : pending;
        pending = null;
        Reading reading = result(wanted.task());
        free = taken;
        taken = reading.window();
        time = reading.time();
        pending = ask(place.after(taken.count(), time));
        return taken;
    }

    /** Steps of the batch whose window was taken last. Asked here, as the batches are being read. */
    long time() {
        return time;
    }

    /** Waits until nothing is being read, so that the batches may be asked here until the next is taken. */
    void rest() {
        if (pending != null) {
            settle(pending.task());
        }
    }

    private Pending ask(WindowPlace place) {
        Window window = free;
        FutureTask<Reading> task = new FutureTask<>(() -> read(place, window));
        // There is room: whatever was asked before has ended.
        asked.add(task);
        return new Pending(place, window, task);
    }

    private Reading read(WindowPlace place, Window window) {
        long whole = batches.time(place.number());
        Objects.checkIndex(place.from(), whole);
        window.begin((int) Math.min(steps, whole - place.from()));
        batches.read(place.number(), place.from(), window);
        return new Reading(window, whole);
    }

    private void readWhatIsAsked() {
        while (!closed) {
            try {
                asked.take().run();
            } catch (InterruptedException e) {
                // From close, which the loop sees, or left behind by the batches, which is nothing to us.
            }
        }
    }

    private Reading result(FutureTask<Reading> task) {
        settle(task);
        return switch (task.state()) {
            case SUCCESS -> task.resultNow();
            default -> throw failure(task.exceptionNow());
        };
    }

    /** Waits for the end, be it a bad one. An interrupt of the waiting thread is kept and ends nothing. */
    private void settle(FutureTask<Reading> task) {
        boolean interrupted = false;
        while (!task.isDone()) {
            try {
                task.get();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                // Whoever wants the result gets it.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static RuntimeException failure(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException("read ahead: the batches failed", thrown);
        };
    }

    /** Interrupts the reading and waits until its thread has ended. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
