package dev.unroll.examples.service;

import com.sun.net.httpserver.HttpExchange;
import dev.unroll.models.LanguageModel;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Session;
import dev.unroll.models.StreamBatcher;
import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Texts that a network writes, each for a client of its own on the thread of its request. The network is one for all, the state
 * of a stream is a {@link Session}, and every step, those of the prompt too, goes through one {@link StreamBatcher}: between two
 * steps of a long prompt all other streams have theirs.
 */
final class CompletionStreams implements AutoCloseable {
    /** Characters from one flush to the next: each is a call of the system and a packet. The first goes at once. */
    private static final int FLUSHED = 16;
    /** Characters of a prompt that are read before it is asked whether the service is closed. */
    private static final int READ = 64;

    private final Network network;
    private final Vocabulary vocabulary;
    /** What stands for no text. */
    private final int[] unwritten;
    private final CompletionService.Limits limits;
    private final ServiceMetrics metrics;
    private final Semaphore room;
    private final StreamBatcher batcher;
    private final StallGuard guard;
    private volatile boolean isStopping;
    private volatile boolean isCut;

    /**
     * Starts the batcher.
     *
     * @throws IllegalArgumentException where the network is no language model of characters
     * @throws UnsupportedOperationException where a layer goes backward
     */
    CompletionStreams(Network network, CompletionService.Limits limits, ServiceMetrics metrics) {
        LanguageModel.of(network); // Throws for another head and for other inputs.
        this.vocabulary = network.vocabulary().filter(v -> v.tokenizer() instanceof Tokenizer.Characters)
                .filter(_ -> network.architecture().encoder().isEmpty())
                .orElseThrow(() -> new IllegalArgumentException("the network is no language model of characters"));
        this.unwritten = IntStream.concat(vocabulary.padding().stream(), vocabulary.unknown().stream()).toArray();
        this.network = network;
        this.limits = limits;
        this.metrics = metrics;
        this.room = new Semaphore(limits.streams());
        this.batcher = new StreamBatcher(network, limits.batcher());
        this.guard = new StallGuard(limits.stall());
    }

    StreamBatcher batcher() {
        return batcher;
    }

    /** Who watches over writes. */
    StallGuard guard() {
        return guard;
    }

    /**
     * Writes a text to a client.
     *
     * @throws RefusedException 400 for a prompt that the network does not know, 503 where there is no room
     * @throws IOException where the client went away or the stream was cut; the exchange is the server's to end then
     */
    void write(HttpExchange exchange, CompletionRequest request) throws IOException, RefusedException {
        int[] prompt = request.tokens(vocabulary);
        if (isStopping) {
            throw new RefusedException(503, "the service is stopping");
        }
        if (!room.tryAcquire()) {
            throw new RefusedException(503, "there is no room: %1$d of %1$d streams run".formatted(limits.streams()));
        }
        metrics.streamBegins();
        ServiceMetrics.End end = ServiceMetrics.End.CUT;
        try {
            stream(exchange, request, prompt);
            end = ServiceMetrics.End.WHOLE;
        } catch (IOException e) {
            end = isCut ? ServiceMetrics.End.CUT : ServiceMetrics.End.ABANDONED;
            throw e;
        } finally {
            metrics.streamEnds(end);
            room.release();
        }
    }

    private void stream(HttpExchange exchange, CompletionRequest request, int[] prompt) throws IOException {
        Session session = network.newSession();
        float[] next = new float[network.outputSize()];
        for (int from = 0; from < prompt.length; from += READ) {
            read(session, Arrays.copyOfRange(prompt, from, Math.min(prompt.length, from + READ)), next);
        }
        Sampler sampler = new Sampler(request.temperature(),
                request.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong())).never(unwritten);
        exchange.getResponseHeaders().set("Content-Type", Answer.PLAIN);
        exchange.sendResponseHeaders(200, 0); // Chunked: a cut stream shows as one, it has no last chunk.
        metrics.countRequest(200);
        try (StallGuard.Guarded out = guard.guard(exchange.getResponseBody())) {
            StringBuilder text = new StringBuilder();
            int pending = 0;
            for (int i = 0; i < request.length(); i++) {
                int token = sampler.sample(next);
                if (token == vocabulary.end().orElse(-1)) {
                    break;
                }
                text.append(vocabulary.token(token));
                pending++;
                if (i == 0 || pending == FLUSHED || i == request.length() - 1) {
                    send(out, text, pending);
                    pending = 0;
                }
                if (i < request.length() - 1) {
                    read(session, new int[]{token}, next);
                }
            }
            if (pending > 0) {
                send(out, text, pending);
            }
            out.end();
        }
    }

    private void send(StallGuard.Guarded out, StringBuilder text, int count) throws IOException {
        out.send(text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
        metrics.countCharacters(count);
    }

    private void read(Session session, int[] tokens, float[] next) throws IOException {
        if (isCut) {
            throw new IOException("the service is closed");
        }
        try {
            batcher.read(session, tokens, next);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a step waited for room");
        }
    }

    /** Refuses new streams, lets those that run go on for a while, and then lets none make another step. */
    void stop() {
        isStopping = true;
        boolean isInterrupted = false;
        try {
            if (room.tryAcquire(limits.streams(), limits.grace().toNanos(), TimeUnit.NANOSECONDS)) {
                room.release(limits.streams());
            }
        } catch (InterruptedException e) {
            isInterrupted = true;
        }
        isCut = true;
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends what is shared; no stream runs any more. */
    @Override
    public void close() {
        batcher.close();
        guard.close();
    }
}
