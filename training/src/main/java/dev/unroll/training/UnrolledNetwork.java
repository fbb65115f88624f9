package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Architecture;
import dev.unroll.models.LayerState;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Noise;
import dev.unroll.models.StackState;
import dev.unroll.models.Way;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * A network unrolled over time: the loss of window after window of a batch, and its gradient by truncated backpropagation
 * through time, the state carried from each window to the next, the gradient not.
 *
 * <p>The batch may be cut into replicas, each of which goes through its own sequences on a thread of its own; their gradients
 * are summed in a fixed order, so the same number of replicas gives the same bits on any number of threads. It is worth it
 * where the network is so small that threads which share each product would wait for one another.
 */
public final class UnrolledNetwork {
    private final Kernels kernels;
    private final Architecture architecture;
    private final Loss loss;
    private final TruncatedBptt bptt;
    private final int sourceTime;
    private final Span span;
    private final Parameters gradient;
    private final List<Replica> replicas = new ArrayList<>();

    /**
     * Takes the memory.
     *
     * @param weights the network's, packed for training
     * @param arena owner of the memory; a shared or an automatic one where the kernels have more than one thread
     * @param loss what is to be made small
     * @param bptt how far it flows back; k2 steps are kept in memory
     * @param batch sequences side by side
     * @param count number of replicas, 1 to batch
     * @param gradient of the network's parameters, which {@link #backward} adds to
     * @throws IllegalArgumentException where the loss is of another head, a number is out of its range, or states are to be
     *     kept in time of a stack that goes backward
     */
    public UnrolledNetwork(NetworkWeights weights, Arena arena, Loss loss, TruncatedBptt bptt, int batch, int count,
            Parameters gradient) {
        this(weights, arena, loss, bptt, batch, count, 0, gradient);
    }

    /**
     * Takes the memory, for a network that may have an encoder.
     *
     * @param weights the network's, packed for training
     * @param arena owner of the memory; a shared or an automatic one where the kernels have more than one thread
     * @param loss what is to be made small
     * @param bptt how far it flows back; k2 steps are kept in memory
     * @param batch sequences side by side
     * @param count number of replicas, 1 to batch
     * @param sourceTime most steps of a source, where the network has an encoder
     * @param gradient of the network's parameters, which {@link #backward} adds to
     * @throws IllegalArgumentException where the loss is of another head, a number is out of its range, or states are to be
     *     kept in time of a stack that goes backward
     */
    public UnrolledNetwork(NetworkWeights weights, Arena arena, Loss loss, TruncatedBptt bptt, int batch, int count,
            int sourceTime, Parameters gradient) {
        Architecture network = weights.architecture();
        Settings.atLeast("unrolled network", "batch", batch, 1);
        if (count < 1 || count > batch) {
            throw new IllegalArgumentException(
                    "unrolled network: %d replicas of a batch of %d; wanted 1 to %d".formatted(count, batch, batch));
        }
        checkHead("unrolled network", loss, network);
        if (bptt.checkpointEvery() > 0 && !network.stack().isCausal()) {
            throw new IllegalArgumentException(
                    "unrolled network: checkpointing in time of a layer that goes backward in"
                            + " time; wanted layers that go forward");
        }
        this.kernels = weights.kernels();
        this.architecture = network;
        this.loss = loss;
        this.bptt = bptt;
        this.sourceTime = sourceTime;
        if (network.encoder().isPresent()) {
            Settings.atLeast("unrolled network", "steps of the longest source", sourceTime, 1);
        }
        this.span = new Span(network, arena, bptt.k2(), batch);
        this.gradient = gradient;
        for (int i = 0; i < count; i++) {
            int first = (int) ((long) batch * i / count);
            int behind = (int) ((long) batch * (i + 1) / count);
            replicas.add(
                    new Replica(weights, loss, span, first, behind - first, bptt.checkpointEvery(), arena, sourceTime,
                            i == 0 ? gradient : Parameters.allocate(arena, gradient.shapes())));
        }
    }

    static void checkHead(String operation, Loss loss, Architecture network) {
        if (loss.head() != network.head().kind()) {
            throw new IllegalArgumentException(
                    "%s: %s for a network with a %s head; wanted a %s head".formatted(operation,
                            loss, network.head().kind(), loss.head()));
        }
    }

    /**
     * A window for {@link #backward}.
     *
     * @param arena owner of its memory
     * @return room for k1 steps
     */
    public Window newWindow(Arena arena) {
        return Window.of(architecture, loss.target(), arena, bptt.k1(), span.batch(), sourceTime);
    }

    /**
     * The loss of the next window of the sequences, and its gradient, which is added to what the gradient is.
     *
     * @param window k1 steps at most
     * @param next steps of the window after it, so that as many older steps are kept as fit before them; 0 where other
     *     sequences follow: then the state is zero afterwards
     * @param noise what is dropped and kept
     * @return the loss
     * @throws IllegalArgumentException where a sequence goes on behind its end
     * @throws IndexOutOfBoundsException for a token or a class that is none of the network's
     */
    public WindowLoss backward(Window window, int next, Noise noise) {
        if (architecture.encoder().isPresent() && (next > 0 || span.count() > 0)) {
            throw new IllegalArgumentException(
                    "unrolled network: a part of the sequences of a decoder; wanted the whole of them in one window");
        }
        span.append(window);
        double weight = LossRows.weight(loss, window);
        int terms = loss.target() == Loss.Target.CLASS ? 1 : architecture.head().outputSize();
        double scale = loss.reduction() == Loss.Reduction.SUM ? 1 : weight == 0 ? 0 : 1 / (weight * terms);
        int carry = Math.max(0, span.count() + next - span.time());
        double sum = replicas.size() == 1
                ? replicas.getFirst().run(window, carry, noise, scale)
                : together(window, carry, noise, scale);
        if (next == 0) {
            span.clear();
        } else {
            span.carry(carry);
        }
        return new WindowLoss(sum * scale, weight);
    }

    private double together(Window window, int carry, Noise noise, double scale) {
        double[] losses = new double[replicas.size()];
        kernels.share(losses.length, (from, to) -> {
            for (int i = from; i < to; i++) {
                Replica replica = replicas.get(i);
                if (i > 0) {
                    replica.gradient().clear();
                }
                losses[i] = replica.run(window, carry, replicaNoise(noise, i), scale);
            }
        });
        double sum = losses[0];
        for (int i = 1; i < losses.length; i++) {
            replicas.get(i).gradient().asMap().forEach((name, g) -> kernels.addScaled(1, g, gradient.get(name)));
            sum += losses[i];
        }
        return sum;
    }

    /** Other noise for each: their sequences have the same numbers. */
    private static Noise replicaNoise(Noise noise, int replica) {
        return noise.seed().isEmpty() ? noise : Noise.of(noise.seed().getAsLong() + ((long) replica << 40));
    }

    /** Begins with other sequences: the state is zero, and nothing older is kept. */
    public void clear() {
        span.clear();
    }

    /** Sets the state before the steps that are kept to zero, if one of its numbers is NaN or infinite. */
    void clearStateUnlessFinite() {
        if (!isFinite(span.before())) {
            span.before().clear();
        }
    }

    private boolean isFinite(StackState state) {
        for (int i = 0; i < state.size(); i++) {
            for (Way way : state.ways(i)) {
                LayerState layer = state.at(i, way);
                if (!Double.isFinite(kernels.sumOfSquares(layer.hidden()))
                        || !Double.isFinite(kernels.sumOfSquares(layer.memory()))) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * The state before the steps that are kept.
     *
     * @return the state itself, to be read and written between windows
     */
    public StackState state() {
        return span.before();
    }

    /** The older steps that are kept. */
    Span span() {
        return span;
    }
}
