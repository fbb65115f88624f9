package dev.unroll.training;

import dev.unroll.tensor.DurableFile;
import dev.unroll.tensor.SafetensorsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Saves a training every so many steps and at a run's end, into one directory: {@code step-000002000.safetensors} and so on,
 * of which the newest are kept, and {@code best.safetensors} at each evaluation that is better than all before. Each file is
 * a network's file too.
 *
 * <p>Give it to a run behind its {@link Evaluations}, so that a step is saved with its evaluation in it; before them, each
 * step that is evaluated is saved twice.
 *
 * <p>Behind {@link Evaluations} among the listeners of a run: what is saved at a step then knows of its evaluation.
 *
 * <p>A file has its name only when all of it is on the disk, see {@link DurableFile}: whenever the process or the machine
 * stops, what is there is whole.
 */
public final class Checkpoints implements TrainingListener {
    private static final System.Logger LOGGER = System.getLogger(Checkpoints.class.getName());
    private static final Pattern NAME = Pattern.compile("step-(\\d{9,18})\\.safetensors");
    private static final String BEST = "best.safetensors";

    private final Path directory;
    private final long every;
    private final int keep;
    private final Supplier<Map<String, String>> notes;
    private long saved = -1;

    /**
     * Into a directory.
     *
     * @param directory made where it is not there
     * @param every steps between two checkpoints
     * @param keep how many of the newest to keep
     * @param notes the caller's own, asked for at each checkpoint and kept in the file's metadata
     * @throws IOException where the directory cannot be made
     * @throws IllegalArgumentException where a number is below 1
     */
    public Checkpoints(Path directory, long every, int keep, Supplier<Map<String, String>> notes) throws IOException {
        Settings.atLeast("checkpoints", "every", every, 1);
        Settings.atLeast("checkpoints", "keep", keep, 1);
        this.directory = Files.createDirectories(directory);
        this.every = every;
        this.keep = keep;
        this.notes = notes;
        DurableFile.deleteLeftovers(directory);
    }

    /**
     * Into a directory, without notes.
     *
     * @param directory made where it is not there
     * @param every steps between two checkpoints
     * @param keep how many of the newest to keep
     * @throws IOException where the directory cannot be made
     * @throws IllegalArgumentException where a number is below 1
     */
    public Checkpoints(Path directory, long every, int keep) throws IOException {
        this(directory, every, keep, Map::of);
    }

    @Override
    public void onStep(Training training, TrainingStep step) {
        if (step.number() % every == 0) {
            save(training);
        }
    }

    @Override
    public void onEvaluation(Training training, double loss) {
        if (training.best().since() == 0) {
            write(directory.resolve(BEST), training);
        }
        if (saved == training.steps()) {
            // Without this evaluation; resumed from that, the training would take a worse one for its best.
            saved = -1;
            save(training);
        }
    }

    @Override
    public void onEnd(Training training) {
        save(training);
    }

    /**
     * Saves a training now, unless this step of it is saved already, and deletes the oldest. What cannot be deleted stays, and
     * the log says so.
     *
     * @param training between two steps
     * @throws UncheckedIOException where it cannot be written; older checkpoints are as they were
     */
    public void save(Training training) {
        if (saved != training.steps()) {
            write(directory.resolve("step-%09d.safetensors".formatted(training.steps())), training);
            saved = training.steps();
            prune();
        }
    }

    private void write(Path file, Training training) {
        try {
            training.save(file, notes.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files of later steps stay: the one just saved is of the newest that are not, whatever else is in the directory. */
    private void prune() {
        try {
            newestFirst(directory).stream().filter(file -> step(file) <= saved).skip(keep).forEach(this::delete);
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "older checkpoints in {0} could not be deleted: {1}", directory, e);
        }
    }

    private void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "checkpoint {0} could not be deleted: {1}", file, e);
        }
    }

    /**
     * The checkpoints of a directory but for the best.
     *
     * @param directory where they are
     * @return the newest first; none where there is no such directory
     * @throws IOException where it cannot be read
     */
    public static List<Path> newestFirst(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        // Not asked first whether it is there: a directory that cannot be read just now is not one without checkpoints.
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            all.forEach(files::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return files.stream().filter(file -> NAME.matcher(file.getFileName().toString()).matches())
                .sorted(Comparator.comparingLong(Checkpoints::step).reversed()).toList();
    }

    /**
     * The step after which a checkpoint was saved.
     *
     * @param file one of {@link #newestFirst}
     * @return number of steps, by its name
     */
    public static long step(Path file) {
        String name = file.getFileName().toString();
        return Long.parseLong(name.substring("step-".length(), name.indexOf('.')));
    }

    /**
     * Goes on from the newest checkpoint of a directory that is whole. One that is not is named in the log.
     *
     * @param training begun with the same settings and data
     * @param directory where the checkpoints are
     * @return the file it goes on from; nothing where the directory has none
     * @throws IOException where the directory cannot be read, or none of its checkpoints can be taken: what is wrong with the
     *         newest
     */
    public static Optional<Path> resume(Training training, Path directory) throws IOException {
        Optional<SafetensorsException> first = Optional.empty();
        for (Path file : newestFirst(directory)) {
            try {
                training.restore(file);
                return Optional.of(file);
            } catch (SafetensorsException e) {
                LOGGER.log(System.Logger.Level.WARNING, "passed over: {0}", e.getMessage());
                first = first.or(() -> Optional.of(e));
            }
        }
        if (first.isPresent()) {
            throw first.get();
        }
        return Optional.empty();
    }
}
