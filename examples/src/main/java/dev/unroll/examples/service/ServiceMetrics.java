package dev.unroll.examples.service;

import dev.unroll.models.BatcherCounters;
import dev.unroll.models.StreamBatcher;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/** What a service has done, counted by all threads and told in the text format of Prometheus. */
final class ServiceMetrics {
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** How a stream ended. */
    enum End {
        /** All of it was sent. */
        WHOLE,
        /** Its client went away, or read nothing for too long. */
        ABANDONED,
        /** The service was closed, or a step failed. */
        CUT
    }

    private final Map<Integer, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final Map<End, LongAdder> ends = new ConcurrentSkipListMap<>();
    private final LongAdder characters = new LongAdder();
    private final AtomicInteger running = new AtomicInteger();

    ServiceMetrics() {
        for (End end : End.values()) {
            ends.put(end, new LongAdder());
        }
    }

    void countRequest(int status) {
        requests.computeIfAbsent(status, _ -> new LongAdder()).increment();
    }

    void streamBegins() {
        running.incrementAndGet();
    }

    /** Whoever sees that none runs sees how each ended. */
    void streamEnds(End how) {
        ends.get(how).increment();
        running.decrementAndGet();
    }

    void countCharacters(int count) {
        characters.add(count);
    }

    /** All of it as text. */
    String text(StreamBatcher batcher) {
        StringBuilder text = new StringBuilder();
        head(text, "unroll_requests_total", "counter", "Requests that were answered, by HTTP status.");
        requests.forEach(
                (status, count) -> line(text, "unroll_requests_total{status=\"%d\"}".formatted(status), count));
        single(text, "unroll_streams_running", "gauge", "Streams that are being written.", running);
        head(text, "unroll_streams_ended_total", "counter",
                "Streams that ended: whole, abandoned by the client, or cut.");
        ends.forEach((end, count) -> line(text,
                "unroll_streams_ended_total{how=\"%s\"}".formatted(end.name().toLowerCase(Locale.ROOT)), count));
        single(text, "unroll_characters_total", "counter", "Characters that were written to clients.", characters);
        BatcherCounters counters = batcher.counters();
        single(text, "unroll_batches_total", "counter", "Batches that were computed.", counters.batches());
        single(text, "unroll_steps_total", "counter", "Steps of streams in these batches.", counters.steps());
        single(text, "unroll_steps_failed_total", "counter", "Steps that ended with an error.", counters.failed());
        single(text, "unroll_steps_refused_total", "counter", "Steps for which the queue had no room.",
                counters.refused());
        single(text, "unroll_steps_waiting", "gauge", "Steps that wait for a batch.", batcher.waiting());
        latencies(text, counters);
        single(text, "unroll_heap_used_bytes", "gauge", "Java heap in use, garbage included.",
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        return text.toString();
    }

    /** The counts of a histogram are those up to a bound, in seconds. */
    private static void latencies(StringBuilder text, BatcherCounters counters) {
        String name = "unroll_step_seconds";
        head(text, name, "histogram", "Time of a step, waiting for its batch included.");
        double seconds = counters.totalNanos() / 1e9;
        long[] latencies = counters.latencies();
        long sum = 0;
        for (int i = 0; i < latencies.length - 1; i++) {
            sum += latencies[i];
            String bound = BigDecimal.valueOf(1L << i, 6).stripTrailingZeros().toPlainString();
            line(text, name + "_bucket{le=\"" + bound + "\"}", sum);
        }
        long all = LongStream.of(latencies).sum();
        line(text, name + "_bucket{le=\"+Inf\"}", all);
        line(text, name + "_sum", seconds);
        line(text, name + "_count", all);
    }

    private static void single(StringBuilder text, String name, String type, String help, Number value) {
        head(text, name, type, help);
        line(text, name, value);
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void line(StringBuilder text, String sample, Number value) {
        text.append(sample).append(' ').append(value).append('\n');
    }
}
