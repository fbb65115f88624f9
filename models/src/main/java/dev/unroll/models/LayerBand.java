package dev.unroll.models;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.StepTrace;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;

/**
 * The sequences of one band through a layer: the input part W_ax·x + b is one product for several steps, the recurrent part
 * goes step by step.
 */
final class LayerBand {
    private final CellWeights weights;
    private final int chunk;
    /** Views of x, step by step. */
    private final Matrix[] x;
    /** What the input products read: several steps of x where these lie together, else a copy of them. */
    private final Matrix[] inputs;
    private final Matrix[] inputParts;
    /** Where the step at the same place in each chunk is copied to; empty where nothing need be copied. */
    private final Matrix[] copies;
    private final StepTrace[] steps;
    private final Matrix hidden;

    LayerBand(CellWeights weights, Arena arena, Sequence x, Sequence y, Matrix hidden, Matrix memory, Bands bands,
            int band) {
        Cell cell = weights.cell();
        int time = x.time();
        int batch = bands.of(band, hidden).rows();
        this.weights = weights;
        this.hidden = bands.of(band, hidden);
        this.chunk = Math.clamp(Chunks.steps(batch), 1, Math.max(1, time));
        Matrix memoryBand = bands.of(band, memory);
        Sequence z = Sequence.allocate(arena, chunk, batch, cell.gates() * cell.hiddenSize());
        Matrix saved = Matrix.allocate(arena, batch, cell.savedSize());
        this.x = new Matrix[time];
        this.steps = new StepTrace[time];
        for (int t = 0; t < time; t++) {
            this.x[t] = bands.of(band, x.at(t));
            Matrix a = t == 0 ? this.hidden : steps[t - 1].aNext();
            steps[t] = new StepTrace(cell, z.at(t % chunk), saved, a, memoryBand, bands.of(band, y.at(t)), memoryBand);
        }
        boolean apart = bands.count() > 1 && chunk > 1;
        Sequence copy = Sequence.allocate(arena, apart ? chunk : 0, batch, x.feature());
        this.copies = new Matrix[copy.time()];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = copy.at(i);
        }
        int chunks = (time + chunk - 1) / chunk;
        this.inputs = new Matrix[chunks];
        this.inputParts = new Matrix[chunks];
        for (int i = 0; i < chunks; i++) {
            int count = Math.min(chunk, time - i * chunk);
            inputs[i] = apart ? copy.slice(0, count).asMatrix() : bands.of(band, x.slice(i * chunk, count).asMatrix());
            inputParts[i] = z.slice(0, count).asMatrix();
        }
    }

    /** From the hidden state before the first step to that behind the last. */
    void forward() {
        for (int t = 0; t < steps.length; t++) {
            if (chunk == 1) {
                weights.cell().forward(weights.kernels(), weights, x[t], steps[t]);
                continue;
            }
            if (t % chunk == 0) {
                input(t);
            }
            weights.cell().forward(weights.kernels(), weights, steps[t]);
        }
        if (steps.length > 0) {
            hidden.copyFrom(steps[steps.length - 1].aNext());
        }
    }

    /** The input part of the steps from t on. */
    private void input(int t) {
        for (int i = 0; i < copies.length && t + i < x.length; i++) {
            copies[i].copyFrom(x[t + i]);
        }
        weights.input(inputs[t / chunk], inputParts[t / chunk]);
    }
}
