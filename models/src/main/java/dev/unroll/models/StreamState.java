package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The state of one stream, a and c of each layer one after the other, on the heap: it costs its floats and no more, and goes with its
 * stream. A step works on a copy.
 */
final class StreamState {
    private float[] values;

    private StreamState(float... values) {
        this.values = values;
    }

    /** A state of zeros, so many as {@link #size} says. */
    static StreamState zero(int size) {
        return new StreamState(new float[size]);
    }

    /** How many floats the state of a stack is that goes forward. */
    static int size(Stack stack) {
        return stack.layers().stream().map(Layer::cell).mapToInt(cell -> cell.hiddenSize() + cell.memorySize()).sum();
    }

    StreamState copy() {
        return new StreamState(values.clone());
    }

    void clear() {
        Arrays.fill(values, 0);
    }

    void copyFrom(float... others) {
        System.arraycopy(others, 0, values, 0, values.length);
    }

    /** The floats themselves. */
    float[] values() {
        return values;
    }

    /** Writes the state to a row of states side by side. */
    void load(LayerState[] layers, int row) {
        int from = 0;
        for (LayerState layer : layers) {
            from = load(from, layer.hidden(), row);
            from = load(from, layer.memory(), row);
        }
    }

    private int load(int from, Matrix to, int row) {
        MemorySegment.copy(values, from, to.segment(), ValueLayout.JAVA_FLOAT, begin(to, row), to.cols());
        return from + to.cols();
    }

    /** Takes the state of a row of states side by side. */
    void store(LayerState[] layers, int row) {
        store(layers, row, new float[values.length]);
    }

    /**
     * Takes the state of a row of states side by side, all of it or, where their memory is closed meanwhile, nothing.
     *
     * @param spare as long as the state, which is in it afterwards
     * @return where the state was before, for another time
     */
    float[] store(LayerState[] layers, int row, float... spare) {
        int to = 0;
        for (LayerState layer : layers) {
            to = copy(layer.hidden(), row, spare, to);
            to = copy(layer.memory(), row, spare, to);
        }
        float[] before = values;
        values = spare;
        return before;
    }

    private static int copy(Matrix from, int row, float[] to, int at) {
        MemorySegment.copy(from.segment(), ValueLayout.JAVA_FLOAT, begin(from, row), to, at, from.cols());
        return at + from.cols();
    }

    /** Where a row begins in its matrix's memory, in bytes. */
    static long begin(Matrix matrix, int row) {
        return (matrix.offset() + row * matrix.rowStride()) * Float.BYTES;
    }
}
