package dev.unroll.service;

import dev.unroll.kernels.BackendException;
import dev.unroll.models.Network;
import dev.unroll.models.Session;
import dev.unroll.models.StreamBatcher;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A main program for {@code ServiceLaunchTest}: a service in a JVM of its own, that loads a network, steps, closes, and says what it
 * got. In a package of its own, since on the module path the other one is the module's.
 */
final class ServiceProbe {
    private ServiceProbe() {}

    /** Serves the network of a file; {@code forgets} to close it where the second argument says so. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Network network;
        try {
            network = Network.load(Path.of(arguments[0]));
        } catch (BackendException e) {
            System.out.println("BackendException " + e.getMessage());
            return;
        }
        float[] alone = new float[network.outputSize()];
        Session session = network.newSession();
        session.step(1, alone);
        float[] batched = new float[network.outputSize()];
        StreamBatcher batcher = new StreamBatcher(network, StreamBatcher.Limits.DEFAULT);
        batcher.step(network.newSession(), 1, batched);
        if (!arguments[1].equals("forgets")) {
            batcher.close();
            network.close();
        }
        System.out.printf("%s in %s: %s %s, threads %s%n", network.kernels().backend(),
                Network.class.getModule().isNamed() ? "modules" : "a class path", alone[0], batched[0], threads());
    }

    /** What keeps the JVM alive, beside this thread. */
    private static String threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon() && !thread.equals(Thread.currentThread())).map(Thread::getName)
                .sorted()
                .toList().toString();
    }
}
