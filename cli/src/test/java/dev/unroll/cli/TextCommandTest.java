package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** {@code text} writes the text that comes with Unroll. */
@Isolated("replaces System.out and System.err")
class TextCommandTest {
    @TempDir
    private Path folder;

    private InProcess.Result run(String line) {
        return new InProcess(folder).run(line);
    }

    private String written(String options) throws IOException {
        InProcess.Result result = run("text --out @text.txt " + options);
        assertEquals(0, result.code(), result.all());
        return Files.readString(folder.resolve("text.txt"));
    }

    @Test
    void englishIsWhatTrainTakesWithoutAText() throws IOException {
        assertEquals(DefaultText.read(), written(""));
    }

    @Test
    void someMegabytesAreTheBeginningOfAll() throws IOException {
        String part = written("--megabytes 0.2");
        long bytes = Files.size(folder.resolve("text.txt"));
        assertTrue(bytes <= 200_000 && bytes > 190_000, bytes + " bytes");
        assertTrue(DefaultText.read().startsWith(part));
        assertTrue(part.endsWith("\n"));
    }

    @Test
    void allLanguagesAreMoreThanEnglish() throws IOException {
        String part = written("--megabytes 3 --all-languages");
        long bytes = Files.size(folder.resolve("text.txt"));
        assertTrue(bytes <= 3_000_000 && bytes > 2_900_000, bytes + " bytes");
        assertTrue(part.codePoints().anyMatch(c -> c > 127));
        assertFalse(part.contains("\t"));
    }

    @Test
    void itSaysWhereThereIsNoMoreEnglish() {
        InProcess.Result result = run("text --out @text.txt --megabytes 5");
        assertEquals(0, result.code(), result.all());
        assertTrue(result.out().contains("that is all the English there is; --all-languages has more"), result.out());
    }

    @Test
    void aMistakeIsOneSentence() {
        for (String options : new String[]{"--megabytes 0", "--megabytes -1", "--megabytes NaN", "--megabytes x",
                "--megabytes 0.000001"}) {
            InProcess.Result result = run("text --out @text.txt " + options);
            assertEquals(2, result.code(), result.all());
            assertTrue(result.err().contains("--megabytes"), result.err());
            assertEquals(1, result.err().lines().count(), result.err());
        }
        assertEquals(2, run("text").code());
        assertEquals(2, run("text --out @nowhere/text.txt").code());
    }
}
