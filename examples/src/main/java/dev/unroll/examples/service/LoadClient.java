package dev.unroll.examples.service;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A client that makes one request after the other, until the time is over; any number of threads may be one. */
final class LoadClient implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(2);
    /** Longer than the service lets a half-sent request wait. */
    private static final long HALF_SENT_MILLIS = 15_000;
    private static final long PAUSE_MILLIS = 1000;

    private final Plan plan;
    private final LoadTally tally;
    private final long end;
    private final ExecutorService halfSent = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * What clients do.
     *
     * @param url of the service
     * @param prompt of each text
     * @param length of each text, in characters
     * @param leave share of the requests whose client goes away in the middle
     * @param wrong share of the requests that are wrong
     */
    record Plan(URI url, String prompt, int length, double leave, double wrong) {}

    /** Requests that the service is to refuse. */
    private enum Wrong {
        NO_JSON(400), UNKNOWN_FIELD(400), OUT_OF_RANGE(400), NO_BODY(400), TOO_LARGE(413), LONG_PROMPT(
                413), UNKNOWN_PATH(
                        404), OTHER_METHOD(405), HALF_SENT(0);

        private final int status;

        Wrong(int status) {
            this.status = status;
        }
    }

    /** With the time at which it ends, of {@link System#nanoTime}. */
    LoadClient(Plan plan, LoadTally tally, long end) {
        this.plan = plan;
        this.tally = tally;
        this.end = end;
    }

    /** Makes requests that depend on a seed. */
    void run(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try {
            while (System.nanoTime() < end) {
                double kind = random.nextDouble();
                tally.countRequest();
                if (kind < plan.wrong()) {
                    wrong(Wrong.values()[random.nextInt(Wrong.values().length)]);
                } else {
                    boolean leaves = kind < plan.wrong() + plan.leave();
                    complete(random.nextLong(), leaves ? random.nextInt(plan.length()) : Integer.MAX_VALUE);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(plan.url().resolve(path)).timeout(LONGEST);
    }

    private HttpRequest post(String body) {
        return request("/complete").POST(BodyPublishers.ofString(body)).build();
    }

    private String body(int length, long seed) {
        String prompt = plan.prompt().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return "{\"prompt\": \"%s\", \"length\": %d, \"seed\": %d}".formatted(prompt, length, seed);
    }

    /** Asks for a text, and goes away after so many characters. */
    private void complete(long seed, int patience) throws InterruptedException {
        long begin = System.nanoTime();
        try {
            HttpResponse<InputStream> response = http.send(post(body(plan.length(), seed)),
                    BodyHandlers.ofInputStream());
            try (InputStream text = response.body()) {
                switch (response.statusCode()) {
                    case 200 -> read(text, begin, patience);
                    case 503 -> {
                        text.readAllBytes();
                        tally.countRefused();
                        Thread.sleep(PAUSE_MILLIS);
                    }
                    default -> error("a text was wanted, and the answer %d: %s".formatted(response.statusCode(),
                            new String(text.readAllBytes(), StandardCharsets.UTF_8)));
                }
            }
        } catch (IOException e) {
            error("a text was wanted: " + e);
        }
    }

    private void read(InputStream text, long begin, int patience) throws IOException {
        byte[] block = new byte[1 << 12];
        int characters = 0;
        while (characters <= patience) {
            int count = text.read(block);
            if (count < 0) {
                tally.countWhole(System.nanoTime() - begin);
                if (characters > plan.length()) {
                    tally.countError("%d characters; wanted at most %d".formatted(characters, plan.length()));
                }
                return;
            }
            int more = characters(block, count);
            if (characters == 0 && more > 0) {
                tally.countFirst(System.nanoTime() - begin);
            }
            characters += more;
            tally.countCharacters(more);
        }
        tally.countLeft();
    }

    /** Of UTF-8: all bytes but those that go on with one. */
    private static int characters(byte[] bytes, int count) {
        int characters = 0;
        for (int i = 0; i < count; i++) {
            characters += (bytes[i] & 0xC0) == 0x80 ? 0 : 1;
        }
        return characters;
    }

    private void wrong(Wrong kind) throws InterruptedException {
        if (kind == Wrong.HALF_SENT) {
            halfSent.execute(this::sendHalf);
            return;
        }
        HttpRequest request = switch (kind) {
            case NO_JSON -> post("{\"prompt\": ");
            case UNKNOWN_FIELD -> post("{\"prompt\": \"a\", \"colour\": 1}");
            case OUT_OF_RANGE -> post(body(0, 1));
            case NO_BODY -> request("/complete").POST(BodyPublishers.noBody()).build();
            case TOO_LARGE -> post(" ".repeat(CompletionService.MAX_BODY + 1));
            case LONG_PROMPT -> post("{\"prompt\": \"%s\"}".formatted("a".repeat(CompletionRequest.MAX_PROMPT + 1)));
            case UNKNOWN_PATH -> request("/nothing").GET().build();
            case OTHER_METHOD, HALF_SENT -> request("/complete").GET().build();
        };
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            boolean isDocumented = response.statusCode() == kind.status && response.body().startsWith("{\"error\":");
            if (isDocumented) {
                tally.countWrong();
            } else {
                error("%s was answered %d: %s".formatted(kind, response.statusCode(), response.body()));
            }
        } catch (IOException e) {
            error("%s: %s".formatted(kind, e));
        }
    }

    /** Half a request: the service closes it without an answer, unless this is over before. */
    private void sendHalf() {
        long left = (end - System.nanoTime()) / 1_000_000;
        boolean isOverFirst = left < HALF_SENT_MILLIS;
        try (Socket socket = new Socket(plan.url().getHost(), plan.url().getPort())) {
            socket.setSoTimeout((int) Math.clamp(left, 1, HALF_SENT_MILLIS));
            String half = "POST /complete HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\n{\"prompt\""
                    .formatted(plan.url().getAuthority());
            socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
            if (socket.getInputStream().read() >= 0) {
                tally.countError("a half-sent request was answered");
            } else {
                tally.countWrong();
            }
        } catch (InterruptedIOException e) {
            if (isOverFirst) {
                tally.countWrong();
            } else {
                tally.countError("a half-sent request was kept for more than %d ms".formatted(HALF_SENT_MILLIS));
            }
        } catch (IOException e) {
            tally.countError("a half-sent request: " + e);
        }
    }

    /** Counts it, and rests: a service that is not there is not to be asked a million times. */
    private void error(String kind) throws InterruptedException {
        tally.countError(kind);
        Thread.sleep(PAUSE_MILLIS / 10);
    }

    /** Waits for the half-sent requests, which end with the time. */
    @Override
    public void close() {
        halfSent.close();
        http.close();
    }
}
