package dev.unroll.models;

import dev.unroll.cells.CellStep;
import dev.unroll.cells.CellWeights;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * One step of streams side by side, each a row: what each reads and the state that each has go in, the last layer's outputs and the
 * states after the step come out. Made once for a number of rows; a step allocates nothing. One user at a time.
 */
final class StackStep {
    private final NetworkWeights weights;
    private final InputRows input;
    private final boolean isOneHot;
    private final CellWeights[] layers;
    private final LayerNoise[] noises;
    private final Matrix[] z;
    private final Matrix[] saved;
    private final CellStep[] steps;
    private final LayerState[] before;
    private final LayerState[] after;
    private final Matrix y;
    /** Memory of the heap for one stream's state, which changes places with it; one for all steps in the same memory. */
    private final float[][] spare;
    /** What the head reads, where streams look back each at its own source. */
    private final Optional<Matrix> attended;

    /** Takes the memory. */
    StackStep(NetworkWeights weights, Arena arena, int rows) {
        Architecture architecture = weights.architecture();
        List<Layer> stack = architecture.stack().layers();
        this.weights = weights;
        this.input = new InputRows(architecture.input(), weights.parameters(), arena, rows);
        this.isOneHot = architecture.input() instanceof Input.OneHot;
        this.layers = new CellWeights[stack.size()];
        this.noises = new LayerNoise[layers.length];
        this.z = new Matrix[layers.length];
        this.saved = new Matrix[layers.length];
        this.steps = new CellStep[layers.length];
        this.before = new LayerState[layers.length];
        this.after = new LayerState[layers.length];
        this.y = Matrix.allocate(arena, rows, architecture.head().outputSize());
        this.spare = new float[1][StreamState.size(architecture.stack())];
        this.attended = architecture.encoder().filter(e -> e.attention() == Encoder.Attention.DOT)
                .map(_ -> Matrix.allocate(arena, rows, architecture.stack().outputSize()));
        for (int i = 0; i < layers.length; i++) {
            Layer layer = stack.get(i);
            layers[i] = weights.stack().cell(i, Way.FORWARD);
            before[i] = LayerState.allocate(layer.cell(), arena, rows);
            after[i] = LayerState.allocate(layer.cell(), arena, rows);
            noises[i] = new LayerNoise(layer.regularization(layer.regularization().recurrentDropout(0)), arena, rows,
                    rows);
            z[i] = Matrix.allocate(arena, rows, layer.cell().gateSize());
            saved[i] = Matrix.allocate(arena, rows, layer.cell().savedSize());
            steps[i] = noises[i].step(z[i], saved[i], 0, 0, before[i], after[i]);
        }
    }

    private StackStep(StackStep whole, int rows) {
        this.weights = whole.weights;
        this.input = whole.input.rows(rows);
        this.isOneHot = whole.isOneHot;
        this.layers = whole.layers;
        this.noises = whole.noises;
        this.z = new Matrix[layers.length];
        this.saved = new Matrix[layers.length];
        this.steps = new CellStep[layers.length];
        this.before = new LayerState[layers.length];
        this.after = new LayerState[layers.length];
        this.y = whole.y.rows(0, rows);
        this.spare = whole.spare;
        this.attended = whole.attended.map(a -> a.rows(0, rows));
        for (int i = 0; i < layers.length; i++) {
            before[i] = whole.before[i].rows(0, rows);
            after[i] = whole.after[i].rows(0, rows);
            z[i] = whole.z[i].rows(0, rows);
            saved[i] = whole.saved[i].rows(0, rows);
            steps[i] = noises[i].step(z[i], saved[i], 0, 0, before[i], after[i]);
        }
    }

    /** A step of the first rows, in the same memory. */
    StackStep rows(int count) {
        return new StackStep(this, count);
    }

    /** What the streams read, to be set before a step. */
    InputRows input() {
        return input;
    }

    /** The states of the streams before a step, by layer. */
    LayerState[] before() {
        return before;
    }

    /** Gives a stream its state after the step. */
    void store(StreamState state, int row) {
        spare[0] = state.store(after, row, spare[0]);
    }

    /** Runs the layers; returns the last one's output. */
    Matrix run() {
        Kernels kernels = weights.kernels();
        input.forward(kernels);
        if (isOneHot) {
            layers[0].input(input.tokens(), 0, z[0]);
        }
        for (int i = 0; i < steps.length; i++) {
            if (i > 0) {
                steps[i].forward(kernels, layers[i], after[i - 1].hidden());
            } else if (isOneHot) {
                steps[i].forward(kernels, layers[i]);
            } else {
                steps[i].forward(kernels, layers[i], input.x());
            }
        }
        return after[after.length - 1].hidden();
    }

    /** Looks back at the source of a stream that has one; in a row of {@link #attended}. */
    void look(SessionAttention attention, Matrix top, int row) {
        attended.orElseThrow().row(row).copyFrom(attention.forward(top.row(row)));
    }

    /** What the head reads where the network has attention, and each row has looked back. */
    Optional<Matrix> attended() {
        return attended;
    }

    /** Runs the head on {@code top}; returns what it says of each stream. */
    Matrix head(Matrix top, Head.Kind kind) {
        weights.head(top, y);
        kind.apply(weights.kernels(), y);
        return y;
    }

    /** Writes what is said of one stream to an array, from one float on. */
    static void copyRow(Matrix y, int row, float[] output, int at) {
        MemorySegment.copy(y.segment(), ValueLayout.JAVA_FLOAT, StreamState.begin(y, row), output, at, y.cols());
    }

    /** Writes what is said of one stream to a segment, from one float on. */
    static void copyRow(Matrix y, int row, MemorySegment output, long at) {
        MemorySegment.copy(y.segment(), StreamState.begin(y, row), output, at * Float.BYTES,
                (long) y.cols() * Float.BYTES);
    }
}
