package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Direction;
import dev.unroll.models.Layer;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Noise;
import dev.unroll.models.Way;
import dev.unroll.tensor.Matrix;
import dev.unroll.training.ProbeReading.GradientByDistance;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A look into a network in training, at the window that it has just learned from: how far gradients reach back in time, and
 * how open its gates are. It has memory of its own, begins from a state of zero and changes nothing in the training; a look
 * costs about a step.
 */
public final class Probe implements AutoCloseable {
    /** Steps that are looked back through at most. */
    private static final int LONGEST = 500;

    private final Training training;
    private final Arena arena = Arena.ofShared();
    private final NetworkWeights weights;
    private final Span span;
    private final Window last;
    private final Optional<SourceReading> source;
    private final NetworkTrace trace;
    private final HeadLoss head;
    private final Parameters gradient;
    private final StackBackward stack;

    /**
     * Takes the memory.
     *
     * @param training which is looked at; the caller closes this before it
     */
    public Probe(Training training) {
        Loss loss = training.settings().loss();
        int batch = training.batches().batch();
        this.training = training;
        this.weights = training.weights();
        int time = weights.architecture().stack().isCausal() && weights.architecture().encoder().isEmpty()
                ? Math.min(LONGEST, training.bptt().k1())
                : training.bptt().k1();
        boolean done = false;
        try {
            this.span = new Span(weights.architecture(), arena, time, batch);
            int sourceTime = training.batches().longestSource();
            this.last = Window.of(weights.architecture(), loss.target(), arena, time, batch, sourceTime);
            this.source = SourceReading.of(weights, arena, sourceTime, batch, weights.kernels().threads());
            this.trace = new NetworkTrace(weights, arena, time, batch, weights.kernels().threads(),
                    source.map(SourceReading::trace));
            this.head = new HeadLoss(weights, loss, arena, Math.multiplyExact(time, batch));
            this.gradient = Parameters.allocate(arena, weights.architecture().parameterShapes());
            this.stack = new StackBackward(trace.stack(), arena, gradient, StackBackward.Reach.WEIGHTS);
            done = true;
        } finally {
            if (!done) {
                arena.close();
            }
        }
    }

    /**
     * Looks at the newest window.
     *
     * @return what there is to see; gradients of 0 where the window's last step has no target
     * @throws IllegalStateException where the training has made no step yet, or is closed
     */
    public ProbeReading read() {
        Window window = training.window();
        int steps = Math.min(last.time(), window.count());
        last.copyFrom(window, window.count() - steps, steps);
        for (int row = 0; row < (steps - 1) * last.batch(); row++) {
            last.weights()[row] = 0;
        }
        span.clear();
        span.append(last);
        span.read(0, steps, 0, trace);
        trace.clearState();
        source.ifPresent(s -> s.read(last, 0, Noise.MEAN, trace.state()));
        trace.forward(span.lengths(0, steps, 0, last.batch()), Noise.MEAN);
        List<GateHistogram> gates = gates();
        head.forward(trace, last, 0, 0, 1.0 / last.batch());
        return new ProbeReading(training.steps(), distances(steps), gates);
    }

    private List<GateHistogram> gates() {
        List<GateHistogram> gates = new ArrayList<>();
        for (int i = 0; i < weights.architecture().layers().size(); i++) {
            Layer layer = weights.architecture().layers().get(i);
            Cell cell = layer.cell();
            for (Way way : layer.direction().ways()) {
                Matrix activations = trace.stack().layer(i, way).steps(weights.kernels()).z();
                for (int g = 0; g < cell.gates(); g++) {
                    String name = (way == Way.FORWARD ? "" : "reverse.") + cell.gateNames().get(g);
                    gates.add(GateHistogram.of(i, name, activations.cols(g * cell.units(), cell.units())));
                }
            }
        }
        return gates;
    }

    private List<GradientByDistance> distances(int steps) {
        Kernels kernels = weights.kernels();
        List<double[]> squares = new ArrayList<>();
        for (Layer _ : weights.architecture().layers()) {
            squares.add(new double[steps]);
        }
        stack.dState().clear();
        Matrix dy = stack.dy().rows(0, trace.stack().schedule().size());
        head.backward(dy, gradient);
        trace.attentionBackward(dy, gradient);
        stack.watch((layer, way, t, da) -> {
            if (way == Way.FORWARD) {
                double sum = kernels.sumOfSquares(da);
                synchronized (squares) {
                    squares.get(layer)[steps - 1 - t] += sum;
                }
            }
        });
        stack.backward();
        List<GradientByDistance> distances = new ArrayList<>();
        for (int i = 0; i < squares.size(); i++) {
            if (weights.architecture().layers().get(i).direction() != Direction.BACKWARD) {
                distances.add(new GradientByDistance(i, Arrays.stream(squares.get(i)).map(Math::sqrt).toArray()));
            }
        }
        return distances;
    }

    /** Frees the memory. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
