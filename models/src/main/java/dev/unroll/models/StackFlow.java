package dev.unroll.models;

import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A stack over a batch of sequences, layer after layer, whatever memory these have. Sequences of different lengths are
 * brought together first, so that what lies behind their ends is never read.
 */
final class StackFlow {
    private final StackWeights weights;
    private final Kernels kernels;
    private final int time;
    private final int batch;
    private final int threads;
    private final Arena arena;
    private final List<LayerFlow> layers = new ArrayList<>();
    private final StackState state;
    /** What stands for x where the input is one-hot. */
    private final Matrix nothing;
    private Optional<Matrix> together = Optional.empty();
    private Optional<Sequence> padded = Optional.empty();
    private Schedule forward;
    private Schedule backward;
    private Matrix boundTo;

    /** What a layer has for its output on the way up. */
    interface Dropouts {
        Optional<OutputDropout> of(Layer layer, int rows);
    }

    /** For sequences of so much time and so many of them at most, which so many threads share. */
    StackFlow(StackWeights weights, Arena arena, int time, int batch, int threads, LayerFlow.Memory memory,
            Dropouts dropouts) {
        Sizes.check("stack", "time", time);
        Sizes.check("stack", "batch", batch);
        int rows = (int) Lengths.full(time, batch).steps();
        List<Layer> parts = weights.stack().layers();
        this.weights = weights;
        this.kernels = weights.kernels();
        this.time = time;
        this.batch = batch;
        this.threads = threads;
        this.arena = arena;
        this.state = StackState.allocate(weights.stack(), arena, batch);
        this.nothing = Matrix.allocate(arena, rows, 0);
        for (int i = 0; i < parts.size(); i++) {
            layers.add(new LayerFlow(i, weights, arena, rows, memory, dropouts.of(parts.get(i), rows)));
        }
    }

    /** Binds all layers to these sequences and their x, if they are not so already. */
    void bind(Sequence x, Lengths lengths) {
        if (weights.kind() != InputKind.DENSE) {
            throw new IllegalStateException(
                    "stack: features for weights that are packed for one-hot x; wanted indices");
        }
        if (x.feature() != weights.stack().inputSize() || x.time() != lengths.time() || x.batch() != batch) {
            throw new IllegalArgumentException("stack: x is %s for lengths %s; wanted [%d][%d][%d]".formatted(x.shape(),
                    lengths, lengths.time(), batch, weights.stack().inputSize()));
        }
        for (LayerFlow layer : layers) {
            if (layer.isOwn(x.asMatrix())) {
                throw new IllegalArgumentException(
                        "stack: x is the output of a run, which this run overwrites; wanted a copy");
            }
        }
        schedule(lengths);
        bindTo(lengths.isFull() ? x.asMatrix() : together().rows(0, forward.size()));
        if (!lengths.isFull()) {
            kernels.gatherRows(x.asMatrix(), forward.source(), 0, together().rows(0, forward.size()));
        }
    }

    /** Binds all layers to these sequences of one-hot x. */
    void bind(Lengths lengths) {
        if (weights.kind() != InputKind.ONE_HOT) {
            throw new IllegalStateException("stack: indices for weights that are packed for dense x; wanted features");
        }
        schedule(lengths);
        bindTo(nothing);
    }

    private void schedule(Lengths lengths) {
        if (lengths.time() > time || lengths.batch() != batch) {
            throw new IllegalArgumentException("stack: time %d, batch %d; wanted time %d at most, batch %d"
                    .formatted(lengths.time(), lengths.batch(), time, batch));
        }
        if (forward == null || !forward.lengths().equals(lengths)) {
            forward = Schedule.forward(lengths, threads);
            backward = weights.stack().isCausal() ? forward : Schedule.backward(forward, threads);
            boundTo = null;
        }
    }

    private void bindTo(Matrix rows) {
        if (boundTo == rows) {
            return;
        }
        Matrix x = rows;
        for (LayerFlow layer : layers) {
            layer.bind(forward, backward, x);
            x = layer.output();
        }
        boundTo = rows;
    }

    private Matrix together() {
        if (together.isEmpty()) {
            together = Optional.of(Matrix.allocate(arena, nothing.rows(), weights.stack().inputSize()));
        }
        return together.get();
    }

    /** Runs all layers from the state and takes it on. */
    void forward() {
        begin();
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).forward();
        }
        end();
    }

    /** The same for one-hot x, the index of the one of sequence i at time t at t*batch + i. */
    void forward(int[] ids) {
        int[] rows = ids;
        if (!forward.isInOrder()) {
            rows = new int[forward.size()];
            for (int row = 0; row < rows.length; row++) {
                rows[row] = ids[forward.source()[row]];
            }
        }
        begin();
        layers.getFirst().forward(rows);
        for (int i = 1; i < layers.size(); i++) {
            layers.get(i).forward();
        }
        end();
    }

    private void begin() {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).begin(state, i);
        }
    }

    private void end() {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).end(state, i);
        }
    }

    /** The output of the last layer, [time][batch][n_y], 0 behind each sequence's end. */
    Sequence output() {
        Lengths lengths = schedule().lengths();
        Matrix top = layers.getLast().output();
        if (lengths.isFull()) {
            return Sequence.of(top, lengths.time(), batch);
        }
        if (padded.isEmpty()) {
            padded = Optional.of(Sequence.allocate(arena, time, batch, weights.stack().outputSize()));
        }
        Sequence y = padded.get().slice(0, lengths.time());
        y.asMatrix().fill(0);
        kernels.scatterAddRows(top, forward.source(), 0, y.asMatrix());
        return y;
    }

    LayerFlow layer(int i) {
        return layers.get(i);
    }

    int size() {
        return layers.size();
    }

    Schedule schedule() {
        if (forward == null) {
            throw new IllegalStateException("stack: nothing has been run yet");
        }
        return forward;
    }

    int time() {
        return time;
    }

    int batch() {
        return batch;
    }

    StackState state() {
        return state;
    }

    StackWeights weights() {
        return weights;
    }
}
