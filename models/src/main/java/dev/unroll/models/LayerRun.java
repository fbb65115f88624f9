package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellStep;
import dev.unroll.cells.CellWeights;
import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.Part;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * One way of a layer over sequences, forwards: y_t = a_t for t = 1 to time, from a state that is given. Bound to its input
 * and its output, whose memory it reads and writes at every {@link #forward()}, which allocates nothing.
 *
 * <p>The input part W_ax·x + b is one product for several steps; the recurrent part goes step by step. A batch is cut into
 * bands of sequences for the threads of the kernels, see {@link Schedule}. Not for two threads at once.
 */
public final class LayerRun {
    private final CellWeights weights;
    private final Kernels kernels;
    private final LayerMemory memory;
    private final Part forward = this::forward;
    private final Part forwardOneHot = this::forwardOneHot;
    private LayerBand[] bands = {};
    private int[] ids = {};

    /**
     * Takes the memory.
     *
     * @param weights the layer's, packed for {@link CellWeights.InputKind#DENSE}
     * @param arena owner of the memory
     * @param x [time][batch][I], the input
     * @param y [time][batch][H], the hidden states, written
     * @throws IllegalArgumentException where the shapes do not fit one another or the cell, or x and y overlap
     */
    public LayerRun(CellWeights weights, Arena arena, Sequence x, Sequence y) {
        this(weights, new WorkingMemory(Layer.of(weights.cell()), arena, y.asMatrix(), x.batch(),
                Schedule.bands(x.batch(), weights.kernels().threads())));
        Cell cell = weights.cell();
        if (x.feature() != cell.inputSize() || y.feature() != cell.hiddenSize() || y.time() != x.time()
                || y.batch() != x.batch()) {
            throw new IllegalArgumentException("layer run: x is %s, y is %s for %s; wanted [%d][%d][%d], [%d][%d][%d]"
                    .formatted(x.shape(), y.shape(), cell, x.time(), x.batch(), cell.inputSize(), x.time(), x.batch(),
                            cell.hiddenSize()));
        }
        if (x.asMatrix().overlaps(y.asMatrix())) {
            throw new IllegalArgumentException("layer run: x and y overlap; wanted memory of their own");
        }
        bind(Schedule.forward(Lengths.full(x.time(), x.batch()), kernels.threads()), x.asMatrix());
    }

    /** One that is yet to be bound to its input. */
    LayerRun(CellWeights weights, LayerMemory memory) {
        this.weights = weights;
        this.kernels = weights.kernels();
        this.memory = memory;
    }

    /** Binds it to other rows: those of its input, and as many of its memory. */
    void bind(Schedule schedule, Matrix x) {
        memory.bind(schedule);
        LayerBand[] cut = new LayerBand[schedule.bands()];
        for (int i = 0; i < cut.length; i++) {
            cut[i] = new LayerBand(weights, schedule, i, x, memory);
        }
        bands = cut;
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

    /** The same for one-hot input, given as the index of the one of each row. */
    void forward(int[] tokens) {
        ids = tokens;
        kernels.share(bands.length, forwardOneHot);
    }

    private void forwardOneHot(int from, int to) {
        for (int i = from; i < to; i++) {
            bands[i].forward(ids);
        }
    }

    /** The steps of a band, in their order. */
    List<CellStep> steps(int band) {
        return bands[band].steps();
    }

    /** Where its states are. */
    LayerMemory layerMemory() {
        return memory;
    }

    /**
     * The hidden state: where the next {@link #forward()} begins, and where the last one ended. Zero at first.
     *
     * @return batch x H
     */
    public Matrix hidden() {
        return memory.first().hidden();
    }

    /**
     * The memory cell, as {@link #hidden}.
     *
     * @return batch x H, or batch x 0 for a cell that has none
     */
    public Matrix memory() {
        return memory.first().memory();
    }
}
