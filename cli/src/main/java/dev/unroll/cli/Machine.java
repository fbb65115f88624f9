package dev.unroll.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the numbers were made on. */
final class Machine {
    private Machine() {}

    /** Processor, cores and operating system. */
    static String line() throws IOException {
        return "%s, %d cores, %s %s".formatted(processor(), Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /** Release, JVM and folder. */
    static String java() {
        return "%s (%s), %s".formatted(System.getProperty("java.runtime.version"), System.getProperty("java.vm.name"),
                System.getProperty("java.home"));
    }

    private static String processor() throws IOException {
        Path cpuinfo = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(cpuinfo)) {
            return "processor unknown";
        }
        return Files.readAllLines(cpuinfo).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst().orElse("processor unknown");
    }
}
