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
}
