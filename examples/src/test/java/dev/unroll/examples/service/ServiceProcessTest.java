package dev.unroll.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The program in a process of its own: its limits are of the whole JVM. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServiceProcessTest {
    private static final Pattern LISTENING = Pattern.compile("Listening on http://127\\.0\\.0\\.1:(\\d+) .*");
    private static final int CONNECTIONS = 20;

    @TempDir
    private static Path folder;
    private static Process process;
    private static BufferedReader output;
    private static TestClient client;

    @BeforeAll
    static void start() throws IOException {
        Path file = folder.resolve("small.safetensors");
        try (SmallModel model = SmallModel.create()) {
            model.network.save(file);
        }
        process = java("-Dsun.net.httpserver.maxReqTime=1", "-Dsun.net.httpserver.timerMillis=100",
                "-Djdk.httpserver.maxConnections=" + CONNECTIONS,
                CompletionService.class.getName(), "--model", file.toString(), "--port", "0", "--pause", "5000",
                "--grace", "0");
        output = process.inputReader();
        Matcher listening = LISTENING.matcher(output.readLine());
        assertTrue(listening.matches());
        client = new TestClient(new InetSocketAddress(InetAddress.getLoopbackAddress(),
                Integer.parseInt(listening.group(1))));
    }

    @AfterAll
    static void end() {
        process.destroyForcibly();
        client.close();
    }

    private static Process java(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules", "jdk.incubator.vector", "-Dunroll.backend=scalar", "-cp",
                        System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).start();
    }

    private static boolean isEnded(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    @Order(1)
    void aRequestWithHalfAHeadIsClosed() throws Exception {
        try (Socket socket = client.open("POST /complete HTTP/1.1\r\nContent-Le")) {
            assertTrue(isEnded(socket));
        }
    }

    @Test
    @Order(1)
    void aRequestWithHalfABodyIsClosed() throws Exception {
        try (Socket socket = client
                .open("POST /complete HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"prompt\"")) {
            assertTrue(isEnded(socket));
        }
    }

    @Test
    @Order(1)
    void aBodyThatIsRefusedAndNeverComesIsClosed() throws Exception {
        try (Socket socket = client.open("POST /complete HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n")) {
            assertTrue(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .startsWith("HTTP/1.1 413"));
        }
    }

    /** The server closes what is above its number of connections: each that is left behind would be one fewer. */
    @Test
    @Order(1)
    void clientsThatLeaveDoNotUseUpTheConnections() throws Exception {
        for (int round = 0; round < 5; round++) {
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS - 2; i++) {
                sockets.add(client.openStream(CompletionRequest.MAX_LENGTH));
            }
            for (Socket socket : sockets) {
                socket.close();
            }
            client.awaitMetric("unroll_streams_running", running -> running == 0);
        }
    }

    @Test
    @Order(2)
    void aSignalClosesItInOrder() throws Exception {
        try (Socket _ = client.openStream(CompletionRequest.MAX_LENGTH)) {
            process.toHandle().destroy(); // Which leaves its output readable, unlike the process's own.
            assertEquals("Closed.", output.readLine());
            assertTrue(process.waitFor(1, TimeUnit.MINUTES));
            assertEquals(128 + 15, process.exitValue());
            assertEquals("", new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)
                    .replaceAll("WARNING: Using incubator modules: .*\\R", ""));
        }
    }

    @Test
    @Order(3)
    void aModelThatIsMissingIsOneLineAndExitCode2() throws Exception {
        Process other = java(CompletionService.class.getName(), "--model", "missing.safetensors");
        assertEquals(List.of("CompletionService: --model: missing.safetensors is no file"),
                other.errorReader().lines().filter(line -> !line.startsWith("WARNING: Using incubator")).toList());
        assertTrue(other.waitFor(1, TimeUnit.MINUTES));
        assertEquals(2, other.exitValue());
    }
}
