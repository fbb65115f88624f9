package dev.unroll.training;

import dev.unroll.cells.CellStep;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.StepGradient;
import dev.unroll.cells.StepTrace;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.LayerTrace;
import dev.unroll.models.Schedule;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * Backpropagation through time of one way of a layer: from the gradients of its hidden states, step by step from the last to
 * the first, da_t = dy_t + (what a step later sent back); then the gradients of the weights, each one product over all steps.
 *
 * <p>A sequence that is over when others go on takes no part until its own last step. Source: Werbos, "Backpropagation
 * through time: what it does and how to do it", 1990.
 */
final class LayerBackward {
    private LayerTrace trace;
    private final StepGradient state;
    /** Views of the state by band and step, for one schedule. */
    private StepGradient[][] views = {};
    private Schedule schedule;

    /** Told of dL/da_t of some sequences, on the thread that goes back through them. */
    @FunctionalInterface
    interface Watcher {
        void onState(int t, Matrix da);
    }

    /**
     * Takes the memory.
     *
     * @param trace the layer's forward run
     * @param arena owner of the memory
     * @param batch sequences side by side
     */
    LayerBackward(LayerTrace trace, Arena arena, int batch) {
        this.trace = trace;
        this.state = trace.dropsRecurrent()
                ? StepGradient.split(trace.cell(), arena, batch)
                : StepGradient.whole(trace.cell(), arena, batch);
    }

    /**
     * Goes back through another run from now on.
     *
     * @param other of the same layer and batch
     */
    void bind(LayerTrace other) {
        trace = other;
    }

    /**
     * The gradients of the state by way of time: what follows the last step sends them in, and after {@link #backward} they
     * are those of the state before the first step.
     *
     * @return da and dc, a row a sequence by {@link Schedule#order}
     */
    StepGradient state() {
        return state;
    }

    /**
     * Goes back through all steps of the trace's last run, and adds the gradients of all weights but W_ax. The trace holds
     * dz afterwards.
     *
     * @param weights the cell's, packed for training
     * @param dy the gradients of the hidden states by way of what reads them, in the order of the schedule's rows
     * @param gradient of the cell's parameters, added to
     * @param watcher told of each da_t
     * @return all steps as one
     */
    StepTrace backward(CellWeights weights, Matrix dy, Parameters gradient, Watcher watcher) {
        Kernels kernels = weights.kernels();
        cut();
        schedule.share(kernels, band -> backward(weights, dy, band, watcher));
        StepTrace steps = trace.steps(kernels);
        trace.cell().addGradient(kernels, steps, gradient);
        return steps;
    }

    private void cut() {
        if (schedule == trace.schedule()) {
            return;
        }
        schedule = trace.schedule();
        views = new StepGradient[schedule.bands()][];
        for (int band = 0; band < views.length; band++) {
            views[band] = new StepGradient[schedule.time(band)];
            for (int t = 0; t < views[band].length; t++) {
                int count = schedule.count(band, t);
                boolean isSame = t > 0 && count == schedule.count(band, t - 1);
                views[band][t] = isSame ? views[band][t - 1] : state.rows(schedule.begin(band), count);
            }
        }
    }

    /** The sequences of a band, whose steps hold dz afterwards. */
    private void backward(CellWeights weights, Matrix dy, int band, Watcher watcher) {
        Kernels kernels = weights.kernels();
        for (int t = schedule.time(band) - 1; t >= 0; t--) {
            StepGradient back = views[band][t];
            CellStep step = trace.step(band, t);
            kernels.addScaled(1, dy.rows(schedule.row(band, t), schedule.count(band, t)), back.a());
            watcher.onState(t, back.a());
            step.backward(kernels, weights, back);
        }
    }
}
