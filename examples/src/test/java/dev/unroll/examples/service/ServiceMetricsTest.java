package dev.unroll.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.models.Session;
import dev.unroll.models.StreamBatcher;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceMetricsTest {
    private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(\\{[a-z]+=\"[^\"]+\"\\})? ([0-9.Ee+-]+)");
    private static final int STEPS = 7;

    private final SmallModel model = SmallModel.create();
    private final StreamBatcher batcher = new StreamBatcher(model.network, StreamBatcher.Limits.DEFAULT);
    private final ServiceMetrics metrics = new ServiceMetrics();

    @BeforeEach
    void makeSteps() throws InterruptedException {
        Session session = model.network.newSession();
        for (int i = 0; i < STEPS; i++) {
            batcher.step(session, 0, new float[model.network.outputSize()]);
        }
    }

    @AfterEach
    void close() {
        batcher.close();
        model.close();
    }

    private Map<String, Double> samples() {
        Map<String, Double> samples = new HashMap<>();
        metrics.text(batcher).lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher sample = SAMPLE.matcher(line);
            assertTrue(sample.matches(), line);
            samples.put(line.substring(0, line.lastIndexOf(' ')), Double.valueOf(sample.group(3)));
        });
        return samples;
    }

    @Test
    void everySampleStandsUnderItsHelpAndType() {
        String name = "";
        List<String> names = new ArrayList<>();
        List<String> lines = metrics.text(batcher).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("# HELP ")) {
                name = line.split(" ", 4)[2];
                names.add(name);
                assertTrue(lines.get(i + 1).matches("# TYPE " + name + " (counter|gauge|histogram)"), lines.get(i + 1));
            } else if (!line.startsWith("#")) {
                assertTrue(line.startsWith(name), line);
            }
        }
        assertEquals(names.stream().distinct().toList(), names);
        assertTrue(metrics.text(batcher).endsWith("\n"));
    }

    @Test
    void countsWhatItIsTold() {
        metrics.countRequest(200);
        metrics.countRequest(404);
        metrics.countRequest(404);
        metrics.streamBegins();
        metrics.streamBegins();
        metrics.streamEnds(ServiceMetrics.End.ABANDONED);
        metrics.countCharacters(16);
        Map<String, Double> samples = samples();
        assertEquals(1, samples.get("unroll_requests_total{status=\"200\"}"));
        assertEquals(2, samples.get("unroll_requests_total{status=\"404\"}"));
        assertEquals(1, samples.get("unroll_streams_running"));
        assertEquals(1, samples.get("unroll_streams_ended_total{how=\"abandoned\"}"));
        assertEquals(0, samples.get("unroll_streams_ended_total{how=\"whole\"}"));
        assertEquals(16, samples.get("unroll_characters_total"));
        assertEquals(STEPS, samples.get("unroll_steps_total"));
    }

    @Test
    void bucketsCountAllUpToTheirBound() {
        Map<String, Double> samples = samples();
        double last = 0;
        double bound = 1e-6;
        for (int i = 0; i < batcher.counters().latencies().length - 1; i++) {
            String shown = BigDecimal.valueOf(Math.round(bound * 1e6), 6).stripTrailingZeros().toPlainString();
            double count = samples.get("unroll_step_seconds_bucket{le=\"" + shown + "\"}");
            assertTrue(count >= last, "le=" + shown);
            last = count;
            bound *= 2;
        }
        assertEquals(STEPS, samples.get("unroll_step_seconds_bucket{le=\"+Inf\"}"));
        assertEquals(STEPS, samples.get("unroll_step_seconds_count"));
        assertEquals(batcher.counters().totalNanos() / 1e9, samples.get("unroll_step_seconds_sum"));
    }
}
