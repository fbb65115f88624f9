package dev.unroll.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients get that are wrong, too many, gone, or there when the service ends. */
class BadClientsTest {
    private static final Duration STEP = Duration.ofMillis(5);
    private static final String RUNNING = "unroll_streams_running";

    private SmallModel model;

    @BeforeEach
    void create() {
        model = SmallModel.create();
    }

    @AfterEach
    void close() {
        model.close();
    }

    private static String head(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }

    @Test
    void aBodyThatIsTooLongIsRefusedBeforeItIsRead() throws Exception {
        try (CompletionService service = model.serve(SmallModel.LIMITS);
                TestClient client = new TestClient(service.address());
                Socket socket = client.open("POST /complete HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n")) {
            assertEquals("HTTP/1.1 413", head(socket));
        }
    }

    @Test
    void aBodyOfUnknownLengthIsReadUpToTheLimit() throws Exception {
        try (CompletionService service = model.serve(SmallModel.LIMITS);
                TestClient client = new TestClient(service.address())) {
            byte[] body = " ".repeat(CompletionService.MAX_BODY + 1).getBytes(StandardCharsets.US_ASCII);
            HttpResponse<String> response = client.send(client.request("/complete")
                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
            assertEquals(413, response.statusCode());
            assertEquals("{\"error\":\"the body is longer than 65536 bytes\"}\n", response.body());
        }
    }

    @Test
    void aRequestWithoutABodyIsRefused() throws Exception {
        try (CompletionService service = model.serve(SmallModel.LIMITS);
                TestClient client = new TestClient(service.address());
                Socket socket = client.open("POST /complete HTTP/1.1\r\nHost: x\r\n\r\n")) {
            assertEquals("HTTP/1.1 411", head(socket));
        }
    }

    @Test
    void aChunkOfNegativeLengthEndsTheConnection() throws Exception {
        try (CompletionService service = model.serve(SmallModel.LIMITS);
                TestClient client = new TestClient(service.address());
                Socket socket = client.open(
                        "POST /complete HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\nabc")) {
            assertTrue(isEnded(socket));
            assertEquals(0, client.metric("unroll_requests_total{status=\"500\"}"));
        }
    }

    private static boolean isEnded(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true; // Reset: there was something that was not read.
        }
    }

    @Test
    void aClientThatLeavesLeavesNothingBehind() throws Exception {
        try (CompletionService service = model.serve(SmallModel.slow(100, STEP, Duration.ZERO));
                TestClient client = new TestClient(service.address())) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sockets.add(client.openStream(CompletionRequest.MAX_LENGTH));
            }
            assertEquals(20, client.metric(RUNNING));
            for (Socket socket : sockets) {
                socket.close();
            }
            client.awaitMetric(RUNNING, running -> running == 0);
            assertEquals(20, client.metric("unroll_streams_ended_total{how=\"abandoned\"}"));
        }
    }

    @Test
    void oneStreamMoreThanThereIsRoomForIsRefused() throws Exception {
        try (CompletionService service = model.serve(SmallModel.slow(1, STEP, Duration.ZERO));
                TestClient client = new TestClient(service.address())) {
            try (Socket _ = client.openStream(CompletionRequest.MAX_LENGTH)) {
                HttpResponse<String> response = client.complete("{\"prompt\": \"a\"}");
                assertEquals(503, response.statusCode());
                assertEquals("1", response.headers().firstValue("Retry-After").orElseThrow());
                assertEquals("{\"error\":\"there is no room: 1 of 1 streams run\"}\n", response.body());
            }
            client.awaitMetric(RUNNING, running -> running == 0);
            assertEquals(200, client.complete("{\"prompt\": \"a\", \"length\": 1}").statusCode());
        }
    }

    @Test
    void whereThereIsNoGraceClosingCutsStreamsSoThatTheirClientsSeeIt() throws Exception {
        try (TestClient client = closedWhileAStreamRuns()) {
            assertThrows(IOException.class, () -> client.get("/health"));
        }
    }

    private TestClient closedWhileAStreamRuns() throws Exception {
        CompletionService service = model.serve(SmallModel.slow(10, STEP, Duration.ZERO));
        TestClient client = new TestClient(service.address());
        try (Socket socket = client.openStream(CompletionRequest.MAX_LENGTH)) {
            service.close();
            String rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(!rest.endsWith("0\r\n\r\n"), rest);
        }
        return client;
    }

    @Test
    void closingLetsStreamsEnd() throws Exception {
        CompletionService service = model.serve(SmallModel.slow(10, STEP, Duration.ofMinutes(1)));
        try (TestClient client = new TestClient(service.address());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<HttpResponse<String>> response = threads
                    .submit(() -> client
                            .complete("{\"prompt\": \"a\", \"length\": 300, \"temperature\": 1, \"seed\": 2}"));
            client.awaitMetric(RUNNING, running -> running == 1);
            service.close();
            assertEquals(model.text("a", 300, 1, 2), response.get().body());
        } finally {
            service.close();
        }
    }

    @Test
    void aServiceThatIsStoppingRefusesNewStreams() throws Exception {
        CompletionService service = model.serve(SmallModel.slow(10, STEP, Duration.ofMinutes(1)));
        try (TestClient client = new TestClient(service.address());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Socket socket = client.openStream(CompletionRequest.MAX_LENGTH);
            threads.execute(service::close);
            int status = client.complete("{\"prompt\": \"a\", \"length\": 1}").statusCode();
            while (status == 200) { // It has not begun to stop.
                status = client.complete("{\"prompt\": \"a\", \"length\": 1}").statusCode();
            }
            assertEquals(503, status);
            socket.close();
        }
    }

    @Test
    void closingLeavesNoThread() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        closedWhileAStreamRuns().close();
        List<Thread> left = new ArrayList<>(Thread.getAllStackTraces().keySet());
        left.removeAll(before);
        left.removeIf(
                thread -> thread.getName().startsWith("ForkJoinPool") || thread.getName().startsWith("VirtualThread")
                        || thread.getName().startsWith("Common-Cleaner") || thread.getName().endsWith("Poller"));
        for (Thread thread : left) {
            assertTrue(thread.join(Duration.ofMinutes(1)), thread.getName());
        }
    }
}
