package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.StepTrace;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Bands;
import dev.unroll.models.LayerTrace;
import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;

/**
 * Backpropagation through time of one layer: from the gradients of its hidden states, step by step from the last to the
 * first, da_t = dy_t + (what a step later sent back); then the gradients of weights and inputs, each one product over all
 * steps.
 *
 * <p>Source: Werbos, "Backpropagation through time: what it does and how to do it", 1990.
 */
public final class LayerBackward {
    private final LayerTrace trace;
    private final Sequence dy;
    private final Matrix da;
    private final Matrix dc;
    private final Matrix scratch;

    /**
     * Takes the memory.
     *
     * @param trace the layer's forward run
     * @param arena owner of the memory
     * @param time most steps of a window
     */
    public LayerBackward(LayerTrace trace, Arena arena, int time) {
        Cell cell = trace.cell();
        int batch = trace.bands().batch();
        this.trace = trace;
        this.dy = Sequence.allocate(arena, time, batch, cell.hiddenSize());
        this.da = Matrix.allocate(arena, batch, cell.hiddenSize());
        this.dc = Matrix.allocate(arena, batch, cell.memorySize());
        this.scratch = Matrix.allocate(arena, batch, cell.hiddenSize());
    }

    /**
     * The gradients of the hidden states by way of what reads them, a layer or a head: for the caller to fill.
     *
     * @return dy, [time][batch][H]
     */
    public Sequence dy() {
        return dy;
    }

    /**
     * The gradient of the hidden state by way of time: what follows the last step sends it in, and after {@link #backward}
     * it is the gradient of the state before the first step.
     *
     * @return da, batch x H
     */
    public Matrix da() {
        return da;
    }

    /**
     * The same of the memory cell.
     *
     * @return dc, batch x H, or batch x 0 for a cell that has none
     */
    public Matrix dc() {
        return dc;
    }

    /**
     * Goes back through the first steps of the window, from {@link #dy}, {@link #da} and {@link #dc}, and adds the
     * gradients of the recurrent weights and of the bias. The trace holds dz afterwards.
     *
     * @param kernels who computes
     * @param weights the cell's, packed for training
     * @param count number of steps
     * @param gradient of the cell's parameters, added to
     */
    public void backward(Kernels kernels, CellWeights weights, int count, Parameters gradient) {
        Cell cell = trace.cell();
        StepTrace steps = trace.steps(0, count);
        trace.bands().share(kernels, band -> backward(kernels, weights, count, band));
        kernels.addSumOfRows(steps.z(), gradient.get(Cell.BIAS));
        cell.addRecurrentGradient(kernels, steps, gradient);
    }

    /** The sequences of a band, whose steps hold dz afterwards. */
    private void backward(Kernels kernels, CellWeights weights, int count, int band) {
        Bands bands = trace.bands();
        Matrix daBand = bands.of(band, da);
        Matrix dcBand = bands.of(band, dc);
        Matrix scratchBand = bands.of(band, scratch);
        for (int t = count - 1; t >= 0; t--) {
            kernels.addScaled(1, bands.of(band, dy.at(t)), daBand);
            trace.cell().backward(kernels, weights, trace.step(band, t), daBand, dcBand, scratchBand);
        }
    }
}
