package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A stack over a batch of sequences, forwards only: y = layer_L(... layer_1(x)), from a state that is kept from run to run.
 *
 * <p>Behind a sequence's end its output is 0 and its state stays; what stands there in x, NaN too, reaches nothing. A layer
 * that goes backward begins at each sequence's own end. Memory is taken once, for the longest sequences that are to come.
 * A second thread that comes in meanwhile gets an {@link IllegalStateException}.
 */
public final class StackRun {
    private final StackFlow flow;
    private final AtomicBoolean busy = new AtomicBoolean();
    private Lengths full;

    /**
     * Takes the memory.
     *
     * @param weights the stack's
     * @param arena owner of the memory; a shared or an automatic one where the kernels have more than one thread
     * @param time most steps of a sequence
     * @param batch sequences side by side
     * @throws IllegalArgumentException where time or batch is below 1, or time*batch past 2^31
     */
    public StackRun(StackWeights weights, Arena arena, int time, int batch) {
        int bands = Schedule.bands(batch, weights.kernels().threads());
        this.full = Lengths.full(Math.max(0, time), Math.max(0, batch));
        this.flow = new StackFlow(weights, arena, time, batch, weights.kernels().threads(),
                (layer, rows) -> new WorkingMemory(layer, arena,
                        Matrix.allocate(arena, rows, layer.cell().hiddenSize()), batch, bands),
                (layer, rows) -> Optional.empty());
    }

    /**
     * Runs sequences that fill their time.
     *
     * @param x [time][batch][n_x]
     * @return y, [time][batch][n_y]: this object's memory, or overwritten by the next run
     * @throws IllegalArgumentException where x has more time, or another batch or feature size, or is what a run has
     *     returned
     * @throws IllegalStateException where another thread is in it, or memory is closed
     */
    public Sequence forward(Sequence x) {
        if (full.time() != x.time()) {
            full = Lengths.full(x.time(), full.batch());
        }
        return forward(x, full);
    }

    /**
     * Runs sequences of different lengths.
     *
     * @param x [time][batch][n_x], not read behind a sequence's end
     * @param lengths of the sequences
     * @return y, [time][batch][n_y], 0 behind a sequence's end: this object's memory, overwritten by the next run
     * @throws IllegalArgumentException where x has more time, or another batch or feature size, or the lengths are of
     *     others, or x is what a run has returned
     * @throws IllegalStateException where another thread is in it, or memory is closed
     */
    public Sequence forward(Sequence x, Lengths lengths) {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("stack: another thread is in this run; wanted one at a time");
        }
        try {
            flow.bind(x, lengths);
            flow.forward();
            return flow.output();
        } finally {
            busy.set(false);
        }
    }

    /**
     * The state: where the next run begins, and where the last one ended. Zero at first; a layer that goes backward begins
     * with its own state at the sequences' ends.
     *
     * @return the state itself, to be read and written between runs
     */
    public StackState state() {
        return flow.state();
    }
}
