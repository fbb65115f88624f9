package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code train}, {@code evaluate} and {@code sample} as a user runs them. */
class TrainProcessTest {
    @TempDir
    private static Path folder;
    private static Cli cli;
    private static Cli.Result trained;

    @BeforeAll
    static void train() throws IOException, InterruptedException {
        cli = new Cli(folder);
        cli.text("book.txt", 20_000);
        trained = cli.run("train", "--text", "book.txt", "--hidden", "32", "--steps", "30", "--evaluate-every", "10",
                "--out", "book.safetensors");
        assertEquals(0, trained.code(), trained.err());
    }

    @Test
    void everyEvaluationPrintsItsLine() {
        List<String> lines = trained.out().lines()
                .filter(line -> line.matches("step \\d+  train \\d\\.\\d{4}  validation \\d\\.\\d{4}")).toList();
        assertEquals(List.of("step 10", "step 20", "step 30"), lines.stream().map(l -> l.substring(0, 7)).toList());
    }

    @Test
    void theLastLineSaysTheValidationLoss() {
        assertTrue(trained.lastLine().matches(
                "validation loss \\d\\.\\d{4} nats/char  \\d\\.\\d{3} bits/char  perplexity \\d+\\.\\d{2}"),
                trained.out());
    }

    @Test
    void progressShowsStepLossAndPaceInPlainLines() {
        assertTrue(trained.out().lines().anyMatch(line -> line.matches(".* 30/30 .*loss \\d\\.\\d{4}.*")),
                trained.out());
        assertFalse(trained.out().contains("\u001b") || trained.out().contains("\r"), trained.out());
    }

    @Test
    void nothingGoesToStderr() {
        assertEquals("", trained.err());
    }

    @Test
    void evaluateFindsTheLossThatTrainFound() throws IOException, InterruptedException {
        String text = Files.readString(folder.resolve("book.txt"));
        Files.writeString(folder.resolve("held.txt"), text.substring(text.length() - 2_000));
        Cli.Result evaluated = cli.run("evaluate", "--model", "book.safetensors", "--text", "held.txt");
        assertEquals(0, evaluated.code(), evaluated.err());
        assertEquals(trained.lastLine(), evaluated.lastLine());
    }

    @Test
    void thePictureIsOne() throws IOException {
        assertTrue(ImageIO.read(folder.resolve("book.png").toFile()).getWidth() >= 600);
    }

    @Test
    void sampleGoesOnFromThePromptAndRepeatsItsSeed() throws IOException, InterruptedException {
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
        Cli.Result result = cli.run("train", "--text", "book.txt", "--hidden", "32", "--cell", cell, "--layers", "2",
                "--steps", "60", "--evaluate-every", "10", "--learning-rate", "0.01", "--out", cell + ".safetensors");
        double first = validation(result, "step 10");
        double last = validation(result, "step 60");
        assertTrue(last < first - 0.2, first + " to " + last);
    }

    private static double validation(Cli.Result result, String step) {
        String line = result.out().lines().filter(l -> l.startsWith(step + " ")).findFirst()
                .orElseThrow(() -> new AssertionError(result.out() + result.err()));
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }
}
