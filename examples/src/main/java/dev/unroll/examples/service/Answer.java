package dev.unroll.examples.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/**
 * An answer that is known as a whole.
 *
 * @param status of HTTP
 * @param type of its content
 * @param text in UTF-8
 */
record Answer(int status, String type, String text) {
    static final String PLAIN = "text/plain; charset=utf-8";
    /** What is read and dropped of a request that is refused, so that a client that still writes sees why. */
    private static final int DRAINED = 1 << 20;

    private static final JsonFactory JSON = new JsonFactory();

    /** {@code {"error": "..."}}. */
    static Answer refusal(RefusedException e) throws IOException {
        StringWriter json = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(json)) {
            generator.writeStartObject();
            generator.writeStringField("error", e.getMessage());
            generator.writeEndObject();
        }
        return new Answer(e.status(), "application/json", json + "\n");
    }

    /**
     * Sends it. After a refusal the connection is closed, since its request may not have been read to the end.
     *
     * @throws IOException where the client does not take it; the exchange is the server's to end then
     */
    void send(HttpExchange exchange, StallGuard guard) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        if (status >= 400) {
            exchange.getResponseHeaders().set("Connection", "close");
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, bytes.length);
        try (StallGuard.Guarded out = guard.guard(exchange.getResponseBody())) {
            out.send(bytes);
            drain(exchange.getRequestBody());
            out.end();
        }
    }

    private static void drain(InputStream body) throws IOException {
        byte[] block = new byte[1 << 13];
        int left = DRAINED;
        while (left > 0) {
            int count = body.read(block, 0, Math.min(left, block.length));
            if (count < 0) {
                return;
            }
            left -= count;
        }
    }
}
