package dev.unroll.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvFileTest {
    private static final List<String> NAMES = List.of("step", "value");

    @TempDir
    private Path folder;
    private Path file;
    private final List<List<String>> rows = new ArrayList<>();

    @BeforeEach
    void nameFile() {
        file = folder.resolve("rows.csv");
    }

    private CsvFile open(long step) throws IOException {
        return CsvFile.open(file, NAMES, step, cells -> {
            Double.parseDouble(cells.get(1));
            rows.add(cells);
        });
    }

    @Test
    void rowsAreThereAfterAFlush() throws IOException {
        try (CsvFile csv = open(0)) {
            csv.add(1, 0.5f);
            csv.flush();
            assertEquals("step,value\n1,0.5\n", Files.readString(file));
        }
    }

    @Test
    void goesOnBehindTheRowsOfItsStep() throws IOException {
        Files.writeString(file, "step,value\n1,1.5\n1,2.5\n2,NaN\n3,1\n4,1");
        try (CsvFile csv = open(2)) {
            csv.add(3, 7);
            csv.flush();
        }
        assertEquals(List.of(List.of("1", "1.5"), List.of("1", "2.5"), List.of("2", "NaN")), rows);
        assertEquals("step,value\n1,1.5\n1,2.5\n2,NaN\n3,7\n", Files.readString(file));
    }

    @Test
    void aRowWithoutItsEndIsCutOff() throws IOException {
        Files.writeString(file, "step,value\n1,1\n2,1");
        open(2).close();
        assertEquals("step,value\n1,1\n", Files.readString(file));
    }

    @Test
    void aNewTrainingBeginsAnew() throws IOException {
        Files.writeString(file, "other\n1\n");
        try (CsvFile csv = open(0)) {
            csv.flush();
        }
        assertEquals("step,value\n", Files.readString(file));
        assertTrue(rows.isEmpty());
    }

    @Test
    void whatIsNotItsOwnIsNotTouched() throws IOException {
        for (String content : List.of("step,other\n1,1\n", "step,value\n1,x\n", "step,value\n1\n")) {
            Files.writeString(file, content);
            assertThrows(IOException.class, () -> open(1));
            assertEquals(content, Files.readString(file));
        }
    }
}
