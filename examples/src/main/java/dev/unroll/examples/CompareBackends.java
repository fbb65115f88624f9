package dev.unroll.examples;

import dev.unroll.kernels.Backend;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.Session;
import java.util.LinkedHashMap;
import java.util.Map;

/** One JVM, three backends: the same network on each, and how far the results lie apart. */
public final class CompareBackends {
    private static final int FEATURES = 8;
    private static final int CLASSES = 5;
    private static final int STEPS = 20;

    private CompareBackends() {}

    /**
     * Prints what each backend makes of the same steps.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        outputs().forEach((backend, y) -> System.out.printf("%-9s y[0] = %.7f%n", backend, y[0]));
    }

    /** The class probabilities after the last step, by backend. */
    static Map<Backend, float[]> outputs() {
        Map<Backend, float[]> outputs = new LinkedHashMap<>();
        for (Backend backend : Backend.values()) {
            if (backend.obstacle().isPresent()) {
                continue;
            }
            try (Kernels kernels = backend.open(1);
                    Network network = Network.builder(new Input.Features(FEATURES)).gru(33).gru(17).softmax(CLASSES)
                            .build(7, kernels)) {
                outputs.put(backend, lastOutput(network.newSession()));
            }
        }
        return outputs;
    }

    private static float[] lastOutput(Session session) {
        float[] x = new float[FEATURES];
        float[] y = new float[CLASSES];
        for (int t = 0; t < STEPS; t++) {
            for (int j = 0; j < FEATURES; j++) {
                x[j] = (float) Math.sin(t + 0.5 * j);
            }
            session.step(x, y);
        }
        return y;
    }
}
