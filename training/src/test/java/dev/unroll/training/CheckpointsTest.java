package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Network;
import dev.unroll.tensor.SafetensorsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which checkpoints a directory has, and which of them a training goes on from. */
class CheckpointsTest extends OnBackendUnderTest {
    /** Two streams of 17 tokens. */
    private static final int[] TOKENS = ToyText.random(1, 36);

    @TempDir
    private Path directory;
    private Network network;
    private Training training;

    @BeforeEach
    void begin() {
        network = ToyText.network(CellKind.LSTM, 3, kernels, 7);
        training = start();
    }

    @AfterEach
    void close() {
        training.close();
        network.close();
    }

    private Training start() {
        return Trainer.of(network).optimizer(Adam.of(0.01)).truncatedBptt(4, 6).batch(2).start(TOKENS);
    }

    private static String name(long step) {
        return "step-%09d.safetensors".formatted(step);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return List.copyOf(files.map(file -> file.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    private void damage(long step) throws IOException {
        Path file = directory.resolve(name(step));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 100] ^= 1;
        Files.write(file, bytes);
    }

    private static TrainingListener losses(double... losses) {
        return (training, step) -> training.evaluated(losses[(int) step.number() - 1]);
    }

    @Test
    void theNewestOfThoseOfEverySoManyStepsAreKept() throws IOException {
        training.run(11, new Checkpoints(directory, 2, 3));
        assertEquals(List.of(name(8), name(10), name(11)), names());
    }

    @Test
    void theBestIsThatOfTheBestEvaluation() throws IOException {
        training.run(4, losses(3, 1, 2, 1), new Checkpoints(directory, 100, 1));
        assertEquals(List.of("best.safetensors", name(4)), names());
        training.restore(directory.resolve("best.safetensors"));
        assertEquals(2, training.steps());
        assertEquals(new Training.Best(1, 2, 0), training.best());
    }

    /** As after an evaluation that comes before. */
    @Test
    void aStepThatIsSavedBeforeItsEvaluationIsSavedWithItToo() throws IOException {
        training.run(3, new Checkpoints(directory, 1, 1), losses(3, 1, 2));
        training.restore(directory.resolve(name(3)));
        assertEquals(new Training.Best(1, 2, 1), training.best());
    }

    /** Of a longer training that the directory was used for before, say. */
    @Test
    void theOneJustSavedIsKeptBesideThoseOfLaterSteps() throws IOException {
        training.run(9, new Checkpoints(directory, 3, 3));
        try (Training again = start()) {
            again.run(2, new Checkpoints(directory, 1, 1));
        }
        assertEquals(List.of(name(2), name(3), name(6), name(9)), names());
    }

    @Test
    void whatIsNoCheckpointIsLeftAlone() throws IOException {
        List<String> others = List.of("notes.txt", "step-1.safetensors", "step-000000001.safetensors.bak");
        for (String other : others) {
            Files.writeString(directory.resolve(other), "mine");
        }
        training.run(3, new Checkpoints(directory, 1, 1));
        assertTrue(names().containsAll(others), names().toString());
        assertEquals(List.of(directory.resolve(name(3))), Checkpoints.newestFirst(directory));
    }

    @Test
    void theNewestIsGoneOnFrom() throws IOException {
        training.run(5, new Checkpoints(directory, 1, 3));
        try (Training resumed = start()) {
            assertEquals(Optional.of(directory.resolve(name(5))), Checkpoints.resume(resumed, directory));
            assertEquals(Fingerprint.of(training), Fingerprint.of(resumed));
            assertEquals(training.step(), resumed.step());
        }
    }

    @Test
    void aDamagedOneIsPassedOver() throws IOException {
        training.run(5, new Checkpoints(directory, 1, 3));
        damage(5);
        damage(4);
        try (Training resumed = start()) {
            assertEquals(Optional.of(directory.resolve(name(3))), Checkpoints.resume(resumed, directory));
            assertEquals(3, resumed.steps());
        }
    }

    @Test
    void damagedOnesNeverPushOutTheWholeOne() throws IOException {
        training.run(5, new Checkpoints(directory, 1, 3));
        damage(5);
        damage(4);
        try (Training resumed = start()) {
            Checkpoints.resume(resumed, directory);
            resumed.run(3, new Checkpoints(directory, 1, 1));
            assertEquals(Optional.of(directory.resolve(name(3))), Checkpoints.resume(training, directory));
            resumed.run(5, new Checkpoints(directory, 1, 1));
            assertEquals(List.of(name(5)), names());
            assertEquals(Optional.of(directory.resolve(name(5))), Checkpoints.resume(training, directory));
        }
    }

    @Test
    void whereNoneIsWholeTheNewestIsNamedAndTheTrainingIsAsItWas() throws IOException {
        training.run(2, new Checkpoints(directory, 1, 2));
        damage(1);
        damage(2);
        Fingerprint before = Fingerprint.of(training);
        String message = assertThrows(SafetensorsException.class, () -> Checkpoints.resume(training, directory))
                .getMessage();
        assertTrue(message.startsWith(directory.resolve(name(2)) + ": it is damaged"), message);
        assertEquals(before, Fingerprint.of(training));
    }

    @Test
    void aDirectoryThatIsNotThereOrIsEmptyHasNone() throws IOException {
        assertEquals(Optional.empty(), Checkpoints.resume(training, directory));
        assertEquals(Optional.empty(), Checkpoints.resume(training, directory.resolve("missing")));
        assertFalse(Files.exists(directory.resolve("missing")));
    }

    @Test
    void aDirectoryThatIsAFileIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "mine");
        for (IOException e : List.of(assertThrows(IOException.class, () -> Checkpoints.resume(training, file)),
                assertThrows(IOException.class, () -> new Checkpoints(file, 1, 1)))) {
            assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        }
    }

    @Test
    void notesAreAskedForAtEachCheckpoint() throws IOException {
        int[] asked = {0};
        training.run(4, new Checkpoints(directory, 1, 1, () -> Map.of("number", "" + ++asked[0])));
        assertEquals(4, asked[0]);
    }
}
