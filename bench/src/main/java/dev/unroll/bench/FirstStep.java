package dev.unroll.bench;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Network;
import dev.unroll.models.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** What a service does first, in a JVM of its own: loads a network that reads features, and makes a step. */
public final class FirstStep {
    private static final int LATER = 200;

    private FirstStep() {}

    /** A step that can be made again. */
    public interface Step {
        /**
         * Makes it.
         *
         * @throws Exception where a library does
         */
        void make() throws Exception;
    }

    /**
     * Loads and steps, and prints when and how fast, see {@link #report}.
     *
     * @param arguments the network's file; {@code COLD} or {@code WARM}, see {@link Network.Start}
     * @throws Exception where it fails
     */
    public static void main(String[] arguments) throws Exception {
        try (Kernels kernels = Backend.auto(1);
                Network network = load(arguments, kernels)) {
            Session session = network.newSession();
            float[] x = new float[network.inputSize()];
            float[] y = new float[network.outputSize()];
            report(() -> session.step(x, y));
        }
    }

    private static Network load(String[] arguments, Kernels kernels) throws IOException {
        return Network.load(Path.of(arguments[0]), kernels, Network.Start.valueOf(arguments[1]));
    }

    /**
     * Prints a line as soon as a step has been made, and another with the microseconds that it took and that one of the next
     * steps took at the median.
     *
     * @param step the step
     * @throws Exception where it fails
     */
    public static void report(Step step) throws Exception {
        long first = time(step);
        System.out.println("stepped");
        long[] later = new long[LATER];
        for (int i = 0; i < later.length; i++) {
            later[i] = time(step);
        }
        Arrays.sort(later);
        System.out.println(first / 1e3 + " " + later[LATER / 2] / 1e3);
    }

    private static long time(Step step) throws Exception {
        long begin = System.nanoTime();
        step.make();
        return System.nanoTime() - begin;
    }
}
