package dev.unroll.examples.service;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The limits of the JDK's HTTP server, which are system properties that it reads once, when its first class is loaded. By
 * default it has none of time and of connections.
 */
final class ServerProperties {
    private ServerProperties() {}

    /** What a service of so many streams wants. */
    static Map<String, String> of(int streams) {
        String connections = Long.toString(2L * streams + 200);
        Map<String, String> properties = new LinkedHashMap<>();
        // Seconds from the first byte of a request to its last: half-sent ones, and those that come a byte a second.
        properties.put("sun.net.httpserver.maxReqTime", "10");
        // Seconds from there to the end of the answer.
        properties.put("sun.net.httpserver.maxRspTime", "600");
        // Open ones, beyond which a new one is closed at once; and idle ones, which are kept for another request.
        properties.put("jdk.httpserver.maxConnections", connections);
        properties.put("sun.net.httpserver.maxIdleConnections", connections);
        // Bytes; the default is 380 KB of memory a connection.
        properties.put("sun.net.httpserver.maxReqHeaderSize", "16384");
        // Without it a small flush waits for the client's acknowledgement of the one before, up to 40 ms.
        properties.put("sun.net.httpserver.nodelay", "true");
        return properties;
    }

    /** Sets what the user has not set. To be called before the first server is made. */
    static void set(int streams) {
        of(streams).forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
