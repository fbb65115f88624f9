package dev.unroll.training;

import dev.unroll.models.Architecture;
import dev.unroll.models.Lengths;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Noise;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * The loss of a network on one epoch of data: of a language model on a text the mean cross entropy, in nats a token, -1/n
 * Σ log p(token | tokens before it). Nothing is dropped.
 */
public final class Evaluation implements AutoCloseable {
    /** Tokens that a stream of a text has at least, so that few are read from a state that knows nothing. */
    private static final int LEAST = 50;

    private final Arena arena = Arena.ofShared();
    private final Architecture architecture;
    private final Loss loss;
    private final Batches batches;
    private final Span span;
    private final Window window;
    private final Optional<SourceReading> source;
    private final NetworkTrace trace;
    private final HeadLoss head;

    /**
     * Takes the memory.
     *
     * @param weights the network's; read anew at every {@link #loss}
     * @param loss what is measured
     * @param batches what is read, one epoch of it
     * @throws IllegalArgumentException where the loss is of another head than the network's
     */
    public Evaluation(NetworkWeights weights, Loss loss, Batches batches) {
        this.architecture = weights.architecture();
        UnrolledNetwork.checkHead("evaluation", loss, architecture);
        int batch = batches.batch();
        long block = architecture.stack().isCausal()
                ? Math.max(1, TruncatedBptt.BLOCK_ROWS / batch)
                : Integer.MAX_VALUE;
        int steps = (int) Math.min(block, batches.longest());
        boolean done = false;
        try {
            this.loss = loss;
            this.batches = batches;
            this.span = new Span(architecture, arena, steps, batch);
            this.window = Window.of(architecture, loss.target(), arena, steps, batch, batches.longestSource());
            this.source = SourceReading.of(weights, arena, batches.longestSource(), batch, weights.kernels().threads());
            this.trace = new NetworkTrace(weights, arena, steps, batch, weights.kernels().threads(),
                    source.map(SourceReading::trace));
            this.head = new HeadLoss(weights, loss, arena, Math.multiplyExact(steps, batch));
            done = true;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    /**
     * With the mean loss of the network's head.
     *
     * @param weights the network's; read anew at every {@link #loss}
     * @param batches what is read, one epoch of it
     * @return the evaluation; the caller closes it
     */
    public static Evaluation of(NetworkWeights weights, Batches batches) {
        return new Evaluation(weights, Loss.of(weights.architecture().head().kind()), batches);
    }

    /**
     * Of a language model on a text, which is read as streams side by side.
     *
     * @param weights the network's; read anew at every {@link #loss}
     * @param tokens the text
     * @param batch most streams; fewer where the text is short
     * @return the evaluation; the caller closes it
     * @throws IllegalArgumentException where the text has fewer than two tokens, or the batch is below 1
     */
    public static Evaluation of(NetworkWeights weights, Tokens tokens, int batch) {
        return of(weights, streams(tokens, batch));
    }

    /** Streams of a few tokens or more each. */
    static TextStreams streams(Tokens tokens, int batch) {
        Settings.atLeast("evaluation", "number of tokens", tokens.count(), 2);
        Settings.atLeast("evaluation", "batch", batch, 1);
        return new TextStreams(tokens, Math.clamp((tokens.count() - 1) / LEAST, 1, batch));
    }

    /**
     * Runs the network over the data.
     *
     * @return the loss: its mean or its sum over all steps; NaN where there is none
     */
    public double loss() {
        double sum = 0;
        double weight = 0;
        for (long number = 0; number < batches.epoch(); number++) {
            trace.clearState();
            for (long from = 0; from < batches.time(number); from += window.time()) {
                window.begin((int) Math.min(window.time(), batches.time(number) - from));
                batches.read(number, from, window);
                if (from == 0) {
                    source.ifPresent(s -> s.read(window, 0, Noise.MEAN, trace.state()));
                }
                sum += run();
                weight += LossRows.weight(loss, window);
            }
        }
        int terms = loss.target() == Loss.Target.CLASS ? 1 : architecture.head().outputSize();
        return loss.reduction() == Loss.Reduction.SUM ? sum : sum / (weight * terms);
    }

    private double run() {
        span.clear();
        span.append(window);
        Lengths lengths = span.lengths(0, window.count(), 0, window.batch());
        span.read(0, window.count(), 0, trace);
        trace.forward(lengths, Noise.MEAN);
        double sum = head.forward(trace, window, 0, 0, 1);
        trace.state().copyFrom(trace.stack().state());
        return sum;
    }

    /** Frees the memory. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
