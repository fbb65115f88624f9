package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unroll.cells.CellKind;
import dev.unroll.models.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training that goes on from an older checkpoint, because the newest is damaged, keeps what it saves. */
class CheckpointsBesideNewerTest extends OnBackendUnderTest {
    @TempDir
    private Path directory;

    @Test
    void whatIsNewerIsNotCounted() throws IOException {
        Path newer = Files.createFile(directory.resolve("step-000000009.safetensors"));
        try (Network network = ToyText.network(CellKind.LSTM, 3, kernels, 7);
                Training training = Trainer.of(network).truncatedBptt(4).batch(2).start(ToyText.random(1, 36))) {
            training.run(5, new Checkpoints(directory, 2, 2));
        }
        assertEquals(List.of(9L, 5L, 4L),
                Checkpoints.newestFirst(directory).stream().map(Checkpoints::step).toList());
        assertEquals(0, Files.size(newer));
    }
}
