package dev.unroll.models;

import dev.unroll.kernels.Kernels;
import java.util.Optional;

/** Runs the steps of a session until they get no faster: first what the kernels are made of, then the session itself. */
final class WarmUp {
    /** Steps that are timed as one. */
    private static final int STEPS = 20;
    /** What counts as faster than the best so far. */
    private static final double GAIN = 0.9;
    /** Nanoseconds without a gain after which a network is warm, and after which it is left as it is. */
    private static final long PLATEAU = 300_000_000;
    private static final long PATIENCE = 3_000_000_000L;

    private WarmUp() {}

    static void run(Network network) {
        Optional<WarmUpEvent> event = FlightRecording.begin(WarmUpEvent::new);
        Kernels kernels = network.kernels();
        network.architecture().layers().stream().map(layer -> layer.cell().units()).distinct()
                .forEach(units -> kernels.warmUp(1, units));
        kernels.warmUp(1, network.outputSize());
        if (!network.architecture().stack().isCausal()) {
            return; // There are no steps to run.
        }
        Session session = network.newSession();
        network.architecture().encoder().ifPresent(encoder -> session.begin(
                new int[encoder.input().channels()][STEPS],
                new float[encoder.input().features() > 0 ? STEPS : 0][encoder.input().features()]));
        float[] probabilities = new float[network.outputSize()];
        int[] tokens = new int[network.architecture().input().channels()];
        float[] features = new float[network.architecture().input().features()];
        double best = Double.POSITIVE_INFINITY;
        long steps = 0;
        long improved = System.nanoTime();
        long end = improved + PATIENCE;
        for (long now = improved; now < end && now - improved < PLATEAU;) {
            for (int i = 0; i < STEPS; i++) {
                step(session, tokens, features, probabilities);
            }
            long time = System.nanoTime() - now;
            now += time;
            steps += STEPS;
            if (time < best * GAIN) {
                best = time;
                improved = now;
            }
        }
        if (event.isPresent()) {
            event.get().end(steps, (long) best / STEPS);
        }
    }

    /** By the door that users of the network take. */
    private static void step(Session session, int[] tokens, float[] features, float[] output) {
        switch (session.architecture().input()) {
            case Input.Features _ -> session.step(features, output);
            case Input.OneHot _,Input.Embedding _ -> session.step(0, output);
            case Input.Joined _ -> session.step(tokens, features, output);
        }
    }
}
