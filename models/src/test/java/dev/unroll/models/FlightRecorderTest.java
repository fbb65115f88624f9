package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording tells of networks: that they were loaded, warmed up, and ran batches. */
class FlightRecorderTest extends OnBackendUnderTest {
    @TempDir
    private Path directory;

    private List<RecordedEvent> recorded(Recording recording, Predicate<RecordedEvent> which) throws IOException {
        Path file = directory.resolve("recording.jfr");
        recording.stop();
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream().filter(which).toList();
    }

    private static Predicate<RecordedEvent> named(String name) {
        return event -> event.getEventType().getName().equals(name);
    }

    @Test
    void loadsAndWarmUpsAreRecorded() throws IOException {
        Path file = directory.resolve("network.safetensors");
        try (Network network = network(new Input.OneHot(7), CellKind.GRU, 7, 13)) {
            network.save(file);
        }
        try (Recording recording = new Recording()) {
            recording.start();
            Network.load(file, kernels).close();
            List<RecordedEvent> events = recorded(recording, _ -> true);
            RecordedEvent load = events.stream().filter(named("dev.unroll.Load")).findFirst().orElseThrow();
            assertEquals(file.toString(), load.getString("file"));
            assertEquals(Files.size(file), load.getLong("bytes"));
            assertEquals(kernels.toString(), load.getString("kernels"));
            RecordedEvent warmUp = events.stream().filter(named("dev.unroll.WarmUp")).findFirst().orElseThrow();
            assertTrue(warmUp.getLong("steps") > 0, warmUp::toString);
            assertTrue(warmUp.getDuration().compareTo(warmUp.getDuration("stepTime")) > 0, warmUp::toString);
        }
    }

    @Test
    void batchesAreRecordedAboveAThreshold() throws Exception {
        try (Network network = network(new Input.OneHot(7), CellKind.GRU, 7, 13);
                StreamBatcher batcher = new StreamBatcher(network, StreamBatcher.Limits.DEFAULT);
                Recording recording = new Recording()) {
            recording.enable("dev.unroll.Batch").withThreshold(Duration.ZERO);
            recording.start();
            Session session = network.newSession();
            for (int i = 0; i < 10; i++) {
                batcher.step(session, 3, new float[7]);
            }
            batcher.read(session, new int[]{1, 2, 3}, new float[7]);
            List<RecordedEvent> batches = recorded(recording, named("dev.unroll.Batch"));
            // The last may still be on its way when the recording stops.
            assertTrue(batches.size() >= 12, batches::toString);
            batches.forEach(batch -> assertEquals(1, batch.getInt("streams")));
        }
    }
}
