package dev.unroll.training;

import dev.unroll.kernels.Kernels;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * The mean cross entropy of a text under a network, in nats a token: -1/n Σ log p(token | tokens before it). The text is
 * read as streams side by side, each from a state of zero, the state carried along.
 */
public final class Evaluation implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final NetworkTrace trace;
    private final Matrix losses;
    /** Zeros: nobody reads the gradient. */
    private final Matrix lossWeights;
    private final TokenStreams streams;
    private final int[] inputs;
    private final int[] targets;

    /**
     * Takes the memory.
     *
     * @param weights the network's; read anew at every {@link #crossEntropy}
     * @param tokens the text
     * @param batch most streams side by side; fewer where the text is short
     * @param time most steps of a window; fewer where the text is short
     * @throws IllegalArgumentException where the text has fewer than two tokens, or a number is below 1
     */
    public Evaluation(NetworkWeights weights, int[] tokens, int batch, int time) {
        Settings.atLeast("evaluation", "number of tokens", tokens.length, 2);
        Settings.atLeast("evaluation", "batch", batch, 1);
        Settings.atLeast("evaluation", "time", time, 1);
        int steps = Math.min(time, tokens.length - 1);
        int streamCount = Math.clamp((tokens.length - 1) / steps, 1, batch);
        this.streams = new TokenStreams(tokens, streamCount, steps);
        this.trace = new NetworkTrace(weights, arena, steps, streamCount);
        this.losses = Matrix.allocate(arena, steps * streamCount, 1);
        this.lossWeights = Matrix.allocate(arena, steps * streamCount, 1);
        this.inputs = new int[steps * streamCount];
        this.targets = new int[steps * streamCount];
    }

    /**
     * Runs the network over the text.
     *
     * @return the mean cross entropy, in nats a token
     */
    public double crossEntropy() {
        Kernels kernels = trace.weights().kernels();
        double sum = 0;
        long count = 0;
        trace.clearState();
        for (int window = 0; window < streams.windows(); window++) {
            int steps = streams.steps(window);
            streams.read(window, inputs, targets);
            trace.setTokens(inputs, 0, 0, steps);
            trace.forward(steps);
            Matrix logits = trace.logits(0, steps);
            kernels.softmaxCrossEntropy(logits, targets, 0, lossWeights.rows(0, logits.rows()), 0,
                    losses.rows(0, logits.rows()));
            for (int i = 0; i < logits.rows(); i++) {
                sum += losses.get(i, 0);
            }
            count += logits.rows();
            trace.carry(steps);
        }
        return sum / count;
    }

    /** Frees the memory. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
