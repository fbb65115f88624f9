package dev.unroll.models;

import dev.unroll.cells.CellWeights.InputKind;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A layer over a batch, both ways of it if it has two: rows of x in, rows of y out, in the order of the schedule that goes
 * forward. What goes backward has its rows brought into its own order, and its output back.
 */
final class LayerFlow {
    private final Layer layer;
    private final Kernels kernels;
    private final Map<Way, LayerRun> runs = new EnumMap<>(Way.class);
    /** x in the order of the schedule that goes backward. */
    private final Matrix reversed;
    /** y, unless it is the output of the only way. */
    private final Matrix merged;
    private final Optional<OutputDropout> dropout;
    private Schedule forward;
    private Schedule backward;
    private Matrix x;
    private int[] ids = {};
    private int[] reversedIds = {};

    /** What each way of a layer has for its states, with room for so many rows. */
    interface Memory {
        LayerMemory of(Layer layer, int rows);
    }

    LayerFlow(int number, StackWeights weights, Arena arena, int rows, Memory memory,
            Optional<OutputDropout> dropout) {
        this.layer = weights.stack().layers().get(number);
        this.kernels = weights.kernels();
        this.dropout = dropout;
        for (Way way : layer.direction().ways()) {
            runs.put(way, new LayerRun(weights.cell(number, way), memory.of(layer, rows)));
        }
        int merges = runs.containsKey(Way.BACKWARD) ? rows : 0;
        boolean isDense = number > 0 || weights.kind() == InputKind.DENSE;
        this.reversed = Matrix.allocate(arena, merges, isDense ? layer.inputSize() : 0);
        this.merged = Matrix.allocate(arena, merges, layer.outputSize());
    }

    /** Binds it to rows of x; these are not read where the input is one-hot. */
    void bind(Schedule forwardRows, Schedule backwardRows, Matrix input) {
        forward = forwardRows;
        backward = backwardRows;
        x = input;
        if (runs.containsKey(Way.FORWARD)) {
            runs.get(Way.FORWARD).bind(forward, x);
        }
        if (runs.containsKey(Way.BACKWARD)) {
            runs.get(Way.BACKWARD).bind(backward, reversedRows());
        }
        dropout.ifPresent(d -> d.bind(forward));
    }

    private Matrix reversedRows() {
        return reversed.rows(0, reversed.rows() == 0 ? 0 : backward.size());
    }

    void forward() {
        if (runs.containsKey(Way.BACKWARD)) {
            kernels.gatherRows(x, backward.source(), 0, reversedRows());
        }
        runs.values().forEach(LayerRun::forward);
        merge();
    }

    void forward(int[] tokens) {
        ids = tokens;
        if (runs.containsKey(Way.FORWARD)) {
            runs.get(Way.FORWARD).forward(ids);
        }
        if (runs.containsKey(Way.BACKWARD)) {
            reversedIds = new int[backward.size()];
            for (int row = 0; row < reversedIds.length; row++) {
                reversedIds[row] = ids[backward.source()[row]];
            }
            runs.get(Way.BACKWARD).forward(reversedIds);
        }
        merge();
    }

    private void merge() {
        if (runs.containsKey(Way.BACKWARD)) {
            int h = layer.cell().hiddenSize();
            Matrix y = merged.rows(0, forward.size());
            y.fill(0);
            if (runs.containsKey(Way.FORWARD)) {
                y.cols(0, h).copyFrom(rows(Way.FORWARD));
            }
            kernels.scatterAddRows(rows(Way.BACKWARD), backward.source(), 0,
                    layer.direction() == Direction.CONCAT ? y.cols(h, h) : y);
        }
        dropout.ifPresent(d -> d.forward(kernels, undropped()));
    }

    private Matrix rows(Way way) {
        return runs.get(way).layerMemory().output().rows(0, forward.size());
    }

    private Matrix undropped() {
        return runs.containsKey(Way.BACKWARD) ? merged.rows(0, forward.size()) : rows(Way.FORWARD);
    }

    /** y, in the order of the schedule that goes forward. */
    Matrix output() {
        return dropout.map(OutputDropout::output).orElseGet(this::undropped);
    }

    /** Whether a matrix is part of what a run writes. */
    boolean isOwn(Matrix matrix) {
        return matrix.overlaps(merged)
                || runs.values().stream().anyMatch(run -> matrix.overlaps(run.layerMemory().output()));
    }

    /** The gradient of y as it was before dropout, in place. */
    void dropBackward(Matrix dy) {
        dropout.ifPresent(d -> d.backward(kernels, dy));
    }

    void draw(RandomGenerator seeds, long first) {
        dropout.ifPresent(d -> d.draw(seeds, first));
    }

    void takeMean() {
        dropout.ifPresent(OutputDropout::takeMean);
    }

    /** x in the order of one of the ways. */
    Matrix input(Way way) {
        return way == Way.FORWARD ? x : reversedRows();
    }

    /** One-hot input in the order of one of the ways. */
    int[] ids(Way way) {
        return way == Way.FORWARD ? ids : reversedIds;
    }

    LayerMemory memory(Way way) {
        return runs.get(way).layerMemory();
    }

    Layer layer() {
        return layer;
    }

    /** Takes the states before the first steps, a row a sequence. */
    void begin(StackState state, int number) {
        runs.forEach((way, run) -> {
            LayerState from = state.at(number, way);
            LayerState to = run.layerMemory().first();
            kernels.gatherRows(from.hidden(), forward.order(), 0, to.hidden());
            kernels.gatherRows(from.memory(), forward.order(), 0, to.memory());
        });
    }

    /** Gives the states behind the last steps. */
    void end(StackState state, int number) {
        runs.forEach((way, run) -> {
            LayerState from = run.layerMemory().last();
            LayerState to = state.at(number, way);
            kernels.gatherRows(from.hidden(), forward.places(), 0, to.hidden());
            kernels.gatherRows(from.memory(), forward.places(), 0, to.memory());
        });
    }
}
