package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Noise;
import dev.unroll.models.StackState;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Some sequences of a batch, forward and backward over a span of time: block after block of steps, so that a long span is
 * no other work than a short one. A segment is as many blocks as are kept at once: all of them, or, with checkpointing in
 * time, some, of which the rest is run again from the state before it when the gradients come back to it.
 */
final class Replica {
    private final NetworkWeights weights;
    private final Span span;
    private final int first;
    private final int sequences;
    private final Parameters gradient;
    private final int blockSteps;
    private final List<NetworkTrace> blocks = new ArrayList<>();
    /** The state before each segment. */
    private final List<StackState> before = new ArrayList<>();
    private final StackState own;
    private final StackState next;
    private final HeadLoss head;
    private final boolean hasTables;
    private final StackBackward stack;
    private final Optional<SourceReading> source;
    private final Optional<SourceBackward> sourceBackward;

    /**
     * Takes the memory.
     *
     * @param span whose sequences it takes part in
     * @param first the span's, which is its first
     * @param sequences how many
     * @param checkpointEvery steps from one kept state to the next at least; 0 to keep everything
     * @param sourceTime most steps of a source, where the network has an encoder
     * @param gradient added to
     */
    Replica(NetworkWeights weights, Loss loss, Span span, int first, int sequences, int checkpointEvery, Arena arena,
            int sourceTime, Parameters gradient) {
        // One of several has a thread for itself.
        int threads = sequences < span.batch() ? 1 : weights.kernels().threads();
        boolean isCausal = weights.architecture().stack().isCausal();
        this.weights = weights;
        this.span = span;
        this.first = first;
        this.sequences = sequences;
        this.gradient = gradient;
        this.blockSteps = isCausal
                ? Math.min(span.time(), ceiling(TruncatedBptt.BLOCK_ROWS, sequences))
                : span.time();
        int all = ceiling(span.time(), blockSteps);
        int kept = checkpointEvery == 0 ? all : Math.min(all, ceiling(checkpointEvery, blockSteps));
        this.source = SourceReading.of(weights, arena, sourceTime, sequences, threads);
        this.sourceBackward = source.map(s -> new SourceBackward(s.trace(),
                weights.architecture().encoder().orElseThrow(), weights.kernels(), arena, gradient));
        for (int i = 0; i < kept; i++) {
            blocks.add(new NetworkTrace(weights, arena, blockSteps, sequences, threads,
                    source.map(SourceReading::trace)));
        }
        for (int i = 0; i < ceiling(all, kept); i++) {
            before.add(StackState.allocate(weights.architecture().stack(), arena, sequences));
        }
        this.own = span.before().rows(first, sequences);
        this.next = StackState.allocate(weights.architecture().stack(), arena, sequences);
        this.head = new HeadLoss(weights, loss, arena, blockSteps * sequences);
        this.hasTables = !weights.architecture().input().parameterShapes().isEmpty();
        this.stack = new StackBackward(blocks.getFirst().stack(), arena, gradient,
                hasTables ? StackBackward.Reach.INPUT : StackBackward.Reach.WEIGHTS);
    }

    private static int ceiling(int a, int b) {
        return (int) (((long) a + b - 1) / b);
    }

    /**
     * Runs the span forward and goes back from the losses of its newest window; the state of the span moves on.
     *
     * @param window the span's newest
     * @param carry steps after which the next span begins
     * @param noise what is dropped and kept
     * @param scale what the gradients are multiplied with, beside each step's weight
     * @return Σ w_i*L_i
     */
    double run(Window window, int carry, Noise noise, double scale) {
        int segmentSteps = blockSteps * blocks.size();
        int segments = ceiling(span.count(), segmentSteps);
        source.ifPresent(s -> s.read(window, first, noise, own));
        next.copyFrom(own);
        before.getFirst().copyFrom(own);
        for (int segment = 0; segment < segments; segment++) {
            forward(segment, noise);
            capture(segment, carry);
            if (segment + 1 < segments) {
                before.get(segment + 1).copyFrom(blocks.getLast().stack().state());
            }
        }
        double loss = 0;
        stack.dState().clear();
        for (int segment = segments - 1; segment >= 0; segment--) {
            if (segment + 1 < segments) {
                forward(segment, noise);
            }
            for (int block = blocksOf(segment) - 1; block >= 0; block--) {
                loss += backward(blocks.get(block), segment * segmentSteps + block * blockSteps, window, scale);
            }
        }
        sourceBackward.ifPresent(s -> s.backward(stack.dState()));
        own.copyFrom(next);
        return loss;
    }

    private int blocksOf(int segment) {
        int from = segment * blocks.size() * blockSteps;
        return Math.min(blocks.size(), ceiling(span.count() - from, blockSteps));
    }

    private void forward(int segment, Noise noise) {
        StackState state = before.get(segment);
        for (int i = 0; i < blocksOf(segment); i++) {
            NetworkTrace block = blocks.get(i);
            int from = (segment * blocks.size() + i) * blockSteps;
            int steps = Math.min(blockSteps, span.count() - from);
            block.state().copyFrom(state);
            span.read(from, steps, first, block);
            block.forward(span.lengths(from, steps, first, sequences), noise.from((long) from * sequences));
            state = block.stack().state();
        }
    }

    /** Keeps the state with which the next span begins, if it is one of this segment's. */
    private void capture(int segment, int carry) {
        for (int i = 0; i < blocksOf(segment); i++) {
            int from = (segment * blocks.size() + i) * blockSteps;
            if (carry > from && carry <= from + blockSteps) {
                blocks.get(i).stack().copyState(carry - from, next);
            }
        }
    }

    private double backward(NetworkTrace block, int from, Window window, double scale) {
        double loss = head.forward(block, window, from - span.first(), first, scale);
        stack.bind(block.stack());
        Matrix dy = stack.dy().rows(0, block.stack().schedule().size());
        head.backward(dy, gradient);
        block.attentionBackward(dy, gradient);
        stack.backward();
        if (hasTables) {
            block.input().backward(weights.kernels(), block.stack().schedule(), stack.dx(), gradient);
        }
        return loss;
    }

    Parameters gradient() {
        return gradient;
    }
}
