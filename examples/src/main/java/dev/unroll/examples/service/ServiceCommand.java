package dev.unroll.examples.service;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.BackendException;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.models.StreamBatcher;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./unroll example CompletionService}: what stands on its command line. */
@Command(name = "CompletionService", description = "Lets a trained character model write for HTTP clients.", mixinStandardHelpOptions = true, sortOptions = false, footerHeading = "%nExample:%n", footer = {
        "  ./unroll example CompletionService --model book.safetensors",
        "  curl -N localhost:8080/complete -d '{\"prompt\": \"Once\", \"length\": 500}'"})
final class ServiceCommand implements Callable<Integer> {
    private static final int USER_ERROR = 2;
    private static final int QUEUE = 1024;

    /** Held, since a logger that nobody holds forgets its level. */
    private static final Logger LOG = Logger.getLogger("dev.unroll");

    @Option(names = "--model", paramLabel = "FILE", required = true, description = "A character model, as ./unroll train writes it.")
    private Path model;

    @Option(names = "--host", paramLabel = "NAME", defaultValue = "127.0.0.1", description = "Where to listen; 0.0.0.0 is everywhere (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", paramLabel = "N", defaultValue = "8080", description = "0 takes a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--streams", paramLabel = "N", defaultValue = "1000", description = "Most streams at once; more get 503 (default: ${DEFAULT-VALUE}).")
    private int streams;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "64", description = "Most streams in one step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--pause", paramLabel = "MICROSECONDS", defaultValue = "0", description = "How long an idle network waits for a step to have company (default: ${DEFAULT-VALUE}).")
    private int pause;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", description = "Threads that share a step (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--stall", paramLabel = "SECONDS", defaultValue = "10", description = "How long a client may keep a write waiting (default: ${DEFAULT-VALUE}).")
    private int stall;

    @Option(names = "--grace", paramLabel = "SECONDS", defaultValue = "5", description = "How long streams may go on after SIGTERM or Ctrl-C (default: ${DEFAULT-VALUE}).")
    private int grace;

    private ServiceCommand() {}

    static int run(String... arguments) {
        LOG.setLevel(Level.WARNING);
        return new CommandLine(new ServiceCommand()).setParameterExceptionHandler(ServiceCommand::wrongOption)
                .setExecutionExceptionHandler(ServiceCommand::failed).execute(arguments);
    }

    private static int wrongOption(CommandLine.ParameterException e, String[] arguments) {
        return say(e.getCommandLine(), e.getMessage().lines().findFirst().orElse("wrong option") + " (see --help)");
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (e instanceof IOException || e instanceof IllegalArgumentException || e instanceof BackendException
                || e instanceof UnsupportedOperationException) {
            return say(command, e.getMessage());
        }
        throw e;
    }

    private static int say(CommandLine command, String message) {
        command.getErr().println("CompletionService: " + message);
        command.getErr().flush();
        return USER_ERROR;
    }

    /** A signal begins the JVM's end, which waits for its hooks and for no other thread: so the hook waits for this one. */
    @Override
    public Integer call() throws IOException, InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            end.countDown();
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "closing"));
        try {
            serve(end);
            System.out.println("Closed.");
        } finally {
            closed.countDown();
        }
        return 0;
    }

    private void serve(CountDownLatch end) throws IOException, InterruptedException {
        if (!Files.isRegularFile(model)) {
            throw new IOException("--model: %s is no file".formatted(model));
        }
        StreamBatcher.Limits batches = new StreamBatcher.Limits(batch, Duration.ofNanos(1000L * pause), QUEUE);
        CompletionService.Limits limits = new CompletionService.Limits(streams, batches, Duration.ofSeconds(stall),
                Duration.ofSeconds(grace));
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IOException("--host: %s is unknown".formatted(host));
        }
        ServerProperties.set(streams);
        try (Kernels kernels = Backend.auto(threads);
                Network network = Network.load(model, kernels);
                CompletionService service = start(network, address, limits)) {
            System.out.printf("Listening on http://%s:%d (%s); Ctrl-C or SIGTERM ends it.%n", host,
                    service.address().getPort(), kernels);
            end.await();
        }
    }

    private CompletionService start(Network network, InetSocketAddress address, CompletionService.Limits limits)
            throws IOException {
        try {
            return CompletionService.start(network, address, limits);
        } catch (IllegalArgumentException e) {
            throw new IOException("--model: %s: %s".formatted(model, e.getMessage()), e);
        } catch (BindException e) {
            throw new IOException("--port: %s:%d: %s".formatted(host, port, e.getMessage()), e);
        }
    }
}
