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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each option of {@code train} does. */
@Isolated("replaces System.out and System.err")
class TrainOptionsTest {
    private static final String TRAIN = "train --threads 1 --text @book.txt --hidden 8 --time 10 --batch 4 --steps 12"
            + " --evaluate-every 12 --learning-rate 0.01 ";

    @TempDir
    private static Path folder;
    private static InProcess cli;

    @BeforeAll
    static void trainWithTheDefaults() throws IOException {
        cli = new InProcess(folder);
        new Cli(folder).text("book.txt", 5_000);
        train("plain", "");
    }

    private static InProcess.Result train(String name, String options) {
        InProcess.Result result = cli.run(TRAIN + "--out @" + name + ".safetensors " + options);
        assertEquals(0, result.code(), result.all());
        return result;
    }

    private static byte[] model(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name + ".safetensors"));
    }

    private static List<String> checkpoints(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(name + ".checkpoints"))) {
            return files.map(file -> file.getFileName().toString().replaceAll("step-0+(?=\\d)|\\.safetensors", ""))
                    .sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--optimizer sgd", "--optimizer momentum", "--optimizer nesterov", "--optimizer rmsprop",
            "--weight-decay 0.1", "--schedule step~5~0.5", "--schedule exponential~5~0.9", "--schedule cosine~12",
            "--schedule cosine~12~0.1", "--schedule warm-up~5~constant",
            "--schedule plateau~0~1 --learning-rate 3 --evaluate-every 2",
            "--clip 0.01", "--clip-value 0.001", "--label-smoothing 0.1", "--back 20", "--dropout 0.5"})
    void changesWhatIsLearned(String option) throws IOException {
        train("changed", option);
        assertFalse(Arrays.equals(model("plain"), model("changed")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--checkpoint-time 3", "--checkpoint-every 5 --keep 1", "--report @report",
            "--optimizer adam --weight-decay 0 --schedule constant --clip-value Infinity --back 10 --skips 0 --early-stop 9"})
    void doesNotChangeWhatIsLearned(String option) throws IOException {
        train("same", option);
        assertArrayEquals(model("plain"), model("same"));
    }

    @Test
    void replicasComeToAboutTheSame() {
        double one = validation(train("one", ""));
        double two = validation(train("two", "--replicas 2"));
        assertEquals(one, two, 1e-3);
    }

    private static double validation(InProcess.Result result) {
        Matcher line = Pattern.compile("validation loss (\\d\\.\\d{4}) nats").matcher(result.out());
        assertTrue(line.find(), result.all());
        return Double.parseDouble(line.group(1));
    }

    @Test
    void keepsTheNewestCheckpointsAndTheBest() throws IOException {
        train("kept", "--checkpoint-every 5 --keep 2");
        assertEquals(List.of("10", "12", "best"), checkpoints("kept"));
    }

    @Test
    void theBestCheckpointIsAModel() throws IOException {
        double best = validation(train("good", "--batch 32"));
        InProcess.Result evaluated = cli.run("evaluate --threads 1 --model @good.checkpoints/best.safetensors --text @"
                + held().getFileName());
        assertEquals(best, validation(evaluated), 1e-4);
    }

    /** The tenth of the text that is held out. */
    private static Path held() throws IOException {
        String text = Files.readString(folder.resolve("book.txt"));
        return Files.writeString(folder.resolve("held.txt"), text.substring(text.length() - text.length() / 10));
    }

    @Test
    void validationLossIsThatOfTheTextWithoutSmoothing() throws IOException {
        double smoothed = validation(train("smooth", "--batch 32 --label-smoothing 0.3"));
        InProcess.Result evaluated = cli.run("evaluate --threads 1 --model @smooth.safetensors --text @"
                + held().getFileName());
        assertEquals(smoothed, validation(evaluated), 1e-4);
    }

    @Test
    void evaluateSaysWhichCharacterItDoesNotKnow() throws IOException {
        Files.writeString(folder.resolve("greek.txt"), "sun \u03b1\n");
        InProcess.Result result = cli.run("evaluate --threads 1 --model @plain.safetensors --text @greek.txt");
        assertEquals(2, result.code(), result.all());
        assertTrue(result.err().contains("the character '\u03b1' U+03B1 at position 4 of"), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
    }

    @Test
    void stopsEarlyWithoutAGain() throws IOException {
        InProcess.Result result = train("early", "--early-stop 2 --learning-rate 3 --steps 1000 --evaluate-every 5");
        assertTrue(result.out().contains("evaluations without a gain"), result.out());
        assertTrue(result.out().contains("best      validation loss"), result.out());
        assertFalse(checkpoints("early").contains("1000"));
    }

    @Test
    void aTrainingThatDivergesEndsWithEverythingSaved() throws IOException {
        InProcess.Result result = cli.run(TRAIN + "--out @wild.safetensors --cell rnn~relu --optimizer sgd"
                + " --learning-rate 1e6 --clip Infinity --skips 3 --report @wild.report");
        assertEquals(2, result.code(), result.all());
        assertTrue(result.err().contains("4 steps in a row were skipped"), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
        assertTrue(result.out().matches("(?s).* skipped.*"), result.out());
        assertTrue(Files.exists(folder.resolve("wild.safetensors")));
        assertTrue(Files.readString(folder.resolve("wild.report/report.html")).contains("<dt>skipped steps</dt><dd>4"));
        assertTrue(Files.readAllLines(folder.resolve("wild.report/steps.csv")).stream()
                .anyMatch(line -> line.split(",", -1)[5].equals("1")));
        InProcess.Result again = cli.run("train --threads 1 --resume @wild.safetensors --skips 5");
        assertTrue(again.err().contains("steps in a row were skipped"), again.all());
    }

    @Test
    void skippedStepsAreCountedAtTheEnd() {
        InProcess.Result result = cli.run(TRAIN + "--out @skips.safetensors --cell rnn~relu --optimizer sgd"
                + " --learning-rate 1e6 --clip Infinity --skips 1000");
        assertTrue(result.out().matches("(?s).*\\nskipped   \\d+ of 12 steps.*"), result.out());
        assertEquals(2, result.code(), result.all());
        assertTrue(result.err().contains("the validation loss is NaN"), result.err());
    }
}
