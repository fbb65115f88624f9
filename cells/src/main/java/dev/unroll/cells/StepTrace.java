package dev.unroll.cells;

import dev.unroll.tensor.Matrix;

/**
 * What one step reads and writes, one row a sequence of the batch: views that are cut once and used at every run. A trace
 * over the rows of all time steps of a window serves the gradient of the weights, which is one product for all of them.
 *
 * <p>Forward, {@link #z} goes in as the input part W_ax·x + b and comes out as the gates' activations; backward, it goes
 * in as these and comes out as dz. What {@link #saved} holds is the cell's own business.
 */
public final class StepTrace {
    private final Matrix z;
    private final Matrix saved;
    private final Matrix a;
    private final Matrix c;
    private final Matrix aNext;
    private final Matrix cNext;
    private final Matrix[] groups;

    /**
     * Cuts the views.
     *
     * @param cell whose step it is
     * @param z rows x gates*H
     * @param saved rows x {@link Cell#savedSize}
     * @param a rows x H, the hidden state before the step
     * @param c rows x {@link Cell#memorySize}, the memory cell before the step
     * @param aNext rows x H, the hidden state after it; not {@code a} itself, which is read while this is written
     * @param cNext rows x {@link Cell#memorySize}, the memory cell after it; may be {@code c} itself
     * @throws IllegalArgumentException where a shape does not fit the cell
     */
    public StepTrace(Cell cell, Matrix z, Matrix saved, Matrix a, Matrix c, Matrix aNext, Matrix cNext) {
        int h = cell.hiddenSize();
        check("z", z, a.rows(), cell.gates() * h);
        check("saved", saved, a.rows(), cell.savedSize());
        check("a", a, a.rows(), h);
        check("c", c, a.rows(), cell.memorySize());
        check("aNext", aNext, a.rows(), h);
        check("cNext", cNext, a.rows(), cell.memorySize());
        this.z = z;
        this.saved = saved;
        this.a = a;
        this.c = c;
        this.aNext = aNext;
        this.cNext = cNext;
        this.groups = new Matrix[cell.gateGroups().size()];
        int from = 0;
        for (int i = 0; i < groups.length; i++) {
            int cols = cell.gateGroups().get(i) * h;
            groups[i] = z.cols(from, cols);
            from += cols;
        }
    }

    private static void check(String name, Matrix matrix, int rows, int cols) {
        if (matrix.rows() != rows || matrix.cols() != cols) {
            throw new IllegalArgumentException(
                    "step: %s is %s; wanted %dx%d".formatted(name, matrix.shape(), rows, cols));
        }
    }

    /**
     * Pre-activations, activations or dz, by the moment.
     *
     * @return rows x gates*H
     */
    public Matrix z() {
        return z;
    }

    /**
     * The columns of {@link #z} of one group of gates, see {@link Cell#gateGroups}.
     *
     * @param group its number
     * @return rows x (gates of the group)*H
     */
    public Matrix z(int group) {
        return groups[group];
    }

    /**
     * What the cell keeps for its backward step beside the activations.
     *
     * @return rows x {@link Cell#savedSize}
     */
    public Matrix saved() {
        return saved;
    }

    /**
     * The hidden state before the step.
     *
     * @return rows x H
     */
    public Matrix a() {
        return a;
    }

    /**
     * The memory cell before the step.
     *
     * @return rows x {@link Cell#memorySize}
     */
    public Matrix c() {
        return c;
    }

    /**
     * The hidden state after the step.
     *
     * @return rows x H
     */
    public Matrix aNext() {
        return aNext;
    }

    /**
     * The memory cell after the step.
     *
     * @return rows x {@link Cell#memorySize}
     */
    public Matrix cNext() {
        return cNext;
    }
}
