package dev.unroll.examples.service;

import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** What the clients of a load got. */
final class LoadTally {
    private static final long LONGEST = 600_000_000;

    private final LongAdder requests = new LongAdder();
    private final LongAdder whole = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder left = new LongAdder();
    private final LongAdder wrong = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder characters = new LongAdder();
    private final AtomicLong printedCharacters = new AtomicLong();
    private final AtomicLong printedTime = new AtomicLong();
    /** How often each kind of error was seen. */
    private final Map<String, LongAdder> kinds = new ConcurrentHashMap<>();
    /** Microseconds. */
    private final Histogram first = new ConcurrentHistogram(LONGEST, 3);
    private final Histogram all = new ConcurrentHistogram(LONGEST, 3);

    void countRequest() {
        requests.increment();
    }

    void countWhole(long nanos) {
        whole.increment();
        all.recordValue(Math.min(LONGEST, nanos / 1000));
    }

    void countFirst(long nanos) {
        first.recordValue(Math.min(LONGEST, nanos / 1000));
    }

    void countCharacters(int count) {
        characters.add(count);
    }

    /** Answered with 503. */
    void countRefused() {
        refused.increment();
    }

    /** Went away in the middle. */
    void countLeft() {
        left.increment();
    }

    /** Was wrong on purpose, and answered as is documented. */
    void countWrong() {
        wrong.increment();
    }

    /** Got something that is not documented. */
    void countError(String kind) {
        errors.increment();
        kinds.computeIfAbsent(kind, _ -> new LongAdder()).increment();
    }

    long errors() {
        return errors.sum();
    }

    /** All so far, and the characters a second since the line before; to be called by one thread. */
    String line(long nanos) {
        long now = characters.sum();
        double rate = (now - printedCharacters.getAndSet(now)) * 1e9
                / Math.max(1, nanos - printedTime.getAndSet(nanos));
        return "%4.0f s  requests %d  whole %d  503 %d  left %d  wrong %d  ERRORS %d  characters/s %.0f".formatted(
                nanos / 1e9, requests.sum(), whole.sum(), refused.sum(), left.sum(), wrong.sum(), errors.sum(), rate);
    }

    /** The latencies, and the errors if there are any. */
    void printEnd(PrintStream out) {
        out.println("                         p50       p99     p99.9       max");
        out.println(latencies("first character", first));
        out.println(latencies("whole text", all));
        kinds.forEach((kind, count) -> out.printf("ERROR %d times: %s%n", count.sum(), kind));
    }

    private static String latencies(String name, Histogram micros) {
        return "%-16s ms %9.2f %9.2f %9.2f %9.2f".formatted(name, micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(99) / 1e3, micros.getValueAtPercentile(99.9) / 1e3,
                micros.getMaxValue() / 1e3);
    }
}
