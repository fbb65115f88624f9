package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training that is stopped or killed and resumed ends at the bits of one that was left alone. */
class StopAndResumeTest {
    private static final String STEPS = "300";
    /** The first file of a training, which stays here. */
    private static final String BEGUN = "%s.checkpoints/step-000000000.safetensors";

    @TempDir
    private static Path folder;
    private static Cli cli;

    @BeforeAll
    static void trainWithoutAStop() throws IOException, InterruptedException {
        cli = new Cli(folder);
        cli.text("book.txt", 20_000);
        Cli.Result result = cli.await(begin("whole.safetensors"));
        assertEquals(0, result.code(), result.err());
    }

    private static Process begin(String out) throws IOException {
        return cli.start("train", "--text", "book.txt", "--hidden", "32", "--steps", STEPS, "--evaluate-every", "50",
                "--checkpoint-every", "30", "--keep", "100", "--out", out, "--report", report(out));
    }

    private static String report(String out) {
        return out.replace(".safetensors", ".report");
    }

    @Test
    void stoppedBySigtermItHasSavedEverything() throws IOException, InterruptedException {
        Process process = begin("stopped.safetensors");
        awaitFile(process, BEGUN.formatted("stopped"));
        process.destroy();
        Cli.Result stopped = cli.await(process);
        assertEquals(143, stopped.code(), stopped.out() + stopped.err());
        assertTrue(stopped.lastLine().startsWith("stopped after step "), stopped.out());
        Cli.Result resumed = cli.run("train", "--resume", "stopped.safetensors");
        assertEquals(0, resumed.code(), resumed.err());
        assertSameModel("stopped.safetensors");
        assertSameReport("stopped.report");
    }

    @Test
    void killedAtAnyMomentItGoesOnFromAWholeFile() throws IOException, InterruptedException {
        for (int millis : new int[]{0, 900, 300}) {
            Process process = Files.exists(folder.resolve(BEGUN.formatted("killed")))
                    ? cli.start("train", "--resume", "killed.checkpoints")
                    : begin("killed.safetensors");
            awaitFile(process, BEGUN.formatted("killed"));
            Thread.sleep(millis);
            process.destroyForcibly().waitFor();
        }
        Cli.Result resumed = cli.run("train", "--resume", "killed.safetensors");
        assertEquals(0, resumed.code(), resumed.err());
        assertSameModel("killed.safetensors");
        assertSameReport("killed.report");
    }

    @Test
    void resumedForMoreStepsItGoesFurther() throws IOException, InterruptedException {
        Cli.Result first = cli.run("train", "--text", "book.txt", "--hidden", "32", "--steps", "100",
                "--evaluate-every", "50", "--out", "longer.safetensors");
        assertEquals(0, first.code(), first.err());
        Cli.Result more = cli.run("train", "--resume", "longer.safetensors", "--steps", STEPS);
        assertEquals(0, more.code(), more.err());
        assertSameModel("longer.safetensors");
    }

    private static void awaitFile(Process process, String name) throws InterruptedException {
        while (process.isAlive() && !Files.exists(folder.resolve(name))) {
            Thread.sleep(5);
        }
    }

    private static void assertSameModel(String other) throws IOException {
        assertArrayEquals(Files.readAllBytes(folder.resolve("whole.safetensors")),
                Files.readAllBytes(folder.resolve(other)));
    }

    /** Every row, but for the speeds in the last column of the steps. */
    private static void assertSameReport(String other) throws IOException {
        for (String name : List.of("steps", "evaluations", "gradients", "distances", "gates")) {
            assertEquals(rows("whole.report", name), rows(other, name), name);
        }
    }

    private static List<String> rows(String report, String name) throws IOException {
        return Files.readAllLines(folder.resolve(report, name + ".csv")).stream()
                .map(line -> name.equals("steps") ? line.substring(0, line.lastIndexOf(',')) : line).toList();
    }
}
