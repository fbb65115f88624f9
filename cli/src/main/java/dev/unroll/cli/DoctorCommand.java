package dev.unroll.cli;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code ./unroll doctor}: what this machine can do. */
@Command(name = "doctor", description = {
        "Says what this machine can do: JDK, processor, and for each backend whether it"
                + " opens, or why not and the cure, and whether it computes what it should.",
        "Exit code 1 where a backend that opens computes something else."}, mixinStandardHelpOptions = true, footerHeading = "%nExample:%n", footer = "  ./unroll doctor")
final class DoctorCommand implements Callable<Integer> {
    @Override
    public Integer call() throws IOException {
        say("java", "%s (%s), %s".formatted(System.getProperty("java.runtime.version"),
                System.getProperty("java.vm.name"), System.getProperty("java.home")));
        say("machine", "%s, %d cores, %s %s".formatted(processor(), Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"), System.getProperty("os.arch")));
        int code = 0;
        for (Backend backend : Backend.values()) {
            Optional<String> obstacle = backend.obstacle();
            if (obstacle.isPresent()) {
                say(backend.toString(), "cannot open: " + obstacle.get());
                continue;
            }
            Optional<String> wrong = KnownAnswer.check(backend);
            say(backend.toString(), "opens: %s; known answer %s".formatted(backend.description(),
                    wrong.map(w -> "WRONG: " + w).orElse("ok")));
            code = wrong.isPresent() ? 1 : code;
        }
        try (Kernels kernels = Backend.auto(Runtime.getRuntime().availableProcessors())) {
            say("auto", "takes " + kernels);
        }
        return code;
    }

    private static void say(String what, String text) {
        System.out.printf("%-10s%s%n", what, text);
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
