package dev.unroll.cells;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * What goes back through the steps: the gradients of the hidden state and of the memory cell, which each step turns from
 * those of a' and c' into those of a and c. Made once for a batch and used at every step.
 *
 * <p>Where some units of a are dropped on their way into W_aa·a, what comes back that way is kept apart, in {@link
 * #recurrent}, to be dropped and added; else it is {@link #a} itself.
 */
public final class StepGradient {
    private final Matrix a;
    private final Matrix c;
    private final Matrix recurrent;
    private final Matrix keptHidden;
    private final Matrix keptMemory;
    private final Matrix scratch;

    private StepGradient(Matrix a, Matrix c, Matrix recurrent, Matrix keptHidden, Matrix keptMemory, Matrix scratch) {
        this.a = a;
        this.c = c;
        this.recurrent = recurrent;
        this.keptHidden = keptHidden;
        this.keptMemory = keptMemory;
        this.scratch = scratch;
    }

    /**
     * Takes the memory for steps whose products read a.
     *
     * @param cell whose steps
     * @param arena owner of the memory
     * @param rows sequences of the batch
     * @return the gradients, zero
     */
    public static StepGradient whole(Cell cell, Arena arena, int rows) {
        Matrix a = Matrix.allocate(arena, rows, cell.hiddenSize());
        return of(cell, arena, a, a);
    }

    /**
     * Takes the memory for steps whose products read a with some units dropped.
     *
     * @param cell whose steps
     * @param arena owner of the memory
     * @param rows sequences of the batch
     * @return the gradients, zero
     */
    public static StepGradient split(Cell cell, Arena arena, int rows) {
        return of(cell, arena, Matrix.allocate(arena, rows, cell.hiddenSize()),
                Matrix.allocate(arena, rows, cell.hiddenSize()));
    }

    private static StepGradient of(Cell cell, Arena arena, Matrix a, Matrix recurrent) {
        int rows = a.rows();
        return new StepGradient(a, Matrix.allocate(arena, rows, cell.memorySize()), recurrent,
                Matrix.allocate(arena, rows, cell.hiddenSize()), Matrix.allocate(arena, rows, cell.memorySize()),
                Matrix.allocate(arena, rows, cell.units()));
    }

    /**
     * Some sequences of the batch.
     *
     * @param from first row
     * @param count number of rows
     * @return views
     */
    public StepGradient rows(int from, int count) {
        Matrix some = a.rows(from, count);
        return new StepGradient(some, c.rows(from, count), isSplit() ? recurrent.rows(from, count) : some,
                keptHidden.rows(from, count), keptMemory.rows(from, count), scratch.rows(from, count));
    }

    /**
     * In: da', the gradient of the hidden state after the step; out: da, that before it.
     *
     * @return rows x H
     */
    public Matrix a() {
        return a;
    }

    /**
     * In: dc', the gradient of c' by way of later steps; out: dc.
     *
     * @return rows x {@link Cell#memorySize}
     */
    public Matrix c() {
        return c;
    }

    /** What comes back by way of W_aa·a: added to, and {@link #a} itself unless that is split. */
    Matrix recurrent() {
        return recurrent;
    }

    /** Whether {@link #recurrent} is apart from {@link #a}. */
    boolean isSplit() {
        return recurrent != a;
    }

    /** What goes to a past the cell. */
    Matrix keptHidden() {
        return keptHidden;
    }

    /** What goes to c past the cell. */
    Matrix keptMemory() {
        return keptMemory;
    }

    /** Memory for the step's own use, rows x {@link Cell#units}. */
    Matrix scratch() {
        return scratch;
    }
}
