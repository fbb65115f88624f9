package dev.unroll.bench.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** Runs every race for a moment in JVMs of their own; docs/guide/embedding.md has the command for longer. */
public class StressTest {
    private static final Pattern PASSED = Pattern.compile("\\[OK] (\\S+)");
    private static final Pattern SAMPLES = Pattern
            .compile("(?m)^ +(.*\\brefused\\b.*?) {2,}([\\d,]+) +[\\d.]+% +Acceptable");

    @TempDir
    private Path directory;

    /** What jcstress said in the end. */
    private record Run(int exitValue, String results) {}

    private Run run(String tests) throws IOException, InterruptedException {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main", "-v", "-t", tests, "-af", "NONE", "-sc", "false", "-iters", "1", "-time",
                "500", "-strideSize", "4", "-strideCount", "2", "-jvmArgs", "-Dunroll.backend=scalar");
        Path out = directory.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        try {
            boolean isOver = process.waitFor(4, TimeUnit.MINUTES);
            assertTrue(isOver, () -> "one of the races that are not below hangs: " + read(out));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String said = read(out);
        return new Run(process.exitValue(), said.substring(Math.max(0, said.indexOf("RUN RESULTS:"))));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** jcstress leaves tests out, silently, for which there are not enough cores. */
    @BeforeEach
    void needsTwoCores() {
        assumeTrue(Runtime.getRuntime().availableProcessors() >= 2);
    }

    @Test
    void everyRaceEndsAsItMay() throws Exception {
        Run run = run("(Session|Batcher|Closing)Stress");
        assertEquals(0, run.exitValue, run.results);
        List<String> passed = PASSED.matcher(run.results).results().map(match -> match.group(1)).sorted().toList();
        assertEquals(races(), passed, run.results);
        assertNotEquals(0, SAMPLES.matcher(run.results).results().mapToLong(StressTest::samples).sum(),
                () -> "no two threads ever met in a session: " + run.results);
    }

    private static List<String> races() {
        return Stream.of(SessionStress.class, BatcherStress.class, ClosingStress.class)
                .flatMap(group -> Arrays.stream(group.getClasses())).map(Class::getCanonicalName).sorted().toList();
    }

    private static long samples(MatchResult refused) {
        return Long.parseLong(refused.group(2).replace(",", ""));
    }

    /** So that the test above can fail. */
    @Test
    void anEndThatARaceMayNotHaveIsFound() throws Exception {
        Run run = run("NeverSo");
        assertEquals(1, run.exitValue, run.results);
        assertTrue(run.results.contains("Observed forbidden state: 1, 1"), run.results);
    }

    /** Ends in another way than it says. */
    @JCStressTest
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "never")
    @State
    public static class NeverSo {
        /** Says 1. */
        @Actor
        public void first(LL_Result r) {
            r.r1 = 1;
        }

        /** Says 1. */
        @Actor
        public void second(LL_Result r) {
            r.r2 = 1;
        }
    }
}
