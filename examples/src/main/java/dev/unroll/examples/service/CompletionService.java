package dev.unroll.examples.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.unroll.models.Network;
import dev.unroll.models.StreamBatcher;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A network that writes behind HTTP, for many clients at once: {@code POST /complete} streams text, {@code GET /metrics} says
 * what has been done, {@code GET /health} that the service is there. The server is the JDK's, each request has a virtual
 * thread.
 *
 * <pre>{@code
 * try (Network network = Network.load(file);
 *         CompletionService service = CompletionService.start(network, address, CompletionService.Limits.DEFAULT)) {
 *     System.out.println(service.address());
 *     ...
 * }
 * }</pre>
 */
public final class CompletionService implements AutoCloseable {
    /** Bytes of a request's body. */
    static final int MAX_BODY = 1 << 16;

    private static final Logger LOG = System.getLogger(CompletionService.class.getName());
    private static final int BACKLOG = 1024;
    private static final Duration LONGEST = Duration.ofDays(1);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ServiceMetrics metrics = new ServiceMetrics();
    private final CompletionStreams streams;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /**
     * What a service may do.
     *
     * @param streams most streams at once; more requests are answered with 503
     * @param batcher of the batches that the streams share
     * @param stall how long a client may keep one write waiting
     * @param grace how long streams may go on when the service is closed
     */
    public record Limits(int streams, StreamBatcher.Limits batcher, Duration stall, Duration grace) {
        /** Up to 1000 streams, 64 a batch, ten seconds for a write, five after the end. */
        public static final Limits DEFAULT = new Limits(1000, StreamBatcher.Limits.DEFAULT, Duration.ofSeconds(10),
                Duration.ofSeconds(5));

        /**
         * Checks the limits.
         *
         * @throws IllegalArgumentException where there is no room for a stream, a write has less than a millisecond, grace is
         *         negative, or either is longer than a day
         */
        public Limits {
            if (streams < 1) {
                throw new IllegalArgumentException("streams is %d; wanted 1 or more".formatted(streams));
            }
            if (stall.compareTo(Duration.ofMillis(1)) < 0 || stall.compareTo(LONGEST) > 0 || grace.isNegative()
                    || grace.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "stall is %s and grace %s; wanted 1 ms and 0 to %s".formatted(stall, grace, LONGEST));
            }
        }
    }

    private CompletionService(Network network, InetSocketAddress address, Limits limits) throws IOException {
        this.streams = new CompletionStreams(network, limits, metrics);
        boolean done = false;
        try {
            this.server = HttpServer.create(address, BACKLOG);
            done = true;
        } finally {
            if (!done) {
                streams.close();
                threads.close();
            }
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * Starts a service.
     *
     * @param network reads and writes characters; outlives the service
     * @param address where it listens; port 0 takes a free one
     * @param limits of streams and batches
     * @return the running service
     * @throws IOException where the address cannot be had
     * @throws IllegalArgumentException where the network is no language model of characters
     * @throws UnsupportedOperationException where a layer goes backward
     */
    public static CompletionService start(Network network, InetSocketAddress address, Limits limits)
            throws IOException {
        return new CompletionService(network, address, limits);
    }

    /**
     * Starts a service and lets it run until the process is ended.
     *
     * @param arguments options; {@code --help} lists them
     */
    public static void main(String[] arguments) {
        System.exit(ServiceCommand.run(arguments));
    }

    /**
     * Where it listens.
     *
     * @return the address, with the port that was taken
     */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try {
            answer(exchange);
        } catch (RefusedException e) {
            if (e.status() == 503) {
                exchange.getResponseHeaders().set("Retry-After", "1");
            }
            send(exchange, Answer.refusal(e));
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, exchange.getRequestMethod() + " " + exchange.getRequestURI() + " failed", e);
            if (exchange.getResponseCode() != -1) {
                throw e; // Too late for a status: the connection is closed, and the client sees that the text is not whole.
            }
            send(exchange, Answer.refusal(new RefusedException(500, "the service has failed; its log says more")));
        }
    }

    private void answer(HttpExchange exchange) throws IOException, RefusedException {
        switch (exchange.getRequestURI().getPath()) {
            case "/complete" -> {
                allow(exchange, List.of("POST"));
                streams.write(exchange, CompletionRequest.parse(body(exchange)));
            }
            case "/metrics" -> {
                allow(exchange, List.of("GET", "HEAD"));
                send(exchange, new Answer(200, ServiceMetrics.TYPE, metrics.text(streams.batcher())));
            }
            case "/health" -> {
                allow(exchange, List.of("GET", "HEAD"));
                send(exchange, new Answer(200, Answer.PLAIN, "ok\n"));
            }
            default -> throw new RefusedException(404,
                    "nothing is here; wanted POST /complete, GET /metrics or GET /health");
        }
    }

    private static void allow(HttpExchange exchange, List<String> methods) throws RefusedException {
        if (!methods.contains(exchange.getRequestMethod())) {
            String wanted = String.join(", ", methods);
            exchange.getResponseHeaders().set("Allow", wanted);
            throw new RefusedException(405, "wanted " + wanted);
        }
    }

    /** A body, of which no more is read than may be there. */
    private static byte[] body(HttpExchange exchange) throws IOException, RefusedException {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        if (length == null && !exchange.getRequestHeaders().containsKey("Transfer-Encoding")) {
            throw new RefusedException(411, "wanted a body and its Content-Length");
        }
        if (length == null || Long.parseLong(length) <= MAX_BODY) { // The server has parsed it before.
            try {
                byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
                if (body.length <= MAX_BODY) {
                    return body;
                }
            } catch (IndexOutOfBoundsException e) {
                throw new IOException("the server does not catch a chunk of negative length", e);
            }
        }
        throw new RefusedException(413, "the body is longer than %d bytes".formatted(MAX_BODY));
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException {
        metrics.countRequest(answer.status());
        answer.send(exchange, streams.guard());
    }

    /**
     * Ends it: new streams are refused, those that run go on for {@link Limits#grace} and are cut then; when this returns,
     * sockets and threads are gone.
     */
    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        streams.stop();
        // The server would wait for exchanges that a client has left, too; so the waiting is done above.
        server.stop(0);
        threads.shutdownNow();
        threads.close();
        streams.close();
    }
}
