package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code train}, {@code evaluate} and {@code sample} as a user runs them. */
class TrainProcessTest {
    @TempDir
    private Path folder;
    private Cli cli;

    @BeforeEach
    void writeText() throws IOException {
        cli = new Cli(folder);
        cli.text("book.txt", 20_000);
    }

    private Cli.Result train(String... more) throws IOException, InterruptedException {
        String[] arguments = {"train", "--text", "book.txt", "--hidden", "32", "--steps", "30", "--evaluate-every",
                "10",
                "--out", "book.safetensors"};
        String[] all = Stream.of(arguments, more).flatMap(Arrays::stream)
                .toArray(String[]::new);
        return cli.run(all);
    }

    @Test
    void everyEvaluationPrintsItsLine() throws IOException, InterruptedException {
        Cli.Result result = train();
        assertEquals(0, result.code(), result.err());
        List<String> lines = result.out().lines()
                .filter(line -> line.matches("step \\d+  train \\d\\.\\d{4}  validation \\d\\.\\d{4}")).toList();
        assertEquals(List.of("step 10", "step 20", "step 30"), lines.stream().map(l -> l.substring(0, 7)).toList());
    }

    @Test
    void theLastLineSaysTheValidationLoss() throws IOException, InterruptedException {
        Cli.Result result = train();
        assertTrue(result.lastLine().matches(
                "validation loss \\d\\.\\d{4} nats/char  \\d\\.\\d{3} bits/char  perplexity \\d+\\.\\d{2}"),
                result.out());
    }

    @Test
    void progressShowsStepLossAndPaceInPlainLines() throws IOException, InterruptedException {
        Cli.Result result = train();
        assertTrue(result.out().lines().anyMatch(line -> line.matches(".* 30/30 .*loss \\d\\.\\d{4}.*")), result.out());
        assertFalse(result.out().contains("\u001b") || result.out().contains("\r"), result.out());
    }

    @Test
    void evaluateFindsTheLossThatTrainFound() throws IOException, InterruptedException {
        Cli.Result trained = train();
        String text = Files.readString(folder.resolve("book.txt"));
        Files.writeString(folder.resolve("held.txt"), text.substring(text.length() - 2_000));
        Cli.Result evaluated = cli.run("evaluate", "--model", "book.safetensors", "--text", "held.txt");
        assertEquals(0, evaluated.code(), evaluated.err());
        assertEquals(trained.lastLine(), evaluated.lastLine());
    }

    @Test
    void thePictureIsOne() throws IOException, InterruptedException {
        train();
        assertTrue(ImageIO.read(folder.resolve("book.png").toFile()).getWidth() >= 600);
    }

    @Test
    void sampleGoesOnFromThePromptAndRepeatsItsSeed() throws IOException, InterruptedException {
        train();
        String[] sample = {"sample", "--model", "book.safetensors", "--prompt", "the moon", "--length", "200", "--seed",
                "5"};
        Cli.Result first = cli.run(sample);
        assertEquals(0, first.code(), first.err());
        assertTrue(first.out().startsWith("the moon"), first.out());
        assertEquals("the moon".length() + 200 + 1, first.out().length());
        assertEquals(first.out(), cli.run(sample).out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "gru-reset-before", "rnn"})
    void everyCellLearns(String cell) throws IOException, InterruptedException {
        Cli.Result result = train("--cell", cell, "--layers", "2", "--steps", "60", "--learning-rate", "0.01");
        double first = validation(result, "step 10");
        double last = validation(result, "step 60");
        assertTrue(last < first - 0.2, first + " to " + last);
    }

    private static double validation(Cli.Result result, String step) {
        String line = result.out().lines().filter(l -> l.startsWith(step + " ")).findFirst().orElseThrow();
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    @Test
    void stoppedBySigtermItSavesAndResumesToTheSameBits() throws IOException, InterruptedException {
        train("--steps", "400", "--out", "whole.safetensors", "--evaluate-every", "100");
        Process process = cli.start("train", "--text", "book.txt", "--hidden", "32", "--steps", "400",
                "--evaluate-every", "100", "--out", "parts.safetensors");
        awaitFile(process, "parts.training.safetensors");
        process.destroy();
        Cli.Result stopped = cli.await(process);
        assertEquals(143, stopped.code(), stopped.out() + stopped.err());
        assertTrue(stopped.lastLine().startsWith("stopped after step "), stopped.out());
        Cli.Result resumed = cli.run("train", "--resume", "parts.safetensors");
        assertEquals(0, resumed.code(), resumed.err());
        assertSameModel("whole.safetensors", "parts.safetensors");
    }

    @Test
    void killedAtAnyMomentItResumesToTheSameBits() throws IOException, InterruptedException {
        train("--steps", "300", "--out", "whole.safetensors", "--evaluate-every", "20");
        String[] begin = {"train", "--text", "book.txt", "--hidden", "32", "--steps", "300", "--evaluate-every", "20",
                "--out", "parts.safetensors"};
        String[] resume = {"train", "--resume", "parts.training.safetensors"};
        for (int millis : new int[]{0, 400, 150}) {
            Path checkpoint = folder.resolve("parts.training.safetensors");
            Process process = cli.start(Files.exists(checkpoint) ? resume : begin);
            awaitFile(process, "parts.training.safetensors");
            Thread.sleep(millis);
            process.destroyForcibly().waitFor();
        }
        Cli.Result resumed = cli.run(resume);
        assertEquals(0, resumed.code(), resumed.err());
        assertSameModel("whole.safetensors", "parts.safetensors");
    }

    private void awaitFile(Process process, String name) throws InterruptedException {
        while (process.isAlive() && !Files.exists(folder.resolve(name))) {
            Thread.sleep(5);
        }
    }

    private void assertSameModel(String one, String other) throws IOException {
        assertArrayEquals(Files.readAllBytes(folder.resolve(one)), Files.readAllBytes(folder.resolve(other)));
    }
}
