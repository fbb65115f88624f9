package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Specifies what opens, and what is said, in JVMs that lack something: each is launched as {@link BackendProbe}. */
class BackendLaunchTest {
    private static final String VECTOR = "--add-modules=jdk.incubator.vector";
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    @TempDir
    private Path directory;

    /** What a JVM printed. */
    private record Printed(String out, String err) {
        void assertOut(String... lines) {
            assertEquals(List.of(lines), out.lines().toList(), this::toString);
        }

        String warning() {
            return err.lines().filter(line -> line.startsWith("WARNING: ") && line.contains("kernels"))
                    .collect(Collectors.joining("\n"));
        }
    }

    /** Runs the probe with these options of the JVM; the arguments of the probe come after a {@code -}. */
    private Printed launch(String classPath, String... optionsAndArguments) throws IOException, InterruptedException {
        List<String> words = List.of(optionsAndArguments);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", classPath, "-Duser.language=en", "-XX:+UseSerialGC",
                "-Dunroll.tuning=" + directory.resolve("tuning.txt")));
        command.addAll(words.subList(0, words.indexOf("-")));
        command.add(BackendProbe.class.getName());
        command.addAll(words.subList(words.indexOf("-") + 1, words.size()));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "still running: " + command);
        } finally {
            process.destroyForcibly();
        }
        Printed printed = new Printed(Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
        assertEquals(0, process.exitValue(), printed::toString);
        return printed;
    }

    private static String withoutBytedeco() {
        return Arrays.stream(CLASS_PATH.split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains("openblas") && !entry.contains("javacpp"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Test
    void withEverythingAutoTakesVectorWithoutAWarning() throws Exception {
        Printed printed = launch(CLASS_PATH, VECTOR, NATIVE, "-", "auto");
        printed.assertOut("auto: vector gives 6.0");
        assertEquals("", printed.warning());
        assertTrue(printed.err.contains("INFO: vector kernels, 1 thread"), printed.err);
    }

    @Test
    void withoutTheVectorModuleAutoFallsBackToOpenblasAndNamesTheCure() throws Exception {
        Printed printed = launch(CLASS_PATH, NATIVE, "-", "auto");
        printed.assertOut("auto: openblas gives 6.0");
        assertContains(printed.warning(), "openblas kernels", "vector: ",
                "start java with --add-modules jdk.incubator.vector");
    }

    @Test
    void withoutOpenblasEitherAutoFallsBackToScalarAndNamesBothCures() throws Exception {
        Printed printed = launch(withoutBytedeco(), NATIVE, "-", "auto", "scalar");
        printed.assertOut("auto: scalar gives 6.0", "scalar: scalar gives 6.0");
        assertContains(printed.warning(), "scalar kernels", "start java with --add-modules jdk.incubator.vector",
                "openblas: ", "not on the class path", "add both");
    }

    @Test
    void aForcedBackendThatCannotOpenIsAnErrorThatNamesTheCure() throws Exception {
        Printed vector = launch(CLASS_PATH, NATIVE, "-Dunroll.backend=vector", "-", "auto");
        assertContains(vector.out, "auto: BackendException", "vector cannot open",
                "--add-modules jdk.incubator.vector");
        Printed openblas = launch(withoutBytedeco(), VECTOR, "-Dunroll.backend=openblas", "-", "auto");
        assertContains(openblas.out, "auto: BackendException", "openblas cannot open", "org.bytedeco:openblas");
    }

    @Test
    void withoutC2VectorReportsItAndAutoTakesOpenblas() throws Exception {
        Printed printed = launch(CLASS_PATH, VECTOR, NATIVE, "-XX:TieredStopAtLevel=1", "-", "auto", "vector");
        assertContains(printed.out, "auto: openblas gives 6.0", "vector: BackendException", "no C2 compiler",
                "-XX:TieredStopAtLevel");
        assertContains(printed.warning(), "openblas kernels", "no C2 compiler");
    }

    @Test
    void aJvmThatCompilesQuicklyOnlyHasNoC2Either() throws Exception {
        Printed printed = launch(CLASS_PATH, VECTOR, NATIVE, "-XX:CompilationMode=quick-only", "-", "vector");
        assertContains(printed.out, "vector: BackendException", "no C2 compiler");
    }

    @Test
    void onAJvmThatOnlyInterpretsVectorReportsIt() throws Exception {
        Printed printed = launch(CLASS_PATH, VECTOR, NATIVE, "-Xint", "-", "vector", "scalar");
        assertContains(printed.out, "vector: BackendException", "start java without -Xint",
                "scalar: scalar gives 6.0");
    }

    @Test
    void whereNativeAccessIsDeniedOpenblasReportsTheCureAndVectorStillOpens() throws Exception {
        Printed printed = launch(CLASS_PATH, VECTOR, "--illegal-native-access=deny", "-", "openblas", "vector",
                "auto");
        assertContains(printed.out, "openblas: BackendException", "--enable-native-access=ALL-UNNAMED",
                "vector: vector gives 6.0", "auto: vector gives 6.0");
        assertFalse(printed.err.contains("Exception"), printed.err);
    }

    @Test
    void withoutTheVectorModuleTheGatesOfOpenblasArePlainJava() throws Exception {
        Printed printed = launch(CLASS_PATH, NATIVE, "-", "openblas");
        printed.assertOut("openblas: openblas gives 6.0");
    }

    private static void assertContains(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text.contains(part), () -> text + "\nlacks: " + part);
        }
    }
}
