package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed at any moment of its writing leaves whole checkpoints, the newest that it told of among them. */
class CheckpointKillTest {
    private static final System.Logger LOGGER = System.getLogger(CheckpointKillTest.class.getName());
    private static final int KILLS = Integer.getInteger("unroll.kills", 10);
    private static final long SEED = Long.getLong("unroll.seed", 20261123);
    private static final String BEST = "best.safetensors";
    /** Steps that it goes at most before it is killed; each takes some milliseconds. */
    private static final int MOST_LINES = 24;
    private static final int MOST_MICROS = 25_000;

    @TempDir
    private Path directory;
    @TempDir
    private Path scratch;
    private final SavedTraining neverStopped = new SavedTraining(SEED);
    private final SavedTraining reader = new SavedTraining(SEED);
    private final Random random = new Random(SEED);
    private int verified;
    private int torn;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createDirectory(directory.resolve("checkpoints"));
    }

    @AfterEach
    void close() {
        neverStopped.close();
        reader.close();
    }

    /** What a process told of before its end: the newest step of each kind. */
    private static final class Told {
        private long from = -1;
        private long saved;
        private long best;

        void read(String line) {
            long step = Long.parseLong(line.substring(line.indexOf(' ') + 1));
            switch (line.substring(0, line.indexOf(' '))) {
                case "from" -> from = step;
                case "saved" -> saved = step;
                case "best" -> best = step;
                default -> throw new AssertionError(line);
            }
        }
    }

    private Process start(long until) throws IOException {
        return SavedTraining.start(directory, SEED, until, true, scratch.resolve("err"));
    }

    /** Awaits some lines and some time after, both at random, and kills it. */
    private Told kill() throws IOException, InterruptedException {
        Told told = new Told();
        int lines = 1 + random.nextInt(MOST_LINES);
        int micros = random.nextInt(MOST_MICROS);
        Process process = start(Long.MAX_VALUE);
        try (BufferedReader out = process.inputReader()) {
            for (int i = 0; i < lines; i++) {
                String line = out.readLine();
                if (line == null) {
                    throw new AssertionError("ended: " + Files.readString(scratch.resolve("err")));
                }
                told.read(line);
            }
            TimeUnit.MICROSECONDS.sleep(micros);
            // Process.destroyForcibly would throw away what is still to be read.
            process.toHandle().destroyForcibly();
            process.waitFor();
            out.lines().forEach(told::read);
        } finally {
            process.destroyForcibly();
        }
        return told;
    }

    private Set<String> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(".") && name.endsWith(".tmp")).collect(Collectors.toSet());
        }
    }

    /** Checks every file that has a checkpoint's name; returns the newest step. */
    private long verify(Told told) throws IOException {
        List<Path> steps = Checkpoints.newestFirst(directory);
        assertTrue(steps.size() <= SavedTraining.KEEP + 1, steps::toString);
        long newest = 0;
        for (Path file : steps) {
            Fingerprint found = reader.of(file);
            long step = found.position().steps();
            assertEquals("step-%09d.safetensors".formatted(step), file.getFileName().toString());
            assertEquals(neverStopped.after(step), found);
            newest = Math.max(newest, step);
            verified++;
        }
        assertTrue(newest >= told.saved, () -> "lost: saved " + told.saved + ", there is " + steps);
        if (Files.exists(directory.resolve(BEST))) {
            Fingerprint best = reader.of(directory.resolve(BEST));
            long step = best.position().steps();
            assertEquals(neverStopped.after(step), best);
            assertEquals(0, best.best().since());
            assertTrue(step >= told.best, () -> "lost: best " + told.best + ", there is " + step);
            verified++;
        } else {
            assertEquals(0, told.best);
        }
        return newest;
    }

    @Test
    void whatIsThereAfterAKillIsWholeAndTheNextGoesOnFromTheNewest() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        long newest = 0;
        Set<String> left = Set.of();
        int done = 0;
        try {
            while (done < KILLS) {
                Told told = kill();
                done++;
                assertEquals(newest, told.from);
                Set<String> leftNow = leftovers();
                assertTrue(left.stream().noneMatch(leftNow::contains), () -> "not deleted: " + leftNow);
                assertTrue(leftNow.size() <= 1, leftNow::toString);
                newest = verify(told);
                torn += leftNow.size();
                left = leftNow;
            }
        } finally {
            LOGGER.log(System.Logger.Level.INFO, "-Dunroll.seed=%d: %d kills, %d of them while a file was written; "
                    .formatted(SEED, done, torn)
                    + "%d checkpoints were whole and to the bit; step %d; %.1f s".formatted(verified, newest,
                            (System.nanoTime() - begun) * 1e-9));
        }
        endUnkilled(newest + 5);
    }

    private void endUnkilled(long until) throws IOException, InterruptedException {
        Process process = start(until);
        Told told = new Told();
        process.inputReader().lines().forEach(told::read);
        assertEquals(0, process.waitFor(), () -> "-Dunroll.seed=" + SEED);
        assertEquals(until, told.saved);
        assertEquals(until, verify(told));
        assertEquals(Set.of(), leftovers());
    }
}
