package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.models.LanguageModel;
import dev.unroll.models.Network;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each option of {@code sample} does. */
@Isolated("replaces System.out and System.err")
class SampleOptionsTest {
    private static final String SAMPLE = "sample --model @book.safetensors --prompt the --length 60 ";

    @TempDir
    private static Path folder;
    private static InProcess cli;

    @BeforeAll
    static void train() throws IOException {
        cli = new InProcess(folder);
        new Cli(folder).text("book.txt", 5_000);
        InProcess.Result result = cli
                .run("train --threads 1 --text @book.txt --hidden 16 --time 20 --batch 8 --steps 40"
                        + " --evaluate-every 40 --learning-rate 0.02 --out @book.safetensors");
        assertEquals(0, result.code(), result.all());
    }

    private static String sample(String options) {
        InProcess.Result result = cli.run(SAMPLE + options);
        assertEquals(0, result.code(), result.all());
        assertTrue(result.out().startsWith("the"), result.out());
        assertEquals("the".length() + 60 + System.lineSeparator().length(), result.out().length());
        return result.out();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--temperature 0 --seed 1", "--top-k 1 --seed 2", "--top-p 0.000001", "--beam 1"})
    void isGreedy(String options) {
        assertEquals(sample("--temperature 0"), sample(options));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--top-k 1000", "--top-p 1", "--top-k 1000 --top-p 1"})
    void cutsNothingOff(String options) {
        assertEquals(sample("--temperature 1 --seed 3"), sample("--temperature 1 --seed 3 " + options));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--top-k 2", "--top-p 0.3"})
    void cutsSomethingOff(String options) {
        assertNotEquals(sample("--temperature 2 --seed 3"), sample("--temperature 2 --seed 3 " + options));
    }

    @Test
    void aWideBeamFindsWhatIsMoreProbable() throws IOException {
        try (Network network = Network.load(folder.resolve("book.safetensors"))) {
            int[] greedy = network.vocabulary().orElseThrow().encode(sample("--beam 1").strip());
            int[] beam = network.vocabulary().orElseThrow().encode(sample("--beam 8").strip());
            LanguageModel model = LanguageModel.of(network);
            assertTrue(model.logProbability(beam) > model.logProbability(greedy),
                    model.logProbability(beam) + " and " + model.logProbability(greedy));
        }
    }

    @Test
    void aBeamOfNoCharactersIsThePrompt() {
        InProcess.Result result = cli.run("sample --model @book.safetensors --prompt the --length 0 --beam 3");
        assertEquals("the" + System.lineSeparator(), result.out());
    }
}
