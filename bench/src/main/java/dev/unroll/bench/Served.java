package dev.unroll.bench;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** What streams got in some turns: steps a second in each, and what a step took. Any thread records. */
final class Served {
    private static final int DIGITS = 3;

    private final Histogram nanos = new ConcurrentHistogram(TimeUnit.MINUTES.toNanos(1), DIGITS);
    private final double[] rates;
    private int turns;
    private long begun;
    private long before;

    Served(int turns) {
        this.rates = new double[turns];
    }

    void begin() {
        before = nanos.getTotalCount();
        begun = System.nanoTime();
    }

    void step(long time) {
        nanos.recordValue(Math.max(0, time));
    }

    void end() {
        rates[turns++] = (nanos.getTotalCount() - before) * 1e9 / (System.nanoTime() - begun);
    }

    /** Steps a second, the median over the turns. */
    double rate() {
        return Timing.of(rates).median();
    }

    /** Microseconds that so many percent of the steps stayed within. */
    double micros(double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e3;
    }

    Timing timing() {
        return new Timing(nanos.getValueAtPercentile(50), nanos.getMinValue(), nanos.getMaxValue());
    }
}
