package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service that loads a network and steps, in JVMs that lack something: it says the same in each, and what it computes with. Each is
 * launched as {@code ServiceProbe}.
 */
class ServiceLaunchTest {
    private static final String PROBE = "dev.unroll.service.ServiceProbe";
    private static final String VECTOR = "--add-modules=jdk.incubator.vector";
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
    private static final String OPENBLAS = "-Dunroll.backend=openblas";
    private static final String[] NOTHING_WRITABLE = {"-Duser.home=/proc/none", "-Djava.io.tmpdir=/proc/none"};
    private static final List<String> CLASS_PATH = List
            .of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
    private static final Pattern MODULE = Pattern
            .compile(".*[/\\\\](?:(?:tensor-core|kernels-native|cells|models)[/\\\\]target[/\\\\]classes"
                    + "|(?:tensor-core|kernels-native|cells|models|jackson-core|javacpp|openblas)-[^/\\\\]*(?<!-tests)\\.jar)");
    private static final Pattern LIBRARY = Pattern.compile(".*[/\\\\](?:javacpp|openblas)-[^/\\\\]*\\.jar");
    private static final Pattern SERVED = Pattern
            .compile("(\\w+) in (modules|a class path): (\\S+) (\\S+), threads \\[]\\R");

    @TempDir
    private static Path directory;
    private static float wanted;

    @BeforeAll
    static void saveNetwork() throws IOException {
        try (Kernels kernels = Backend.SCALAR.open(1);
                Network network = Network.builder(5).lstm(16).softmax(5).build(1, kernels)) {
            float[] y = new float[5];
            network.newSession().step(1, y);
            wanted = y[0];
            network.save(file());
        }
    }

    private static Path file() {
        return directory.resolve("network.safetensors");
    }

    /** What a JVM printed, and that it ended by itself. */
    private record Printed(String out, String err) {
        /** It served, with this backend, and said what the network says. */
        void assertServed(String backend, String where) {
            Matcher matcher = SERVED.matcher(out);
            assertTrue(matcher.matches(), this::toString);
            assertEquals(backend + " in " + where, matcher.group(1) + " in " + matcher.group(2), this::toString);
            assertEquals(wanted, Float.parseFloat(matcher.group(3)), 1e-5f);
            assertEquals(wanted, Float.parseFloat(matcher.group(4)), 1e-5f);
        }

        String warning() {
            return err.lines().filter(line -> line.startsWith("WARNING: ") && line.contains("kernels"))
                    .collect(Collectors.joining("\n"));
        }

        void assertSilent() {
            assertEquals("", warning());
            assertFalse(err.contains("Exception"), err);
        }
    }

    private static Printed launch(List<String> options) throws IOException, InterruptedException {
        return launch(options, "closes");
    }

    private static Printed launch(List<String> options, String end) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Duser.language=en", "-XX:+UseSerialGC",
                "-Dunroll.tuning=" + directory.resolve("tuning.txt")));
        command.addAll(options);
        command.addAll(List.of(PROBE, file().toString(), end));
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

    private static List<String> onClassPath(Predicate<String> entries, String... options) {
        List<String> words = new ArrayList<>(List.of("-cp", path(entries)));
        words.addAll(Arrays.asList(options));
        return words;
    }

    /** Unroll as modules, what launches it on the class path. */
    private static List<String> onModulePath(Predicate<String> entries, String... options) {
        List<String> words = new ArrayList<>(List.of("-p", path(entries.and(ServiceLaunchTest::isModule)), "-cp",
                path(entry -> entry.endsWith("test-classes")), VECTOR, "--add-modules=dev.unroll.models"));
        words.addAll(Arrays.asList(options));
        return words;
    }

    private static String path(Predicate<String> entries) {
        return CLASS_PATH.stream().filter(entries).collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean isModule(String entry) {
        return MODULE.matcher(entry).matches();
    }

    private static boolean isJava(String entry) {
        return !LIBRARY.matcher(entry).matches();
    }

    private static boolean isAny(String entry) {
        return !entry.isEmpty();
    }

    @Test
    void onTheClassPathItTakesVectors() throws Exception {
        Printed printed = launch(onClassPath(ServiceLaunchTest::isAny, VECTOR, NATIVE));
        printed.assertServed("vector", "a class path");
        printed.assertSilent();
    }

    @Test
    void aJvmThatDeniesNativeAccessServesWithVectors() throws Exception {
        Printed printed = launch(onClassPath(ServiceLaunchTest::isAny, VECTOR, "--illegal-native-access=deny"));
        printed.assertServed("vector", "a class path");
        printed.assertSilent();
    }

    @Test
    void withoutANativeLibraryItServesWithVectors() throws Exception {
        Printed printed = launch(onClassPath(ServiceLaunchTest::isJava, VECTOR));
        printed.assertServed("vector", "a class path");
        printed.assertSilent();
    }

    @Test
    void withNeitherVectorsNorLibraryItServesInPlainJavaAndWarns() throws Exception {
        Printed printed = launch(onClassPath(ServiceLaunchTest::isJava));
        printed.assertServed("scalar", "a class path");
        assertContains(printed.warning(), "scalar kernels", "start java with --add-modules jdk.incubator.vector");
    }

    @Test
    void onTheModulePathItTakesVectors() throws Exception {
        Printed printed = launch(onModulePath(ServiceLaunchTest::isJava));
        printed.assertServed("vector", "modules");
        printed.assertSilent();
    }

    @Test
    void onTheModulePathOpenblasOpensWhereItsModulesAreNamed() throws Exception {
        Printed printed = launch(onModulePath(ServiceLaunchTest::isAny, OPENBLAS, "--add-modules=ALL-MODULE-PATH",
                "--illegal-native-access=deny",
                "--enable-native-access=dev.unroll.kernels,org.bytedeco.javacpp"));
        printed.assertServed("openblas", "modules");
        printed.assertSilent();
    }

    @Test
    void onTheModulePathOpenblasNamesWhatItLacks() throws Exception {
        Printed unnamed = launch(onModulePath(ServiceLaunchTest::isAny, OPENBLAS));
        assertContains(unnamed.out, "BackendException backend openblas cannot open",
                "on the module path with --add-modules ALL-MODULE-PATH");
        Printed withoutLibrary = launch(onModulePath(ServiceLaunchTest::isAny, OPENBLAS,
                "--add-modules=org.bytedeco.openblas", "--enable-native-access=dev.unroll.kernels"));
        assertContains(withoutLibrary.out, "BackendException backend openblas cannot open", "does not load",
                "on the module path with --add-modules ALL-MODULE-PATH");
        Printed denied = launch(onModulePath(ServiceLaunchTest::isAny, OPENBLAS, "--add-modules=ALL-MODULE-PATH",
                "--illegal-native-access=deny", "--enable-native-access=dev.unroll.kernels"));
        assertContains(denied.out, "BackendException backend openblas cannot open",
                "--enable-native-access=dev.unroll.kernels,org.bytedeco.javacpp");
    }

    /** Root may write anywhere else. */
    @Test
    void whereNothingCanBeWrittenItServesWithVectors() throws Exception {
        List<String> options = onClassPath(ServiceLaunchTest::isJava, NOTHING_WRITABLE);
        options.add(VECTOR);
        Printed printed = launch(options);
        printed.assertServed("vector", "a class path");
        printed.assertSilent();
    }

    @Test
    void whereNothingCanBeWrittenOpenblasNamesTheCureAndAutoFallsBack() throws Exception {
        List<String> options = onClassPath(ServiceLaunchTest::isAny, NOTHING_WRITABLE);
        options.add(NATIVE);
        Printed fallen = launch(options);
        fallen.assertServed("scalar", "a class path");
        assertContains(fallen.warning(), "scalar kernels", "-Dorg.bytedeco.javacpp.cachedir=DIR");
        options.add(OPENBLAS);
        assertContains(launch(options).out, "BackendException backend openblas cannot open",
                "let JavaCPP write its cache", "-Dorg.bytedeco.javacpp.cachedir=DIR");
        options.add("-Dorg.bytedeco.javacpp.cachedir=" + directory.resolve("cache"));
        launch(options).assertServed("openblas", "a class path");
    }

    @Test
    void aServiceThatForgetsToCloseEndsAllTheSame() throws Exception {
        Printed printed = launch(onClassPath(ServiceLaunchTest::isAny, VECTOR), "forgets");
        printed.assertServed("vector", "a class path");
    }

    private static void assertContains(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text.contains(part), () -> text + "\nlacks: " + part);
        }
    }
}
