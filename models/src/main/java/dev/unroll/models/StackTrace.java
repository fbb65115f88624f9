package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import dev.unroll.tensor.Sequence;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A stack over a batch of sequences, as {@link StackRun}, and what its run leaves for whoever goes backwards. Made once for
 * (stack, time, batch) and used at every window; one user at a time.
 */
public final class StackTrace {
    private final StackFlow flow;
    private boolean isFresh;

    /**
     * Takes the memory.
     *
     * @param weights the stack's
     * @param arena owner of the memory; a shared or an automatic one where the kernels have more than one thread
     * @param time most steps of a sequence
     * @param batch sequences side by side
     * @throws IllegalArgumentException where time or batch is below 1, or time*batch past 2^31
     */
    public StackTrace(StackWeights weights, Arena arena, int time, int batch) {
        this(weights, arena, time, batch, weights.kernels().threads());
    }

    /**
     * Takes the memory, for a run by fewer threads than the kernels have.
     *
     * @param weights the stack's
     * @param arena owner of the memory; a shared or an automatic one where the kernels have more than one thread
     * @param time most steps of a sequence
     * @param batch sequences side by side
     * @param threads into bands for how many the batch is cut
     * @throws IllegalArgumentException where time, batch or threads is below 1, or time*batch past 2^31
     */
    public StackTrace(StackWeights weights, Arena arena, int time, int batch, int threads) {
        Sizes.check("stack", "threads", threads);
        this.flow = new StackFlow(weights, arena, time, batch, threads,
                (layer, rows) -> new LayerTrace(layer, arena, time, batch),
                (layer, rows) -> layer.regularization().dropsOutput()
                        ? Optional.of(new OutputDropout(layer.regularization(), arena, rows, layer.outputSize()))
                        : Optional.empty());
    }

    /**
     * Runs the stack on the mean of what would be dropped and kept, as in use.
     *
     * @param x [time][batch][n_x], not read behind a sequence's end
     * @param lengths of the sequences
     * @throws IllegalArgumentException where x has more time, or another batch or feature size, or the lengths are of
     *     others
     */
    public void forward(Sequence x, Lengths lengths) {
        forward(x, lengths, Noise.MEAN);
    }

    /**
     * Runs the stack.
     *
     * @param x [time][batch][n_x], not read behind a sequence's end
     * @param lengths of the sequences
     * @param noise what is dropped and kept
     * @throws IllegalArgumentException where x has more time, or another batch or feature size, or the lengths are of
     *     others
     */
    public void forward(Sequence x, Lengths lengths, Noise noise) {
        isFresh = false;
        flow.bind(x, lengths);
        disturb(noise);
        flow.forward();
        isFresh = true;
    }

    /**
     * Runs the stack over one-hot input.
     *
     * @param ids index of the one of sequence i at time t at t*batch + i, not read behind a sequence's end
     * @param lengths of the sequences
     * @param noise what is dropped and kept
     * @throws IllegalArgumentException where the lengths have more time or another batch, or there are fewer indices
     * @throws IndexOutOfBoundsException for an index that is not below n_x
     */
    public void forward(int[] ids, Lengths lengths, Noise noise) {
        isFresh = false;
        flow.bind(lengths);
        if (ids.length < lengths.time() * lengths.batch()) {
            throw new IllegalArgumentException(
                    "stack: %d indices for lengths %s; wanted %d".formatted(ids.length, lengths,
                            lengths.time() * lengths.batch()));
        }
        disturb(noise);
        flow.forward(ids);
        isFresh = true;
    }

    private void disturb(Noise noise) {
        boolean isDrawn = noise.seed().isPresent();
        SplittableRandom seeds = new SplittableRandom(noise.seed().orElse(0));
        for (int i = 0; i < flow.size(); i++) {
            LayerFlow layer = flow.layer(i);
            if (layer.layer().regularization().equals(Regularization.NONE)) {
                continue;
            }
            for (Way way : layer.layer().direction().ways()) {
                if (isDrawn) {
                    layer(i, way).draw(seeds, noise.first());
                } else {
                    layer(i, way).takeMean();
                }
            }
            if (isDrawn) {
                layer.draw(seeds, noise.first());
            } else {
                layer.takeMean();
            }
        }
    }

    /**
     * Gives the state that each sequence has after some steps of the last run, or after its last if it has fewer.
     *
     * @param steps 0 to the run's time
     * @param to of the same stack and batch, written; the state of what goes backward is zero there
     * @throws IllegalStateException where nothing has been run
     */
    public void copyState(int steps, StackState to) {
        Objects.checkIndex(steps, schedule().lengths().time() + 1);
        for (int i = 0; i < flow.size(); i++) {
            for (Way way : flow.layer(i).layer().direction().ways()) {
                if (way == Way.FORWARD) {
                    layer(i, way).copyState(flow.weights().kernels(), steps, to.at(i, way));
                } else {
                    to.at(i, way).clear();
                }
            }
        }
    }

    /**
     * Gives the last run to who goes back through it, which overwrites what it has left.
     *
     * @throws IllegalStateException where nothing has been run since that was done last
     */
    public void takeRun() {
        if (!isFresh) {
            throw new IllegalStateException("backward: nothing has been run forward, or it has been gone back through;"
                    + " wanted a run for each");
        }
        isFresh = false;
    }

    /**
     * Most steps of a sequence.
     *
     * @return time
     */
    public int time() {
        return flow.time();
    }

    /**
     * Sequences side by side.
     *
     * @return batch
     */
    public int batch() {
        return flow.batch();
    }

    /**
     * The output of the last run.
     *
     * @return y, [time][batch][n_y], 0 behind a sequence's end: this object's memory, overwritten by the next run
     */
    public Sequence output() {
        return flow.output();
    }

    /**
     * The output of the last run, a row a step of a sequence.
     *
     * @return y in the order of {@link #schedule}
     */
    public Matrix outputRows() {
        return flow.layer(flow.size() - 1).output();
    }

    /**
     * Where the rows of the last run lie.
     *
     * @return its schedule forward
     */
    public Schedule schedule() {
        return flow.schedule();
    }

    /**
     * The state: where the next run begins, and where the last one ended. Zero at first.
     *
     * @return the state itself, to be read and written between runs
     */
    public StackState state() {
        return flow.state();
    }

    /**
     * One way of a layer.
     *
     * @param i number of the layer, from the input up
     * @param way which of its ways
     * @return its states and activations
     */
    public LayerTrace layer(int i, Way way) {
        return (LayerTrace) flow.layer(i).memory(way);
    }

    /**
     * What one way of a layer read.
     *
     * @param i number of the layer, from the input up
     * @param way which of its ways
     * @return x, in the order of that way's rows; of no use for one-hot input
     */
    public Matrix input(int i, Way way) {
        return flow.layer(i).input(way);
    }

    /**
     * The one-hot input of one way of the first layer.
     *
     * @param way which of its ways
     * @return indices in the order of that way's rows
     */
    public int[] ids(Way way) {
        return flow.layer(0).ids(way);
    }

    /**
     * Takes a gradient back through a layer's dropout.
     *
     * @param i number of the layer, from the input up
     * @param dy in: the gradient of its output; out: of its output before dropout
     */
    public void dropBackward(int i, Matrix dy) {
        flow.layer(i).dropBackward(dy);
    }

    /**
     * The weights it runs with.
     *
     * @return the packed weights
     */
    public StackWeights weights() {
        return flow.weights();
    }
}
