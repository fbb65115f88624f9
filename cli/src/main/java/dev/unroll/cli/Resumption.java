package dev.unroll.cli;

import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.training.Checkpoints;
import dev.unroll.training.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a training goes on from: a directory of checkpoints, or one of them.
 *
 * @param path of either
 */
record Resumption(Path path) {
    /** Who names the model means the checkpoints beside it. */
    static Resumption of(Path given) {
        Path beside = ModelFile.beside(given, CheckpointDirectory.ENDING);
        return new Resumption(!Files.isDirectory(given) && Files.isDirectory(beside) ? beside : given);
    }

    boolean isDirectory() {
        return Files.isDirectory(path);
    }

    /** What the training noted, in the newest checkpoint whose notes can be read. */
    Map<String, String> notes() throws IOException {
        if (!isDirectory()) {
            return notes(path);
        }
        List<Path> files = Checkpoints.newestFirst(path);
        if (files.isEmpty()) {
            throw new UserException(path + " holds no checkpoint; wanted a step-....safetensors in it");
        }
        for (Path file : files.subList(0, files.size() - 1)) {
            try {
                return notes(file);
            } catch (SafetensorsException e) {
                // The next one, then; restoring names this.
            }
        }
        return notes(files.getLast());
    }

    static Map<String, String> notes(Path file) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            return reader.metadata();
        }
    }

    /** Gives a training its state; the file that it is from. */
    Path restore(Training training) throws IOException {
        if (isDirectory()) {
            return Checkpoints.resume(training, path).orElseThrow();
        }
        training.restore(path);
        return path;
    }
}
