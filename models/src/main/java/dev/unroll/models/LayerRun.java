package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.StepTrace;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;

/**
 * A layer over sequences, forwards only: y_t = a_t for t = 1 to time, from a state that is given. Bound to its input and its
 * output, whose memory it reads and writes at every {@link #forward}, which allocates nothing.
 *
 * <p>The input part W_ax·x + b is one product for several steps; the recurrent part goes step by step. Not for two threads
 * at once.
 */
public final class LayerRun {
    private final CellWeights weights;
    private final int chunk;
    private final Matrix[] inputs;
    private final Matrix[] inputParts;
    private final StepTrace[] steps;
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
        this.weights = weights;
        this.chunk = Chunks.steps(batch);
        this.hidden = Matrix.allocate(arena, batch, cell.hiddenSize());
        this.memory = Matrix.allocate(arena, batch, cell.memorySize());
        Sequence z = Sequence.allocate(arena, Math.min(chunk, Math.max(1, time)), batch,
                cell.gates() * cell.hiddenSize());
        Matrix saved = Matrix.allocate(arena, batch, cell.savedSize());
        this.steps = new StepTrace[time];
        for (int t = 0; t < time; t++) {
            steps[t] = new StepTrace(cell, z.at(t % chunk), saved, t == 0 ? hidden : y.at(t - 1), memory, y.at(t),
                    memory);
        }
        int chunks = (time + chunk - 1) / chunk;
        this.inputs = new Matrix[chunks];
        this.inputParts = new Matrix[chunks];
        for (int i = 0; i < chunks; i++) {
            int count = Math.min(chunk, time - i * chunk);
            inputs[i] = x.slice(i * chunk, count).asMatrix();
            inputParts[i] = z.slice(0, count).asMatrix();
        }
    }

    /**
     * Reads x, writes y, and takes the state from before the first step to behind the last.
     */
    public void forward() {
        for (int t = 0; t < steps.length; t++) {
            if (chunk == 1 || steps.length == 1) {
                weights.cell().forward(weights.kernels(), weights, inputs[t], steps[t]);
                continue;
            }
            if (t % chunk == 0) {
                weights.input(inputs[t / chunk], inputParts[t / chunk]);
            }
            weights.cell().forward(weights.kernels(), weights, steps[t]);
        }
        if (steps.length > 0) {
            hidden.copyFrom(steps[steps.length - 1].aNext());
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
