package dev.unroll.cli;

import dev.unroll.training.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory of a model's checkpoints, beside it, so that no two trainings lie in it mixed.
 *
 * @param path of the directory
 */
record CheckpointDirectory(Path path) {
    static final String ENDING = ".checkpoints";
    private static final String BEST = "best.safetensors";

    static CheckpointDirectory of(Path model) {
        return new CheckpointDirectory(ModelFile.beside(model, ENDING));
    }

    Path best() {
        return path.resolve(BEST);
    }

    private List<Path> files() throws IOException {
        return Stream.concat(Checkpoints.newestFirst(path).stream(),
                Stream.of(best()).filter(Files::exists)).toList();
    }

    /** Makes room for a new training: what another one left goes into a directory beside, which is given. */
    Optional<Path> setAside() throws IOException {
        List<Path> files = files();
        if (files.isEmpty()) {
            return Optional.empty();
        }
        CheckpointDirectory earlier = new CheckpointDirectory(path.resolveSibling(path.getFileName() + ".earlier"));
        for (Path file : earlier.files()) {
            Files.delete(file);
        }
        Files.createDirectories(earlier.path);
        for (Path file : files) {
            Files.move(file, earlier.path.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        return Optional.of(earlier.path);
    }

    /** Sees to it that a training which goes on from one checkpoint is not mixed with what came after that. */
    void checkNoneAfter(Path checkpoint, long step) throws IOException {
        for (Path file : Checkpoints.newestFirst(path)) {
            if (Checkpoints.step(file) > step) {
                throw new UserException(
                        "%s has newer checkpoints than %s, %s for one; to go on from there, delete them or give another --out"
                                .formatted(path, checkpoint.getFileName(), file.getFileName()));
            }
        }
    }
}
