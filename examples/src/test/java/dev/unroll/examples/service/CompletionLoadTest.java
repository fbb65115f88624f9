package dev.unroll.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionLoadTest {
    private static int load(int port, String... more) {
        String[] arguments = new String[more.length + 4];
        arguments[0] = "--url";
        arguments[1] = "http://localhost:" + port;
        arguments[2] = "--prompt";
        arguments[3] = "a";
        System.arraycopy(more, 0, arguments, 4, more.length);
        return CompletionLoad.run(arguments);
    }

    @Test
    void clientsOfAllKindsGetWhatIsDocumented() throws IOException, InterruptedException {
        try (SmallModel model = SmallModel.create();
                CompletionService service = model.serve(SmallModel.LIMITS);
                TestClient client = new TestClient(service.address())) {
            assertEquals(0, load(service.address().getPort(), "--seconds", "2", "--clients", "16", "--leave", "0.2",
                    "--wrong", "0.3"));
            client.awaitMetric("unroll_streams_running", running -> running == 0);
            assertTrue(client.metric("unroll_streams_ended_total{how=\"whole\"}") > 0);
            assertEquals(0, client.metric("unroll_streams_ended_total{how=\"cut\"}"));
            assertEquals(0, client.metric("unroll_requests_total{status=\"500\"}"));
        }
    }

    @ParameterizedTest
    @CsvSource({"--clients, 0", "--seconds, 0", "--length, 0", "--leave, 1.5", "--url, localhost", "--nothing, 1"})
    void aWrongOptionIsExitCode2(String option, String value) {
        assertEquals(2, CompletionLoad.run(option, value));
    }

    @Test
    void aServiceThatIsNotThereIsAnError() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        assertEquals(1, load(port, "--seconds", "1", "--clients", "2"));
    }
}
