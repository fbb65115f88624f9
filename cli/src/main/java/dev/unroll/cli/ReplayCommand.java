package dev.unroll.cli;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./unroll replay}: reference cases of another implementation, run by every backend. */
@Command(name = "replay", description = {
        "Runs reference cases forward and backward on every backend that opens, and prints how far each is from the reference:"
                + " the largest difference over the largest value, of the worst tensor.",
        "A case is a safetensors file with inputs, weights, outputs and gradients, as docs/replay.md says.",
        "Exit code 1 where an output is past 2e-5 or a gradient past 1e-4."}, mixinStandardHelpOptions = true, sortOptions = false, footerHeading = "%nExamples:%n", footer = {
                "  ./unroll replay mine.safetensors", "  ./unroll replay --backend vector cases/*.safetensors"})
final class ReplayCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Reference cases.")
    private List<Path> files;

    @Option(names = "--backend", paramLabel = "NAME", split = ",", description = "vector, openblas or scalar, or some of these with commas between (default: all that"
            + " open).")
    private List<String> names = List.of();

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", description = "Threads (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Override
    public Integer call() {
        if (threads < 1) {
            throw new UserException("--threads %d; wanted 1 or more".formatted(threads));
        }
        List<Backend> backends = backends();
        int code = 0;
        for (Path file : files) {
            code = Math.max(code, replay(file, backends));
        }
        return code;
    }

    private List<Backend> backends() {
        if (names.isEmpty()) {
            return Arrays.stream(Backend.values()).filter(backend -> backend.obstacle().isEmpty()).toList();
        }
        try {
            return names.stream().map(Backend::of).toList();
        } catch (IllegalArgumentException e) {
            throw new UserException(e.getMessage(), e);
        }
    }

    /** A file that is no case spoils the others' answer, but not their run. */
    private int replay(Path file, List<Backend> backends) {
        int code = 0;
        try (ReplayFile reference = ReplayFile.open(file)) {
            ReplayCase replayed = reference.toCase();
            for (Backend backend : backends) {
                try (Kernels kernels = backend.open(threads)) {
                    code = Math.max(code, print(file, backend, replayed.run(reference, kernels)));
                }
            }
            return code;
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            String message = e.getMessage() != null && e.getMessage().contains(file.toString())
                    ? e.getMessage()
                    : file + ": " + e.getMessage();
            spec.commandLine().getErr().println(spec.qualifiedName() + ": " + message);
            spec.commandLine().getErr().flush();
            return Main.USER_ERROR;
        }
    }

    private static int print(Path file, Backend backend, ReplayCase.Figures figures) {
        System.out.println(String.format(Locale.ROOT, "%s %s outputs %.1e gradients %.1e %s", file, backend,
                figures.outputs(), figures.gradients(), figures.isOk() ? "ok" : "WRONG"));
        return figures.isOk() ? 0 : 1;
    }
}
