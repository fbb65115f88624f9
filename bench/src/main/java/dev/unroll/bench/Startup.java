package dev.unroll.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A JVM that is started to make a step.
 *
 * @param name what tables call it
 * @param options of the JVM
 * @param jars its class path, besides the one that this program is in
 * @param main see {@link FirstStep}
 * @param arguments of main
 */
public record Startup(String name, List<String> options, List<Path> jars, String main, List<String> arguments) {
    /** When it stepped, in milliseconds from the start of the process, and microseconds of that step and of later ones. */
    record Times(double first, double step, double later) {}

    private static List<Path> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)).map(Path::of).toList();
    }

    /**
     * Jars of the class path, or folders of classes, by their names.
     *
     * @param names without versions; of a folder, that of its module
     * @return those that are there
     */
    public static List<Path> jars(String... names) {
        return classPath().stream().filter(path -> {
            String name = Files.isDirectory(path)
                    ? path.toAbsolutePath().getParent().getParent().getFileName() + "-0"
                    : path.getFileName().toString();
            return Arrays.stream(names).anyMatch(wanted -> name.matches(wanted + "-\\d.*"));
        }).toList();
    }

    /** Bytes of jars. */
    static long bytes(List<Path> jars) throws IOException {
        long bytes = 0;
        for (Path jar : jars) {
            try (Stream<Path> files = Files.walk(jar)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    bytes += Files.size(file);
                }
            }
        }
        return bytes;
    }

    private List<Path> wholeClassPath() {
        return Stream.concat(jars("bench").stream(), jars.stream()).toList();
    }

    /** Whether a cache can be made of its classes: they must lie in jars. */
    boolean isOfJars() {
        return wholeClassPath().stream().noneMatch(Files::isDirectory);
    }

    /** The same with a cache that the JVM reads. */
    Startup withCache(Path cache) {
        return with(name + ", AOT cache", "-XX:AOTCache=" + cache);
    }

    /** Runs it once to write a cache of classes and profiles. */
    void writeCache(Path cache) throws IOException {
        with(name, "-XX:AOTCacheOutput=" + cache).run();
    }

    private Startup with(String newName, String option) {
        List<String> all = new ArrayList<>(options);
        all.add(option);
        return new Startup(newName, all, jars, main, arguments);
    }

    /** Starts it and waits for its end. */
    Times run() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(String.join(File.pathSeparator,
                wholeClassPath().stream().map(Path::toString).toList()));
        command.add(main);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        long begin = System.nanoTime();
        Process process = builder.start();
        try (BufferedReader lines = process.inputReader()) {
            String first = lines.readLine();
            double stepped = (System.nanoTime() - begin) / 1e6;
            String figures = lines.readLine();
            lines.lines().forEach(_ -> {});
            if (!"stepped".equals(first) || figures == null) {
                throw new IOException("%s: said '%s'; the command is %s".formatted(name, first, command));
            }
            List<String> numbers = List.of(figures.split(" ", -1));
            return new Times(stepped, Double.parseDouble(numbers.get(0)), Double.parseDouble(numbers.get(1)));
        } finally {
            process.destroyForcibly();
        }
    }
}
