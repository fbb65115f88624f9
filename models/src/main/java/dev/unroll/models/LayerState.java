package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * The state of one way of a layer: a and c of each sequence of a batch.
 *
 * @param hidden a, batch x H
 * @param memory c, batch x {@link Cell#memorySize}
 */
public record LayerState(Matrix hidden, Matrix memory) {
    /**
     * A state of zeros.
     *
     * @param cell whose state
     * @param arena owner of the memory
     * @param batch number of sequences, m
     * @return the state
     */
    public static LayerState allocate(Cell cell, Arena arena, int batch) {
        return new LayerState(Matrix.allocate(arena, batch, cell.hiddenSize()),
                Matrix.allocate(arena, batch, cell.memorySize()));
    }

    /**
     * Takes another state of the same shape.
     *
     * @param source what is copied
     */
    public void copyFrom(LayerState source) {
        hidden.copyFrom(source.hidden);
        memory.copyFrom(source.memory);
    }

    /** Sets a and c to zero. */
    public void clear() {
        hidden.fill(0);
        memory.fill(0);
    }

    /** The sequences of some places. */
    LayerState rows(int from, int count) {
        return new LayerState(hidden.rows(from, count), memory.rows(from, count));
    }
}
