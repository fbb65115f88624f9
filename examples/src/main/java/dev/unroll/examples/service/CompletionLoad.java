package dev.unroll.examples.service;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Many clients of a {@link CompletionService}, well-behaved and otherwise, and what they got. */
@Command(name = "CompletionLoad", description = {"Tries a running CompletionService with many clients at once.",
        "Exit code 0 where each got what is documented, 1 where one did not."}, mixinStandardHelpOptions = true, sortOptions = false, footerHeading = "%nExample:%n", footer = "  ./unroll example CompletionLoad --clients 64 --seconds 30 --leave 0.05 --wrong 0.02")
public final class CompletionLoad implements Callable<Integer> {
    private static final int USER_ERROR = 2;
    private static final long EVERY_SECONDS = 10;

    @Spec
    private CommandSpec spec;

    @Option(names = "--url", paramLabel = "URL", defaultValue = "http://127.0.0.1:8080", description = "Of the service (default: ${DEFAULT-VALUE}).")
    private URI url;

    @Option(names = "--clients", paramLabel = "N", defaultValue = "64", description = "Clients, each of which makes one request after the other (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "30", description = "How long (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--prompt", paramLabel = "TEXT", defaultValue = "The ", description = "How each text begins (default: \"${DEFAULT-VALUE}\").")
    private String prompt;

    @Option(names = "--length", paramLabel = "N", defaultValue = "200", description = "Characters of a text (default: ${DEFAULT-VALUE}).")
    private int length;

    @Option(names = "--leave", paramLabel = "SHARE", defaultValue = "0.05", description = "Of requests whose client goes away in the middle (default: ${DEFAULT-VALUE}).")
    private double leave;

    @Option(names = "--wrong", paramLabel = "SHARE", defaultValue = "0.02", description = "Of requests that are wrong: no JSON, too large, an unknown path, half-sent ... (default: ${DEFAULT-VALUE}).")
    private double wrong;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of what the clients do (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--pid", paramLabel = "N", description = "Of the service's process, whose resident size is printed then (Linux).")
    private Long pid;

    private CompletionLoad() {}

    /**
     * Runs the clients and ends the JVM: 0, or 1 where a client got what is not documented, or 2 for a wrong option.
     *
     * @param arguments options; {@code --help} lists them
     */
    public static void main(String[] arguments) {
        // Below the server's 30 s: a connection must not be taken up again while the server gives it up.
        if (System.getProperty("jdk.httpclient.keepalive.timeout") == null) {
            System.setProperty("jdk.httpclient.keepalive.timeout", "5");
        }
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        return new CommandLine(new CompletionLoad()).setParameterExceptionHandler(CompletionLoad::wrongOption)
                .execute(arguments);
    }

    private static int wrongOption(CommandLine.ParameterException e, String[] arguments) {
        e.getCommandLine().getErr().println("CompletionLoad: "
                + e.getMessage().lines().findFirst().orElse("wrong option") + " (see --help)");
        e.getCommandLine().getErr().flush();
        return USER_ERROR;
    }

    private void check() {
        if (!"http".equals(url.getScheme()) || url.getHost() == null || url.getPort() < 1) {
            throw wrong("--url is %s; wanted http://host:port".formatted(url));
        }
        if (clients < 1 || seconds < 1 || length < 1) {
            throw wrong(
                    "--clients, --seconds and --length are %d, %d and %d; wanted 1 or more".formatted(clients, seconds,
                            length));
        }
        if (!(leave >= 0 && wrong >= 0 && leave + wrong <= 1)) {
            throw wrong(
                    "--leave and --wrong are %s and %s; wanted 0 or more, together at most 1".formatted(leave, wrong));
        }
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        LoadClient.Plan plan = new LoadClient.Plan(url, prompt, length, leave, wrong);
        LoadTally tally = new LoadTally();
        Duration time = Duration.ofSeconds(seconds);
        long begin = System.nanoTime();
        try (LoadClient client = new LoadClient(plan, tally, begin + time.toNanos());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                long own = seed + i;
                threads.execute(() -> client.run(own));
            }
            for (long next = EVERY_SECONDS; next < seconds; next += EVERY_SECONDS) {
                Thread.sleep(Duration.ofNanos(begin + Duration.ofSeconds(next).toNanos() - System.nanoTime()));
                print(tally, begin);
            }
        }
        print(tally, begin);
        tally.printEnd(System.out);
        return tally.errors() == 0 ? 0 : 1;
    }

    private void print(LoadTally tally, long begin) {
        String size = residentKilobytes().stream().mapToObj(k -> "  resident %d MB".formatted(k >> 10)).findFirst()
                .orElse("");
        System.out.println(tally.line(System.nanoTime() - begin) + size);
    }

    /** VmRSS of the service, in KB. */
    private OptionalLong residentKilobytes() {
        if (pid == null) {
            return OptionalLong.empty();
        }
        try {
            Optional<String> line = Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(l -> l.startsWith("VmRSS:")).findFirst();
            return line.stream().mapToLong(l -> Long.parseLong(l.replaceAll("\\D", ""))).findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
