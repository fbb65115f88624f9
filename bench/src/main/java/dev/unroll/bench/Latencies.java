package dev.unroll.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What each step of a contender took, one by one, and what it took from the heap. */
final class Latencies {
    private static final int DIGITS = 3;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(1), DIGITS);
    private long bytes;

    /** Runs it for a time, one thread. */
    void record(Contender contender, long time) {
        long before = threads.getCurrentThreadAllocatedBytes();
        long begin = System.nanoTime();
        long now = begin;
        while (now - begin < time) {
            contender.run();
            long end = System.nanoTime();
            nanos.recordValue(end - now);
            now = end;
        }
        bytes += threads.getCurrentThreadAllocatedBytes() - before;
    }

    long steps() {
        return nanos.getTotalCount();
    }

    /** Microseconds that so many percent of the steps stayed within. */
    double micros(double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e3;
    }

    Timing timing() {
        return new Timing(nanos.getValueAtPercentile(50), nanos.getMinValue(), nanos.getMaxValue());
    }

    double bytesPerStep() {
        return (double) bytes / steps();
    }
}
