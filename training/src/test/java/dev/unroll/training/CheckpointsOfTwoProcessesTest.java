package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.SafetensorsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that save different trainings into one directory: each file is of one or of the other, whole. */
class CheckpointsOfTwoProcessesTest {
    private static final long STEPS = 60;

    @TempDir
    private Path directory;
    @TempDir
    private Path scratch;
    private final SavedTraining first = new SavedTraining(1);
    private final SavedTraining second = new SavedTraining(2);
    private final SavedTraining reader = new SavedTraining(3);

    @AfterEach
    void close() {
        first.close();
        second.close();
        reader.close();
    }

    private Process start(long seed) throws IOException {
        Process process = SavedTraining.start(directory, seed, STEPS, false, scratch.resolve("err" + seed));

        return process;
    }

    private Set<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.collect(Collectors.toSet());
        }
    }

    /** Checks a checkpoint, unless another has deleted it meanwhile. */
    private void verify(Path file) throws IOException {
        Fingerprint found;
        try {
            found = reader.of(file);
        } catch (SafetensorsException e) {
            assertFalse(Files.exists(file), e.getMessage());
            return;
        }
        long step = found.position().steps();
        assertTrue(found.equals(first.after(step)) || found.equals(second.after(step)), file + ": " + found);
    }

    private void verifyAll() throws IOException {
        for (Path file : files()) {
            if (!file.getFileName().toString().startsWith(".")) {
                verify(file);
            }
        }
    }

    @Test
    void doNoHarmToEachOther() throws IOException, InterruptedException {
        List<Process> processes = List.of(start(1), start(2));
        try {
            while (processes.stream().anyMatch(Process::isAlive)) {
                verifyAll();
            }
            for (int i = 0; i < 2; i++) {
                assertEquals(0, processes.get(i).waitFor(), Files.readString(scratch.resolve("err" + (i + 1))));
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
        verifyAll();
        assertEquals(Set.of("step-000000058.safetensors", "step-000000059.safetensors", "step-000000060.safetensors",
                "best.safetensors"),
                files().stream().map(file -> file.getFileName().toString())
                        .collect(Collectors.toSet()));
    }
}
