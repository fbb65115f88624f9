package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Head;
import dev.unroll.models.HeadRows;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.Schedule;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * From the last layer's output through the head to the losses of a block of steps, and back: z = W_y·a + b_y for the rows
 * that have a loss, and no others. Made once for a number of rows.
 */
final class HeadLoss {
    private final NetworkWeights weights;
    private final Kernels kernels;
    private final Loss loss;
    private final Arena arena;
    private final LossRows rows;
    private final HeadRows read;
    private final int most;
    private final Matrix logits;
    private final Matrix losses;
    private final Matrix scales;
    private final Matrix values;
    private final int[] classes;
    /** The outputs that have a loss, brought together where they do not lie so. */
    private Optional<Matrix> together = Optional.empty();
    private Matrix top;
    private Schedule schedule;

    HeadLoss(NetworkWeights weights, Loss loss, Arena arena, int most) {
        int outputSize = weights.architecture().head().outputSize();
        boolean hasClasses = loss.target() == Loss.Target.CLASS;
        this.weights = weights;
        this.kernels = weights.kernels();
        this.loss = loss;
        this.arena = arena;
        this.rows = new LossRows(loss, most);
        this.read = new HeadRows(weights.architecture(), kernels);
        this.most = most;
        this.logits = Matrix.allocate(arena, most, outputSize);
        this.losses = Matrix.allocate(arena, most, 1);
        this.scales = Matrix.allocate(arena, most, 1);
        this.values = Matrix.allocate(arena, hasClasses ? 0 : most, outputSize);
        this.classes = new int[hasClasses ? most : 0];
    }

    /**
     * The losses of a block that has been run.
     *
     * @param trace the block
     * @param window whose targets are wanted
     * @param begin the block's first step, counted from the window's
     * @param firstSequence the window's, which is the block's first
     * @param scale what the gradients are multiplied with, beside each step's weight
     * @return Σ w_i*L_i
     */
    double forward(NetworkTrace trace, Window window, int begin, int firstSequence, double scale) {
        rows.find(trace.stack().schedule(), window, begin, firstSequence);
        int count = rows.count();
        if (count == 0) {
            return 0;
        }
        Matrix outputs = trace.outputRows();
        schedule = trace.stack().schedule();
        if (!read.areOutputs()) {
            checkLast();
        }
        if (isInPlace()) {
            top = outputs.rows(rows.rows()[0], count);
        } else {
            top = together().rows(0, count);
            read.gather(schedule, outputs, rows.rows(), top);
        }
        weights.head(top, logits());
        return losses(window, scale);
    }

    private double losses(Window window, double scale) {
        int count = rows.count();
        for (int i = 0; i < count; i++) {
            scales.set(i, 0, (float) (scale * window.weights()[rows.sources()[i]]));
        }
        if (loss.target() == Loss.Target.CLASS) {
            for (int i = 0; i < count; i++) {
                classes[i] = window.classes()[rows.sources()[i]];
            }
        } else {
            kernels.gatherRows(window.values().asMatrix(), rows.sources(), 0, values());
        }
        loss.backward(kernels, logits(), new Loss.Targets(classes, 0, values()), scales.rows(0, count),
                losses.rows(0, count));
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) window.weights()[rows.sources()[i]] * losses.get(i, 0);
        }
        return sum;
    }

    /**
     * Goes back from the losses, and adds the gradients of the head.
     *
     * @param dy the gradient of the last layer's output, a row a row of the block's schedule, written
     * @param gradient of the network's parameters, added to
     */
    void backward(Matrix dy, Parameters gradient) {
        if (rows.count() < dy.rows() || !read.areOutputs()) {
            dy.fill(0);
        }
        if (rows.count() == 0) {
            return;
        }
        Matrix dlogits = logits();
        kernels.addMultiplyTransA(dlogits, top, gradient.get(weights.architecture().head().weight()));
        kernels.addSumOfRows(dlogits, gradient.get(Head.BIAS));
        if (isInPlace()) {
            weights.headBackward(dlogits, dy.rows(rows.rows()[0], rows.count()));
        } else {
            weights.headBackward(dlogits, top);
            read.scatterAdd(schedule, top, rows.rows(), dy);
        }
    }

    private void checkLast() {
        int batch = schedule.lengths().batch();
        for (int i = 0; i < rows.count(); i++) {
            int step = schedule.padded()[rows.rows()[i]];
            int last = schedule.lengths().length(step % batch) - 1;
            if (step / batch != last) {
                throw new IllegalArgumentException(
                        "loss: a target at step %d of sequence %d, and the head reads its last step, %d; wanted targets"
                                .formatted(step / batch, step % batch, last) + " there alone");
            }
        }
    }

    private boolean isInPlace() {
        return rows.isTogether() && read.areOutputs();
    }

    private Matrix logits() {
        return logits.rows(0, rows.count());
    }

    private Matrix values() {
        return values.rows(0, Math.min(values.rows(), rows.count()));
    }

    private Matrix together() {
        if (together.isEmpty()) {
            together = Optional.of(Matrix.allocate(arena, most, weights.architecture().head().inputSize()));
        }
        return together.get();
    }
}
