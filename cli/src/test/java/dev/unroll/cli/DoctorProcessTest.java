package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Backend;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorProcessTest {
    @Test
    void everyBackendOpensAndComputesWhatItShould(@TempDir Path folder) throws IOException, InterruptedException {
        Cli.Result result = new Cli(folder).run("doctor");
        assertEquals(0, result.code(), result.err());
        for (Backend backend : Backend.values()) {
            assertTrue(result.out().lines()
                    .anyMatch(line -> line.startsWith(backend + " ") && line.endsWith("known answer ok")),
                    result.out());
        }
    }

    @Test
    void whatTuneMeasuresTheNextDoctorReports(@TempDir Path folder) throws IOException, InterruptedException {
        Cli cli = new Cli(folder);
        assertTrue(line(cli.run("doctor").out()).matches("tuning +none at .*; ./unroll doctor --tune measures one"));
        Cli.Result tuned = cli.run("doctor", "--tune", "--hidden", "64");
        assertEquals(0, tuned.code(), tuned.err());
        assertTrue(tuned.out().contains("64x256"), tuned.out());
        String line = line(tuned.out());
        assertTrue(line.matches("tuning +" + folder.resolve("tuning.txt") + ", \\d+ of \\d+ shape classes by openblas,"
                + " measured [-0-9]+"), line);
        assertEquals(line, line(cli.run("doctor").out()));
    }

    private static String line(String out) {
        return out.lines().filter(line -> line.startsWith("tuning")).findFirst().orElse("");
    }

    @Test
    void aHiddenSizeWithoutClassesIsTheUsersError(@TempDir Path folder) throws IOException, InterruptedException {
        Cli.Result result = new Cli(folder).run("doctor", "--tune", "--hidden", "100");
        assertEquals(2, result.code());
        assertTrue(result.err().contains("--hidden [100]; wanted some of [64, 128, 256, 512, 1024]"), result.err());
    }
}
