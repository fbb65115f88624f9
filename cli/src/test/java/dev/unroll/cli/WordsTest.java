package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models of words by the command line. The text has ten words, some with a capital once, and the mark "."; 13 tokens with UNK and EOS. */
@Isolated("replaces System.out and System.err")
class WordsTest {
    private static final String TRAIN = "train --threads 1 --text @book.txt --words 10 --lower-case --embedding 6 --hidden 8"
            + " --time 10 --batch 4 --evaluate-every 20 --learning-rate 0.01 ";

    @TempDir
    private static Path folder;
    private static InProcess cli;
    private static InProcess.Result trained;

    @BeforeAll
    static void train() throws IOException {
        cli = new InProcess(folder);
        Path book = new Cli(folder).text("book.txt", 10_000);
        Files.writeString(book, Files.readString(book) + "zebra yak\nTHE end. and AND.\n");
        trained = run(TRAIN + "--steps 60 --out @words.safetensors --report @report");
    }

    private static InProcess.Result run(String line) {
        InProcess.Result result = cli.run(line);
        assertEquals(0, result.code(), result.all());
        return result;
    }

    private static Network model(String name, Kernels kernels) throws IOException {
        return Network.load(folder.resolve(name), kernels, Network.Start.COLD);
    }

    @Test
    void theModelKnowsTheCommonestWordsAndTheTokenizer() throws IOException {
        try (Kernels kernels = Backend.SCALAR.open(1); Network network = model("words.safetensors", kernels)) {
            Vocabulary vocabulary = network.vocabulary().orElseThrow();
            assertEquals(Tokenizer.words().lowerCased().endingLines(), vocabulary.tokenizer());
            assertEquals(10, vocabulary.size());
            assertEquals(Vocabulary.builder(Tokenizer.words().lowerCased().endingLines()).atMost(10)
                    .count(Files.readString(folder.resolve("book.txt"))).build(), vocabulary);
            assertEquals(-1, vocabulary.indexOf("zebra"));
            assertEquals(new Input.Embedding(10, 6), network.architecture().input());
        }
    }

    @Test
    void everyEvaluationPrintsPerplexityAndEpoch() {
        List<String> lines = trained.out().lines().filter(line -> line.startsWith("step ")).toList();
        assertEquals(3, lines.size(), trained.out());
        for (String line : lines) {
            Matcher parts = Pattern.compile("step \\d+  train \\d\\.\\d{4}  validation (\\d\\.\\d{4})"
                    + "  perplexity (\\d+\\.\\d{2}) per word  epoch \\d+\\.\\d{2}").matcher(line);
            assertTrue(parts.matches(), line);
            assertEquals(Math.exp(Double.parseDouble(parts.group(1))), Double.parseDouble(parts.group(2)), 0.01);
        }
    }

    @Test
    void itSaysWordsAndHowManyOfThemAreUnknown() {
        assertTrue(trained.out().lines().anyMatch(line -> line.matches(
                "text .*book.txt: [\\d,]+ words, \\d+\\.\\d\\d % of them <UNK> to a vocabulary of 10; .* held out")),
                trained.out());
        assertTrue(trained.out().contains("network   embedding 6, 1 x lstm 8, softmax 10: "), trained.out());
        assertTrue(trained.out().lines().anyMatch(line -> line.matches("speed     [\\d,]+ words a second")),
                trained.out());
        assertFalse(trained.out().contains("char"), trained.out());
    }

    @Test
    void theReportSaysWords() throws IOException {
        String page = Files.readString(folder.resolve("report/report.html"));
        assertTrue(page.contains("words a second") && page.contains("per word"), page);
    }

    @Test
    void evaluateFindsTheLossThatTrainFound() throws IOException {
        try (Kernels kernels = Backend.SCALAR.open(1); Network network = model("words.safetensors", kernels)) {
            Vocabulary vocabulary = network.vocabulary().orElseThrow();
            int[] tokens = vocabulary.encode(Files.readString(folder.resolve("book.txt")));
            int held = (int) Math.round(tokens.length * 0.1);
            StringBuilder text = new StringBuilder();
            for (int i = tokens.length - held; i < tokens.length; i++) {
                String token = vocabulary.token(tokens[i]);
                text.append(switch (token) {
                    case "<EOS>" -> "\n";
                    case "<UNK>" -> "elephant ";
                    default -> token + " ";
                });
            }
            Files.writeString(folder.resolve("held.txt"), text);
        }
        InProcess.Result evaluated = run("evaluate --threads 1 --model @words.safetensors --text @held.txt");
        String line = trained.out().lines().reduce((_, last) -> last).orElseThrow();
        assertTrue(line.matches(
                "validation loss \\d\\.\\d{4} nats/word  \\d\\.\\d{3} bits/word  perplexity \\d+\\.\\d{2} per word"),
                line);
        // Evaluate reads the text in up to 32 streams, train in as many as its batch.
        double wanted = perplexity(line);
        double found = perplexity(evaluated.out().lines().reduce((_, last) -> last).orElseThrow());
        assertEquals(wanted, found, 0.05 * wanted);
        assertTrue(evaluated.out().contains("held.txt: "), evaluated.out());
    }

    private static double perplexity(String line) {
        Matcher found = Pattern.compile("perplexity (\\S+) per word").matcher(line);
        assertTrue(found.find(), line);
        return Double.parseDouble(found.group(1));
    }

    @Test
    void sampleWritesWordsAndNeverTheUnknownOne() {
        String sample = "sample --model @words.safetensors --prompt the~Moon~ --length 300 --temperature 2 --seed ";
        String text = run(sample + 5).out();
        assertTrue(text.startsWith("the Moon"), text);
        assertFalse(text.contains("<"), text);
        Set<String> words = Set.of("sun", "moon", "star", "light", "dark", "river", "stone", "and", "or", "the");
        Set<String> others = Pattern.compile("[a-z]+").matcher(text.substring("the Moon".length())).results()
                .map(word -> word.group()).filter(word -> !words.contains(word)).collect(Collectors.toSet());
        assertEquals(Set.of(), others);
        assertFalse(text.contains(" ."), text);
        assertTrue(text.contains("\n"), text);
        assertEquals(text, run(sample + 5).out());
    }

    @Test
    void aBlankPromptBeginsALine() {
        run("sample --model @words.safetensors --prompt ~ --length 5");
        run("sample --model @words.safetensors --length 5");
    }

    @Test
    void aTrainingOfWordsGoesOnAsIfItHadNotStopped() throws IOException {
        run(TRAIN + "--steps 30 --out @stopped.safetensors");
        run("train --threads 1 --resume @stopped.safetensors --steps 60");
        assertArrayEquals(Files.readAllBytes(folder.resolve("words.safetensors")),
                Files.readAllBytes(folder.resolve("stopped.safetensors")));
    }

    @ParameterizedTest
    @CsvSource({"--words 11, 10", "--embedding 7, 6"})
    void anotherVocabularyIsNotTheTrainingThatWasBegun(String option, String before) {
        InProcess.Result result = cli.run("train --threads 1 --resume @words.safetensors " + option);
        assertEquals(2, result.code(), result.all());
        assertTrue(result.err().contains("was begun with " + before), result.err());
    }

    @Test
    void charactersMayHaveAnEmbeddingToo() throws IOException {
        run("train --threads 1 --text @book.txt --embedding 5 --hidden 8 --time 10 --batch 4 --steps 2 --evaluate-every 2"
                + " --out @characters.safetensors");
        try (Kernels kernels = Backend.SCALAR.open(1); Network network = model("characters.safetensors", kernels)) {
            assertEquals(5, network.architecture().input().width());
            assertEquals(Tokenizer.characters(), network.vocabulary().orElseThrow().tokenizer());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"--words 2 | --words is '2'; wanted 3 or more", "--words x | --words is 'x'",
            "--words -5 | --words is '-5'", "--lower-case | --lower-case goes with --words",
            "--words 10 --embedding -1 | --embedding is '-1'",
            "--words 10 --text @blank.txt | blank.txt: vocabulary: 0 different tokens were counted"})
    void aMistakeIsOneSentence(String options, String part) throws IOException {
        Files.writeString(folder.resolve("blank.txt"), " \n \n");
        InProcess.Result result = cli.run("train --text @book.txt --out @none.safetensors " + options);
        assertEquals(2, result.code(), result.all());
        assertTrue(result.err().contains(part), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
    }
}
