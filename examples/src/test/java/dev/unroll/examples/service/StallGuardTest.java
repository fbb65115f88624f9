package dev.unroll.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StallGuardTest {
    @Test
    void endsAWriteThatNobodyReads() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(any);
                SocketChannel client = SocketChannel.open(server.getLocalAddress());
                SocketChannel channel = server.accept();
                StallGuard guard = new StallGuard(Duration.ofMillis(100));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Void> writing = threads.submit(() -> {
                OutputStream out = Channels.newOutputStream(channel);
                try (StallGuard.Guarded guarded = guard.guard(out)) {
                    while (true) {
                        guarded.send(new byte[1 << 16]);
                    }
                }
            });
            ExecutionException e = assertThrows(ExecutionException.class, () -> writing.get(1, TimeUnit.MINUTES));
            assertInstanceOf(IOException.class, e.getCause());
            assertTrue(client.isOpen());
        }
    }

    @Test
    void leavesAThreadAloneThatDoesNotWrite() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (StallGuard guard = new StallGuard(Duration.ofMillis(1)); StallGuard.Guarded out = guard.guard(bytes)) {
            out.send(new byte[3]);
            Thread.sleep(50); // Throws if it is interrupted.
            out.end();
        }
        assertEquals(3, bytes.size());
    }
}
