package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.StepTrace;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;

/**
 * What a layer reads and writes over a window of time: hidden states a_0 to a_T, memory cells c_0 to c_T, and of each step
 * its activations and what its cell saves. Made once for (cell, time, batch) and used at every window.
 */
public final class LayerTrace {
    private final Cell cell;
    private final Sequence a;
    private final Sequence c;
    private final Sequence z;
    private final Sequence saved;
    private final Bands bands;
    /** By band and time. */
    private final StepTrace[][] steps;

    /**
     * Takes the memory.
     *
     * @param cell the layer's
     * @param arena owner of the memory
     * @param time steps of a window
     * @param bands sequences side by side, and how they are cut for threads
     */
    public LayerTrace(Cell cell, Arena arena, int time, Bands bands) {
        int batch = bands.batch();
        this.cell = cell;
        this.bands = bands;
        this.a = Sequence.allocate(arena, Math.addExact(time, 1), batch, cell.hiddenSize());
        this.c = Sequence.allocate(arena, Math.addExact(time, 1), batch, cell.memorySize());
        this.z = Sequence.allocate(arena, time, batch, Math.multiplyExact(cell.gates(), cell.hiddenSize()));
        this.saved = Sequence.allocate(arena, time, batch, cell.savedSize());
        this.steps = new StepTrace[bands.count()][time];
        for (int t = 0; t < time; t++) {
            StepTrace step = new StepTrace(cell, z.at(t), saved.at(t), a.at(t), c.at(t), a.at(t + 1), c.at(t + 1));
            for (int i = 0; i < steps.length; i++) {
                steps[i][t] = bands.of(i, cell, step);
            }
        }
    }

    /**
     * Runs the first steps. A batch that is one band has the input part of several steps computed at once, where that makes
     * its product larger; in bands, each step takes its own along.
     *
     * @param weights the cell's, packed for {@link CellWeights.InputKind#DENSE}
     * @param x [time][batch][I], of as many steps as are run
     */
    public void forward(CellWeights weights, Sequence x) {
        if (bands.count() == 1) {
            forwardInChunks(weights, x);
            return;
        }
        bands.share(weights.kernels(), band -> {
            for (int t = 0; t < x.time(); t++) {
                cell.forward(weights.kernels(), weights, bands.of(band, x.at(t)), steps[band][t]);
            }
        });
    }

    private void forwardInChunks(CellWeights weights, Sequence x) {
        int chunk = Chunks.steps(x.batch());
        for (int t = 0; t < x.time(); t++) {
            if (t % chunk == 0) {
                int count = Math.min(chunk, x.time() - t);
                weights.input(x.slice(t, count).asMatrix(), z.slice(t, count).asMatrix());
            }
            cell.forward(weights.kernels(), weights, steps[0][t]);
        }
    }

    /**
     * Runs the first steps.
     *
     * @param weights the cell's, packed for {@link CellWeights.InputKind#ONE_HOT}
     * @param ids index of the one of sequence i at time t at {@code t*batch + i}
     * @param count number of steps
     * @throws IndexOutOfBoundsException for an index that is not below I
     */
    public void forward(CellWeights weights, int[] ids, int count) {
        bands.share(weights.kernels(), band -> {
            for (int t = 0; t < count; t++) {
                weights.input(ids, t * bands.batch() + bands.begin(band), steps[band][t].z());
                cell.forward(weights.kernels(), weights, steps[band][t]);
            }
        });
    }

    /**
     * How the batch is cut.
     *
     * @return its bands
     */
    public Bands bands() {
        return bands;
    }

    /**
     * One step of one band.
     *
     * @param band number of the band
     * @param t its time, from 0
     * @return its views
     */
    public StepTrace step(int band, int t) {
        return steps[band][t];
    }

    /**
     * The equations of the layer.
     *
     * @return its cell
     */
    public Cell cell() {
        return cell;
    }

    /**
     * Steps as one, for work on all their rows at once.
     *
     * @param from first time
     * @param count number of steps
     * @return views of count*batch rows
     */
    public StepTrace steps(int from, int count) {
        return new StepTrace(cell, z.slice(from, count).asMatrix(), saved.slice(from, count).asMatrix(),
                a.slice(from, count).asMatrix(), c.slice(from, count).asMatrix(), a.slice(from + 1, count).asMatrix(),
                c.slice(from + 1, count).asMatrix());
    }

    /**
     * The hidden state between two steps.
     *
     * @param t number of steps before it, 0 to time
     * @return batch x H
     */
    public Matrix hidden(int t) {
        return a.at(t);
    }

    /**
     * The memory cell between two steps.
     *
     * @param t number of steps before it, 0 to time
     * @return batch x H, or batch x 0 for a cell that has none
     */
    public Matrix memory(int t) {
        return c.at(t);
    }
}
