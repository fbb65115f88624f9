package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryNeedTest {
    private static double bytes(String... options) {
        Map<String, String> values = new LinkedHashMap<>(TrainSettings.defaults());
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        TrainSettings settings = TrainSettings.of(values);
        return MemoryNeed.bytes(settings, settings.architecture(100));
    }

    @Test
    void goingBackFurtherWantsMore() {
        // 31 of 32 of the steps' memory more.
        double steps = 1600 * 7 * 256 * 4.0;
        assertTrue(bytes("back", "1600") - bytes() > 30 * steps, bytes("back", "1600") + " over " + bytes());
    }

    @Test
    void checkpointingInTimeWantsLess() {
        assertTrue(bytes("back", "6400", "checkpoint-time", "80") < bytes("back", "6400") / 5);
    }

    @Test
    void eachReplicaHasItsGradient() {
        double gradient = 4.0 * 4 * 1024 * (1024 + 100);
        double more = bytes("hidden", "1024", "replicas", "3") - bytes("hidden", "1024");
        assertTrue(more > 1.9 * gradient, more + " for " + gradient);
    }

    @Test
    void aReportWantsAProbe() {
        assertTrue(bytes("report", "somewhere") > bytes());
    }

    @Test
    void anEmbeddingIsWeightsToo() {
        double table = 4.0 * 100 * 4096;
        double layer = 4.0 * 4 * 256 * (4096 - 100);
        double more = bytes("embedding", "4096") - bytes();
        assertTrue(more > 7.9 * (table + layer), more + " for " + table);
    }
}
