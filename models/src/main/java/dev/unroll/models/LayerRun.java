package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.Part;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;

/**
 * A layer over sequences, forwards only: y_t = a_t for t = 1 to time, from a state that is given. Bound to its input and its
 * output, whose memory it reads and writes at every {@link #forward}, which allocates nothing.
 *
 * <p>The input part W_ax·x + b is one product for several steps; the recurrent part goes step by step. A batch is cut into
 * {@link Bands} for the threads of the kernels. Not for two threads at once.
 */
public final class LayerRun {
    private final Kernels kernels;
    private final LayerBand[] bands;
    private final Part forward = this::forward;
    private final Matrix hidden;
    private final Matrix memory;

    /**
     * Takes the memory.
     *
     * @param weights the layer's, packed for {@link CellWeights.InputKind#DENSE}
     * @param arena owner of the memory
     * @param x [time][batch][I], the input
     * @param y [time][batch][H], the hidden states, written
     * @throws IllegalArgumentException where the shapes do not fit one another or the cell
     */
    public LayerRun(CellWeights weights, Arena arena, Sequence x, Sequence y) {
        Cell cell = weights.cell();
        int time = x.time();
        int batch = x.batch();
        if (x.feature() != cell.inputSize() || y.feature() != cell.hiddenSize() || y.time() != time
                || y.batch() != batch) {
            throw new IllegalArgumentException("layer run: x is %s, y is %s for %s; wanted [%d][%d][%d], [%d][%d][%d]"
                    .formatted(x.shape(), y.shape(), cell, time, batch, cell.inputSize(), time, batch,
                            cell.hiddenSize()));
        }
        this.kernels = weights.kernels();
        this.hidden = Matrix.allocate(arena, batch, cell.hiddenSize());
        this.memory = Matrix.allocate(arena, batch, cell.memorySize());
        Bands cut = Bands.of(batch, kernels.threads());
        this.bands = new LayerBand[cut.count()];
        for (int i = 0; i < bands.length; i++) {
            bands[i] = new LayerBand(weights, arena, x, y, hidden, memory, cut, i);
        }
    }

    /**
     * Reads x, writes y, and takes the state from before the first step to behind the last.
     */
    public void forward() {
        kernels.share(bands.length, forward);
    }

    private void forward(int from, int to) {
        for (int i = from; i < to; i++) {
            bands[i].forward();
        }
    }

    /**
     * The hidden state: where the next {@link #forward} begins, and where the last one ended. Zero at first.
     *
     * @return batch x H
     */
    public Matrix hidden() {
        return hidden;
    }

    /**
     * The memory cell, as {@link #hidden}.
     *
     * @return batch x H, or batch x 0 for a cell that has none
     */
    public Matrix memory() {
        return memory;
    }
}
