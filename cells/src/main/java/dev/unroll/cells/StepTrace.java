package dev.unroll.cells;

import dev.unroll.tensor.Matrix;
import java.util.Arrays;

/**
 * What one step reads and writes, one row a sequence of the batch: views that are cut once and used at every run. A trace
 * over the rows of all time steps of a window serves the gradient of the weights, which is one product for all of them.
 *
 * <p>Forward, {@link #z} goes in as the input part W_ax·x + b and comes out as the gates' activations; backward, it goes
 * in as these and comes out as dz. What {@link #saved} holds is the cell's own business.
 */
public final class StepTrace {
    private final Matrix z;
    private final Matrix recurrent;
    private final Matrix a;
    private final Matrix c;
    private final Matrix aNext;
    private final Matrix cNext;
    private final Matrix[] groups;
    private final Matrix[] gates;
    private final Matrix saved;
    private final int[] savedFrom;
    private final Matrix[] savedParts;

    /**
     * Cuts the views.
     *
     * @param cell whose step it is
     * @param z rows x gates*units
     * @param saved rows x {@link Cell#savedSize}
     * @param recurrent rows x H, what W_aa acts on: {@code a} itself, or {@code a} with some units dropped
     * @param a rows x H, the hidden state before the step
     * @param c rows x {@link Cell#memorySize}, the memory cell before the step
     * @param aNext rows x H, the hidden state after it; not {@code a} itself, which is read while this is written
     * @param cNext rows x {@link Cell#memorySize}, the memory cell after it; may be {@code c} itself
     * @throws IllegalArgumentException where a shape does not fit the cell
     */
    public StepTrace(Cell cell, Matrix z, Matrix saved, Matrix recurrent, Matrix a, Matrix c, Matrix aNext,
            Matrix cNext) {
        check("z", z, a.rows(), cell.gateSize());
        check("saved", saved, a.rows(), cell.savedSize());
        check("a", a, a.rows(), cell.hiddenSize());
        check("c", c, a.rows(), cell.memorySize());
        check("aNext", aNext, a.rows(), cell.hiddenSize());
        check("cNext", cNext, a.rows(), cell.memorySize());
        check("recurrent", recurrent, a.rows(), cell.hiddenSize());
        this.z = z;
        this.saved = saved;
        this.recurrent = recurrent;
        this.a = a;
        this.c = c;
        this.aNext = aNext;
        this.cNext = cNext;
        int units = cell.units();
        this.groups = cut(z, cell.gateGroups().stream().mapToInt(gates -> gates * units).toArray());
        int[] widths = new int[cell.gates()];
        Arrays.fill(widths, units);
        this.gates = cut(z, widths);
        int[] sizes = cell.savedSizes().stream().mapToInt(Integer::intValue).toArray();
        this.savedParts = cut(saved, sizes);
        this.savedFrom = new int[sizes.length + 1];
        for (int i = 0; i < sizes.length; i++) {
            savedFrom[i + 1] = savedFrom[i] + sizes[i];
        }
    }

    /**
     * Cuts the views of a step whose products read a.
     *
     * @param cell whose step it is
     * @param z rows x gates*units
     * @param saved rows x {@link Cell#savedSize}
     * @param a rows x H, the hidden state before the step
     * @param c rows x {@link Cell#memorySize}, the memory cell before the step
     * @param aNext rows x H, the hidden state after it; not {@code a} itself, which is read while this is written
     * @param cNext rows x {@link Cell#memorySize}, the memory cell after it; may be {@code c} itself
     * @throws IllegalArgumentException where a shape does not fit the cell
     */
    public StepTrace(Cell cell, Matrix z, Matrix saved, Matrix a, Matrix c, Matrix aNext, Matrix cNext) {
        this(cell, z, saved, a, a, c, aNext, cNext);
    }

    private static void check(String name, Matrix matrix, int rows, int cols) {
        if (matrix.rows() != rows || matrix.cols() != cols) {
            throw new IllegalArgumentException(
                    "step: %s is %s; wanted %dx%d".formatted(name, matrix.shape(), rows, cols));
        }
    }

    private static Matrix[] cut(Matrix whole, int[] widths) {
        Matrix[] parts = new Matrix[widths.length];
        int from = 0;
        for (int i = 0; i < parts.length; i++) {
            parts[i] = whole.cols(from, widths[i]);
            from += widths[i];
        }
        return parts;
    }

    /**
     * Pre-activations, activations or dz, by the moment.
     *
     * @return rows x gates*units
     */
    public Matrix z() {
        return z;
    }

    /**
     * The columns of {@link #z} of one group of gates, see {@link Cell#gateGroups}.
     *
     * @param group its number
     * @return rows x (gates of the group)*units
     */
    public Matrix z(int group) {
        return groups[group];
    }

    /**
     * The columns of {@link #z} of one gate.
     *
     * @param gate its number, in the order of {@link Cell#gateNames}
     * @return rows x units
     */
    Matrix gate(int gate) {
        return gates[gate];
    }

    /**
     * A part of what the cell keeps for its backward step beside the activations.
     *
     * @param part its number, in the order of {@link Cell#savedSizes}
     * @return rows x the part's size
     */
    Matrix saved(int part) {
        return savedParts[part];
    }

    /**
     * Neighbouring parts of what is saved, as one.
     *
     * @param first number of the first
     * @param last number of the last
     * @return rows x the sum of their sizes
     */
    Matrix saved(int first, int last) {
        return saved.cols(savedFrom[first], savedFrom[last + 1] - savedFrom[first]);
    }

    /**
     * What W_aa acts on: {@link #a}, or a with some units dropped.
     *
     * @return rows x H
     */
    public Matrix recurrent() {
        return recurrent;
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
