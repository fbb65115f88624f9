package dev.unroll.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.bench.Plan.Shape;
import dev.unroll.cells.CellKind;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command from its options to its files. What it measures here means nothing. */
@Isolated("replaces System.out and System.err")
class BenchCommandTest {
    @TempDir
    private Path folder;

    private record Output(int code, String out, String err) {}

    private static Output run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        try {
            int code = BenchCommand.run(arguments);
            return new Output(code, outBytes.toString(StandardCharsets.UTF_8),
                    errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    @Test
    void aSmallRunPrintsTables() {
        Output output = run("--quick", "--only", "layers", "--cells", "gru", "--shapes", "2x1x16");
        assertEquals(0, output.code(), output.err());
        assertTrue(output.out().contains("GFLOP/s in registers"), output.out());
        assertTrue(output.out().lines().anyMatch(line -> line.matches(" +gru +2 +1 +16 .*")), output.out());
    }

    @Test
    void everyPartFillsItsFiles() throws IOException, InterruptedException {
        Pace pace = new Pace(Duration.ofMillis(2), Duration.ofMillis(1), 3, Duration.ZERO);
        Plan plan = new Plan(1, pace, List.of(new ProductCase(1, 32, 16), new ProductCase(4, 32, 16)),
                Plan.layers(List.of(CellKind.LSTM, CellKind.RNN), List.of(new Shape(3, 2, 16))),
                Plan.trainings(List.of(new Shape(4, 2, 16))),
                List.of(new LayerCase(CellKind.GRU, 1, 1, 16)), List.of(new ServiceCase(16, 5)),
                List.of(CellKind.GRU), true);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Comparison comparison = new Comparison(plan, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        comparison.run();
        Path results = folder.resolve("new").resolve("results");
        comparison.write(new ResultFiles(results));

        List<String> csv = Files.readAllLines(results.resolve("figures.csv"));
        assertEquals("part,shape,contender,threads,median_us,least_us,most_us,rate_per_s,unit", csv.getFirst());
        assertTrue(csv.stream().anyMatch(line -> line.startsWith("product,M=4 N=32 K=16,openblas,1,")));
        assertTrue(csv.stream().anyMatch(line -> line.startsWith("layer,rnn T=3 N=2 H=16,scalar,1,")));
        assertTrue(csv.stream().anyMatch(line -> line.startsWith("training,T=4 N=2 H=16,vector,1,")));
        assertTrue(csv.stream().anyMatch(line -> line.startsWith("step,gru T=1 N=1 H=16,vector,1,")));
        assertTrue(csv.stream().anyMatch(line -> line.startsWith("streams,H=16 streams=5,all at once,1,")));
        assertTrue(csv.stream().anyMatch(line -> line.startsWith("start,H=256,plain Java warm,1,")));
        assertTrue(csv.stream().allMatch(line -> line.split(",").length == 9));
        String markdown = Files.readString(results.resolve("tables.md"));
        assertTrue(markdown.contains("| cell | T | N | H | vector |"), markdown);
        assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("watched/vector: geometric mean "), markdown);
        BufferedImage picture = ImageIO.read(results.resolve("products-32x16.png").toFile());
        assertEquals(900, picture.getWidth());
        try (Stream<Path> files = Files.list(results)) {
            assertTrue(files.noneMatch(file -> file.toString().endsWith(".tmp")));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --threads is 0; wanted 1 to 1024           | --threads 0
            --cells is 'tree'; wanted lstm, gru or rnn | --cells tree
            --shapes is '1x2'; wanted TxNxH            | --shapes 1x2
            --shapes is '1x0x3'                        | --shapes 1x0x3
            Invalid value for option '--only'          | --only nonsense
            Unknown option: '--fast'                   | --fast
            Unmatched argument                         | nonsense
            """)
    void whatTheUserCanMendIsOneSentence(String message, String line) {
        Output output = run(line.split(" "));
        assertEquals(2, output.code());
        assertTrue(output.err().contains(message), output.err());
        assertEquals(1, output.err().lines().count(), output.err());
    }

    @Test
    void aFolderThatIsAFileIsSaidBeforeAnythingIsMeasured() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Output output = run("--out", file.toString());
        assertEquals(2, output.code());
        assertTrue(output.err().endsWith("file is not a directory\n"), output.err());
        assertEquals("", output.out());
    }
}
