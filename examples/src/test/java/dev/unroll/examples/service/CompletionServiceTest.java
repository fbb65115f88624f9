package dev.unroll.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What well-behaved clients get. */
class CompletionServiceTest {
    private static SmallModel model;
    private static CompletionService service;
    private static TestClient client;

    @BeforeAll
    static void start() throws IOException {
        model = SmallModel.create();
        service = model.serve(SmallModel.LIMITS);
        client = new TestClient(service.address());
    }

    @AfterAll
    static void close() {
        client.close();
        service.close();
        model.close();
    }

    private static String body(String prompt, int length, double temperature, long seed) {
        return "{\"prompt\": \"%s\", \"length\": %d, \"temperature\": %s, \"seed\": %d}".formatted(prompt, length,
                temperature, seed);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.7, 2})
    void writesWhatASessionWrites(double temperature) throws Exception {
        HttpResponse<String> response = client.complete(body("abc", 500, temperature, 4));
        assertEquals(200, response.statusCode());
        assertEquals("text/plain; charset=utf-8", response.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(model.text("abc", 500, temperature, 4), response.body());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 33})
    void writesSoManyCharacters(int length) throws Exception {
        String text = client.complete(body("a", length, 1, 1)).body();
        assertEquals(length, text.codePointCount(0, text.length()));
    }

    @Test
    void eachOfManyClientsGetsWhatItGetsAlone() throws Exception {
        List<Future<String>> texts = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 60; i++) {
                String request = body("ab".repeat(1 + i % 7), 50 + 11 * (i % 9), 1, i);
                texts.add(threads.submit(() -> client.complete(request).body()));
            }
        }
        for (int i = 0; i < texts.size(); i++) {
            assertEquals(model.text("ab".repeat(1 + i % 7), 50 + 11 * (i % 9), 1, i), texts.get(i).get(),
                    "client " + i);
        }
    }

    @Test
    void withoutASeedEachTextIsAnother() throws Exception {
        String request = "{\"prompt\": \"a\", \"temperature\": 1}";
        assertNotEquals(client.complete(request).body(), client.complete(request).body());
    }

    @Test
    void theFirstCharacterComesBeforeTheLastIsComputed() throws Exception {
        try (CompletionService slow = model.serve(SmallModel.slow(2, Duration.ofMillis(5), Duration.ZERO));
                TestClient own = new TestClient(slow.address());
                var _ = own.openStream(CompletionRequest.MAX_LENGTH)) {
            assertEquals(1, own.metric("unroll_streams_running"));
        }
    }

    @Test
    void endsWhereTheNetworkSaysSo() throws Exception {
        try (SmallModel ending = SmallModel.withEnd();
                CompletionService own = ending.serve(SmallModel.LIMITS);
                TestClient ownClient = new TestClient(own.address())) {
            String wanted = ending.text("a", 1000, 1, 5);
            assertTrue(wanted.length() < 1000, "the text has no end: another seed is wanted");
            assertEquals(wanted, ownClient.complete(body("a", 1000, 1, 5)).body());
        }
    }

    @Test
    void healthSaysOk() throws Exception {
        HttpResponse<String> response = client.get("/health");
        assertEquals(200, response.statusCode());
        assertEquals("ok\n", response.body());
    }

    @Test
    void metricsAddUp() throws Exception {
        String whole = "unroll_streams_ended_total{how=\"whole\"}";
        String running = "unroll_streams_running";
        client.awaitMetric(running, count -> count == 0);
        double wholeBefore = client.metric(whole);
        double charactersBefore = client.metric("unroll_characters_total");
        double stepsBefore = client.metric("unroll_steps_total");
        client.complete(body("abc", 100, 1, 1));
        client.awaitMetric(running, count -> count == 0); // The client may have the text before it is counted.
        assertEquals(wholeBefore + 1, client.metric(whole));
        assertEquals(charactersBefore + 100, client.metric("unroll_characters_total"));
        assertEquals(stepsBefore + 3 + 99, client.metric("unroll_steps_total"));
        assertEquals(client.metric("unroll_steps_total"), client.metric("unroll_step_seconds_count"));
        assertEquals("text/plain; version=0.0.4; charset=utf-8",
                client.get("/metrics").headers().firstValue("Content-Type").orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"GET, /complete, 405, POST", "PUT, /complete, 405, POST", "POST, /metrics, 405, 'GET, HEAD'",
            "DELETE, /health, 405, 'GET, HEAD'", "HEAD, /health, 200, ", "HEAD, /nothing, 404, ", "GET, /, 404, ",
            "GET, /complete/more, 404, ", "GET, /healthy, 404, "})
    void answersByMethodAndPath(String method, String path, int status, String allowed) throws Exception {
        HttpResponse<String> response = client.send(client.request(path)
                .method(method, BodyPublishers.noBody()));
        assertEquals(status, response.statusCode());
        assertEquals(allowed == null ? "" : allowed, response.headers().firstValue("Allow").orElse(""));
    }

    @Test
    void aRefusalSaysWhyInJson() throws Exception {
        HttpResponse<String> response = client.complete("{\"prompt\": \"abx\"}");
        assertEquals(400, response.statusCode());
        assertEquals("application/json", response.headers().firstValue("Content-Type").orElseThrow());
        assertEquals("{\"error\":\"prompt has 'x' U+0078 at position 2, which is none of the model's 8 characters\"}\n",
                response.body());
    }

    @Test
    void refusesANetworkThatIsNoLanguageModelOfCharacters() {
        Vocabulary words = Vocabulary.builder(Tokenizer.words()).count("a b c").build();
        try (Kernels kernels = Backend.SCALAR.open(1);
                Network features = Network.builder(new Input.Features(4)).lstm(4).softmax(4).build(1, kernels);
                Network unnamed = Network.builder(4).lstm(4).softmax(4).build(1, kernels);
                Network ofWords = Network.builder(words.size()).lstm(4).softmax(words.size()).vocabulary(words).build(1,
                        kernels)) {
            for (Network network : List.of(features, unnamed, ofWords)) {
                assertThrows(IllegalArgumentException.class, () -> CompletionService.start(network,
                        new InetSocketAddress("localhost", 0), SmallModel.LIMITS));
            }
        }
    }

    @Test
    void leavesNoThreadWhereThePortIsTaken() {
        assertThrows(BindException.class,
                () -> CompletionService.start(model.network, service.address(), SmallModel.LIMITS));
        assertEquals(1, Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(StallGuard.THREAD)).count(), "those of this class's service");
    }
}
