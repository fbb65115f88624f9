package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code --resume} takes, and what it keeps. */
@Isolated("replaces System.out and System.err")
class ResumeTest {
    private static final String TRAIN = "train --threads 1 --text @book.txt --hidden 8 --time 10 --batch 4"
            + " --evaluate-every 10 --checkpoint-every 10 ";

    /** A training of 30 steps that was never stopped. */
    @TempDir
    private static Path undisturbed;

    @TempDir
    private Path folder;
    private InProcess cli;

    @BeforeAll
    static void trainWithoutAStop() throws IOException {
        new Cli(undisturbed).text("book.txt", 5_000);
        InProcess.Result result = new InProcess(undisturbed).run(TRAIN + "--steps 30 --out @whole.safetensors");
        assertEquals(0, result.code(), result.all());
    }

    @BeforeEach
    void writeText() throws IOException {
        cli = new InProcess(folder);
        new Cli(folder).text("book.txt", 5_000);
        Files.copy(undisturbed.resolve("whole.safetensors"), folder.resolve("whole.safetensors"));
    }

    private InProcess.Result run(String line) {
        InProcess.Result result = cli.run(line);
        assertEquals(0, result.code(), result.all());
        return result;
    }

    /** Runs a line, and gives what is logged meanwhile, which a user sees on stderr. */
    private InProcess.Result logging(List<String> log, String line) {
        Logger logger = Logger.getLogger("dev.unroll");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                log.add(new SimpleFormatter().formatMessage(entry));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try {
            return cli.run(line);
        } finally {
            logger.removeHandler(handler);
        }
    }

    private Path checkpoint(int step) {
        return folder.resolve("book.checkpoints", "step-%09d.safetensors".formatted(step));
    }

    private void assertSameModels(String one, String other) throws IOException {
        assertArrayEquals(Files.readAllBytes(folder.resolve(one)), Files.readAllBytes(folder.resolve(other)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"book.safetensors", "book.checkpoints", "book.checkpoints/step-000000020.safetensors",
            "book.checkpoints/best.safetensors"})
    void takesAModelADirectoryOrACheckpoint(String path) throws IOException {
        run(TRAIN + "--steps 20 --out @book.safetensors");
        InProcess.Result result = run("train --threads 1 --steps 30 --resume @" + path);
        assertTrue(result.out().matches("(?s).*resumed   \\S*book.checkpoints/\\S+.safetensors after step 20\\n.*"),
                result.out());
        assertSameModels("whole.safetensors", "book.safetensors");
    }

    @Test
    void keepsEveryOption() throws IOException {
        String options = "--optimizer rmsprop --weight-decay 0.01 --schedule warm-up~5~plateau~0.5~1 --clip-value 0.1"
                + " --label-smoothing 0.1 --back 25 --checkpoint-time 7 --replicas 2 --early-stop 50 --skips 5 --keep 2"
                + " --dropout 0.2 ";
        run(TRAIN + options + "--steps 30 --out @other.safetensors");
        run(TRAIN + options + "--steps 13 --out @book.safetensors");
        run("train --threads 1 --steps 30 --resume @book.safetensors");
        assertSameModels("other.safetensors", "book.safetensors");
        Map<String, String> notes = Resumption.notes(checkpoint(30));
        assertEquals("warm-up 5 plateau 0.5 1", notes.get("option.schedule"));
        assertEquals("2", notes.get("option.keep"));
    }

    @Test
    void aFileOfAnOlderUnrollGoesOnAsItWas() throws IOException {
        run(TRAIN + "--steps 10 --out @book.safetensors");
        Map<String, String> notes = new LinkedHashMap<>(Resumption.notes(checkpoint(10)));
        notes.keySet().removeIf(key -> key.matches(
                "option\\.(optimizer|weight-decay|schedule|clip-value|label-smoothing|back|checkpoint-time|replicas"
                        + "|early-stop|skips|checkpoint-every|keep|report)"));
        TrainSettings settings = TrainSettings.ofNotes("older", notes).checked();
        assertEquals(10, settings.bptt().k2());
        assertEquals("adam", settings.options().text("optimizer"));
    }

    @Test
    void fromADamagedCheckpointItGoesBackToAWholeOne() throws IOException {
        run(TRAIN + "--steps 20 --out @book.safetensors");
        byte[] bytes = Files.readAllBytes(checkpoint(20));
        bytes[bytes.length / 2] ^= 1;
        Files.write(checkpoint(20), bytes);
        List<String> log = new ArrayList<>();
        InProcess.Result result = logging(log, "train --threads 1 --steps 30 --keep 1 --resume @book.safetensors");
        assertEquals(0, result.code(), result.all());
        assertTrue(log.getFirst().contains("step-000000020.safetensors: it is damaged"), log.toString());
        assertTrue(result.out().contains("step-000000010.safetensors after step 10"), result.out());
        assertSameModels("whole.safetensors", "book.safetensors");
    }

    @Test
    void anOlderCheckpointIsNotMixedWithNewerOnes() throws IOException {
        run(TRAIN + "--steps 30 --out @book.safetensors");
        InProcess.Result mixed = cli.run("train --threads 1 --resume @book.checkpoints/step-000000010.safetensors");
        assertEquals(2, mixed.code(), mixed.all());
        assertTrue(mixed.err().contains("has newer checkpoints than step-000000010.safetensors"), mixed.err());
        run("train --threads 1 --resume @book.checkpoints/step-000000010.safetensors --steps 30 --out @new.safetensors");
        assertSameModels("book.safetensors", "new.safetensors");
    }

    @Test
    void aNewTrainingSetsAnotherOnesCheckpointsAside() throws IOException {
        run(TRAIN + "--steps 30 --out @book.safetensors");
        InProcess.Result second = run(TRAIN + "--steps 10 --out @book.safetensors");
        assertTrue(second.out().contains("earlier   what was in book.checkpoints is now in"), second.out());
        assertTrue(Files.exists(folder.resolve("book.checkpoints.earlier/step-000000030.safetensors")));
        assertTrue(Files.exists(checkpoint(10)) && !Files.exists(checkpoint(30)));
        run(TRAIN + "--steps 10 --out @book.safetensors");
        assertTrue(!Files.exists(folder.resolve("book.checkpoints.earlier/step-000000030.safetensors")));
    }

    @Test
    void anotherTextIsNoticedAndNothingIsLeftOfItsTokens() throws IOException {
        run(TRAIN + "--steps 10 --out @book.safetensors");
        String text = Files.readString(folder.resolve("book.txt"));
        Files.writeString(folder.resolve("book.txt"), text.replaceFirst("sun", "nus"));
        InProcess.Result result = cli.run("train --threads 1 --steps 20 --resume @book.safetensors");
        assertEquals(2, result.code());
        assertTrue(result.err().contains("was begun on another text"), result.err());
        try (var files = Files.list(folder)) {
            assertEquals(0, files.filter(file -> file.toString().endsWith(".tokens")).count());
        }
    }

    @Test
    void whatDecidesTheNumbersCannotBeChanged() {
        run(TRAIN + "--steps 10 --out @book.safetensors");
        for (String option : new String[]{"--optimizer sgd", "--back 20", "--schedule cosine~10", "--replicas 2"}) {
            InProcess.Result result = cli.run("train --threads 1 --resume @book.safetensors " + option);
            assertEquals(2, result.code(), option);
            assertTrue(result.err().contains(option.replace('~', ' ') + " does not fit"), result.err());
        }
    }
}
