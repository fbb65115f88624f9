package dev.unroll.cli;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.Tuning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./unroll doctor}: what this machine can do. */
@Command(name = "doctor", description = {
        "Says what this machine can do: JDK, processor, and for each backend whether it"
                + " opens, or why not and the cure, and whether it computes what it should.",
        "Exit code 1 where a backend that opens computes something else."}, mixinStandardHelpOptions = true, footerHeading = "%nExamples:%n", footer = {
                "  ./unroll doctor",
                "  ./unroll doctor --tune                 measures, and from then on auto goes by it",
                "  ./unroll doctor --tune --hidden 256    only what networks of 256 units need"})
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--tune", description = "Measure which shapes OpenBLAS multiplies faster than vectors on this machine,"
            + " in some 20 seconds, and keep the table for all runs to come.")
    private boolean tune;

    @Option(names = "--hidden", paramLabel = "UNITS", split = ",", description = "Hidden sizes to measure with --tune:"
            + " 64, 128, 256, 512, 1024, or some of these with commas between. Default: all.")
    private List<Integer> hidden = Tuning.HIDDEN_SIZES;

    @Override
    public Integer call() throws IOException {
        say("java", Machine.java());
        say("machine", Machine.line());
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
        if (tune) {
            tune();
        }
        say("tuning", tuning());
        try (Kernels kernels = Backend.auto(Runtime.getRuntime().availableProcessors())) {
            say("auto", "takes " + kernels);
        }
        return code;
    }

    private void tune() throws IOException {
        if (!Tuning.HIDDEN_SIZES.containsAll(hidden)) {
            throw new UserException("--hidden %s; wanted some of %s".formatted(hidden, Tuning.HIDDEN_SIZES));
        }
        System.out.println("measuring; what else runs meanwhile falsifies it ...");
        Tuning tuning = Tuning.measure(hidden, part -> {});
        System.out.println();
        TuningReport.lines(tuning).forEach(System.out::println);
        System.out.println();
        tuning.save();
    }

    private static String tuning() throws IOException {
        Path file = Tuning.file();
        try {
            return Tuning.load().map(tuning -> "%s, %s".formatted(file, tuning))
                    .orElse("none at %s; ./unroll doctor --tune measures one".formatted(file));
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private static void say(String what, String text) {
        System.out.printf("%-10s%s%n", what, text);
    }
}
