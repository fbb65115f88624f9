package dev.unroll.examples.service;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Requests to a service on this machine; none waits longer than a minute. */
final class TestClient implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final InetSocketAddress address;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    TestClient(InetSocketAddress address) {
        this.address = address;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://%s:%d%s".formatted(address.getHostString(), address.getPort(), path)))
                .timeout(LONGEST);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    HttpResponse<String> complete(String body) throws IOException, InterruptedException {
        return send(request("/complete").POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A connection of its own, on which something has been written. */
    Socket open(String text) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout((int) LONGEST.toMillis());
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    /** A connection on which a text has begun to come; it goes on. */
    Socket openStream(int length) throws IOException {
        String body = "{\"prompt\": \"a\", \"length\": %d}".formatted(length);
        Socket socket = open(
                "POST /complete HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s".formatted(body.length(),
                        body));
        String head = readTo(socket.getInputStream(), "\r\n\r\n");
        if (!head.startsWith("HTTP/1.1 200")) {
            throw new IOException(head);
        }
        readTo(socket.getInputStream(), "\r\n");
        return socket;
    }

    private static String readTo(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** One value of /metrics. */
    double metric(String sample) throws IOException, InterruptedException {
        Stream<String> lines = get("/metrics").body().lines();
        return lines.filter(line -> line.startsWith(sample + " ")).findFirst()
                .map(line -> Double.parseDouble(line.substring(sample.length() + 1))).orElse(0.0);
    }

    /** Waits until a value of /metrics is as it is to be. */
    void awaitMetric(String sample, Predicate<Double> isReached) throws IOException, InterruptedException {
        long end = System.nanoTime() + LONGEST.toNanos();
        while (!isReached.test(metric(sample))) {
            if (System.nanoTime() > end) {
                throw new AssertionError(sample + " is " + metric(sample));
            }
            Thread.sleep(10);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
