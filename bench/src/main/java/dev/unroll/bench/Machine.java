package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What all figures are of.
 *
 * @param processor its model
 * @param cores how many this process may use
 * @param secondLevelCache bytes of L2 a core
 * @param jdk version and VM
 * @param vectors their width
 */
record Machine(String processor, int cores, long secondLevelCache, String jdk, String vectors) {
    private static final long USUAL_CACHE = 1 << 20;

    static Machine here() throws IOException {
        return new Machine(processorName(), Runtime.getRuntime().availableProcessors(), secondLevelCacheSize(),
                "%s, %s".formatted(System.getProperty("java.runtime.version"), System.getProperty("java.vm.name")),
                Backend.VECTOR.obstacle().isPresent() ? "no vectors" : Backend.VECTOR.description());
    }

    private static String processorName() throws IOException {
        return first(Path.of("/proc/cpuinfo"), "model name").map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("processor unknown");
    }

    private static long secondLevelCacheSize() throws IOException {
        return first(Path.of("/sys/devices/system/cpu/cpu0/cache/index2/size"), "").filter(s -> s.matches("\\d+K"))
                .map(s -> Long.parseLong(s.replace("K", "")) * 1024).orElse(USUAL_CACHE);
    }

    private static Optional<String> first(Path file, String prefix) throws IOException {
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        return Files.readAllLines(file).stream().filter(line -> line.startsWith(prefix)).findFirst();
    }

    @Override
    public String toString() {
        return "%s, %d core%s, L2 %d KiB; JDK %s; %s".formatted(processor, cores, cores == 1 ? "" : "s",
                secondLevelCache / 1024, jdk, vectors);
    }
}
