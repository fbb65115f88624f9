package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.w3c.dom.Document;

/** What {@code --report} writes. */
@Isolated("replaces System.out and System.err")
class TrainReportTest {
    private static final int STEPS = 40;
    /** A name that a page must not take for its own words. */
    private static final String TEXT = "a&b<i>.txt";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void train() throws IOException {
        new Cli(folder).text(TEXT, 5_000);
        InProcess.Result result = new InProcess(folder).run("train --threads 1 --text @" + TEXT
                + " --hidden 8 --layers 2"
                + " --time 10 --batch 4 --steps 40 --evaluate-every 10 --out @m.safetensors --report @deep/report");
        assertEquals(0, result.code(), result.all());
        assertTrue(result.out().contains("report    " + folder.resolve("deep/report/report.html")), result.out());
    }

    private static List<List<String>> rows(String name) throws IOException {
        return Files.readAllLines(folder.resolve("deep/report", name)).stream().skip(1)
                .map(line -> List.of(line.split(",", -1))).toList();
    }

    private static List<String> column(String name, int column) throws IOException {
        return rows(name).stream().map(row -> row.get(column)).toList();
    }

    @Test
    void everyStepHasARow() throws IOException {
        assertEquals(LongStream.rangeClosed(1, STEPS).mapToObj(Long::toString).toList(), column("steps.csv", 0));
        for (List<String> row : rows("steps.csv")) {
            assertEquals(7, row.size());
            row.forEach(cell -> assertTrue(Double.parseDouble(cell) >= 0, cell));
            assertEquals(0.002, Double.parseDouble(row.get(3)), 1e-9);
        }
    }

    @Test
    void everyEvaluationHasARow() throws IOException {
        assertEquals(List.of("10", "20", "30", "40"), column("evaluations.csv", 0));
        double best = Double.POSITIVE_INFINITY;
        for (List<String> row : rows("evaluations.csv")) {
            best = Math.min(best, Double.parseDouble(row.get(2)));
            assertEquals(best, Double.parseDouble(row.get(3)));
        }
    }

    @Test
    void everyParameterHasAColumn() throws IOException {
        String header = Files.readAllLines(folder.resolve("deep/report/gradients.csv")).getFirst();
        assertEquals("step,layer0.weight,layer0.bias,layer1.weight,layer1.bias,head.weight,head.bias", header);
        assertEquals(STEPS, rows("gradients.csv").size());
        for (List<String> row : rows("gradients.csv")) {
            double squares = row.stream().skip(1).mapToDouble(Double::parseDouble).map(g -> g * g).sum();
            double norm = Double.parseDouble(rows("steps.csv").get(Integer.parseInt(row.getFirst()) - 1).get(4));
            assertEquals(norm, Math.sqrt(squares), 1e-5 * norm);
        }
    }

    @Test
    void everyReadingHasItsDistances() throws IOException {
        List<List<String>> rows = rows("distances.csv");
        // After steps 1, 10, 20, 30 and 40.
        assertEquals(5 * 2 * 10, rows.size());
        for (List<String> row : rows) {
            row.forEach(Double::parseDouble);
            if (row.get(2).equals("0")) {
                assertEquals("1.0", row.get(4));
            }
        }
    }

    @Test
    void theSharesOfAGateAreOneTogether() throws IOException {
        List<List<String>> rows = rows("gates.csv");
        assertEquals(5 * 2 * 4 * 40, rows.size());
        for (int i = 0; i < rows.size(); i += 40) {
            assertEquals(1, rows.subList(i, i + 40).stream().mapToDouble(row -> Double.parseDouble(row.get(5))).sum(),
                    1e-5);
            assertEquals("-1.0", rows.get(i).get(3));
            assertEquals("1.0", rows.get(i + 39).get(4));
        }
    }

    @Test
    void everyPictureIsOne() throws IOException {
        for (String name : List.of("loss", "learning-rate", "gradients", "distances", "gates")) {
            assertTrue(ImageIO.read(folder.resolve("deep/report", name + ".png").toFile()).getWidth() >= 860, name);
        }
    }

    @Test
    void thePageIsWellFormedAndHoldsAllItShows() throws Exception {
        String html = Files.readString(folder.resolve("deep/report/report.html"));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        Document page = factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(html.getBytes(StandardCharsets.UTF_8)));
        assertEquals("html", page.getDocumentElement().getTagName());
        assertEquals(5, page.getElementsByTagName("img").getLength());
        assertEquals(4, page.getElementsByTagName("tbody").item(0).getChildNodes().getLength() / 2);
        assertTrue(page.getElementsByTagName("h1").item(0).getTextContent().endsWith(TEXT));
        String words = html.replaceAll("base64,[^\"]*", "");
        assertFalse(Stream.of("http:", "https:", "href", "url(", "@import", "<script", "${").anyMatch(words::contains));
        Matcher source = Pattern.compile("src=\"([^\"]*)\"").matcher(html);
        while (source.find()) {
            String prefix = "data:image/png;base64,";
            assertTrue(source.group(1).startsWith(prefix));
            byte[] png = Base64.getDecoder().decode(source.group(1).substring(prefix.length()));
            assertTrue(ImageIO.read(new ByteArrayInputStream(png)).getWidth() >= 860);
        }
    }

    @Test
    void thePageSaysWhatWasTrainedWhereAndHow() throws IOException {
        String html = Files.readString(folder.resolve("deep/report/report.html"));
        for (String fact : List.of("<dt>network</dt><dd>2 x lstm 8, softmax", "<dt>optimizer</dt><dd>adam</dd>",
                "<dt>backend</dt>", "<dt>machine</dt>", "<dt>date</dt>", "<dt>steps</dt><dd>40 of 40", "<dt>speed</dt>",
                "<dt>best</dt><dd>validation loss", "<dt>skipped steps</dt><dd>0")) {
            assertTrue(html.contains(fact), fact);
        }
    }
}
