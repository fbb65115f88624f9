package dev.unroll.examples.service;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends writes to clients that do not read. A write to a socket has no time limit of its own: once the buffers of both sides are
 * full, it waits for as long as the client likes. The guard interrupts the thread of a write that takes too long, whereupon
 * the channel is closed and the write throws.
 */
final class StallGuard implements AutoCloseable {
    static final String THREAD = "unroll-stall-guard";

    private final long limit;
    private final Set<Guarded> streams = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    /** With a time that one write may take, a millisecond or more. */
    StallGuard(Duration limit) {
        this.limit = limit.toNanos();
        this.thread = Thread.ofPlatform().daemon().name(THREAD).start(this::watch);
    }

    /** A stream over another one, to be written to by the calling thread alone, and closed in any case. */
    Guarded guard(OutputStream out) {
        Guarded guarded = new Guarded(out);
        streams.add(guarded);
        return guarded;
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(Duration.ofNanos(Math.max(1_000_000, limit / 4)));
                long now = System.nanoTime();
                for (Guarded stream : streams) {
                    if (stream.isWriting && now - stream.begun > limit) {
                        stream.writer.interrupt();
                    }
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** Ends the watch; writes take what time they like then. */
    @Override
    public void close() {
        thread.interrupt();
        boolean isInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A stream whose writes are watched. */
    final class Guarded implements AutoCloseable {
        private final OutputStream out;
        private final Thread writer = Thread.currentThread();
        private volatile long begun;
        private volatile boolean isWriting;

        private Guarded(OutputStream out) {
            this.out = out;
        }

        /** Writes and flushes. */
        void send(byte[] bytes) throws IOException {
            begin();
            out.write(bytes);
            out.flush();
            isWriting = false;
        }

        /** Closes what is below. */
        void end() throws IOException {
            begin();
            out.close();
            isWriting = false;
        }

        private void begin() {
            begun = System.nanoTime();
            isWriting = true;
        }

        /** Ends the watch over this stream; what is below stays open where it has not been ended. */
        @Override
        public void close() {
            streams.remove(this);
        }
    }
}
