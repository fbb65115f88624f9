package dev.unroll.training;

import dev.unroll.models.Schedule;
import dev.unroll.training.Loss.CrossEntropy;

/**
 * Which rows of a block of steps have a loss, where their targets stand in the window, and how much each counts. Made once
 * for a block, and found anew for every one.
 */
final class LossRows {
    private final Loss loss;
    private final int[] rows;
    private final int[] sources;
    private int count;
    private boolean isTogether;

    LossRows(Loss loss, int most) {
        this.loss = loss;
        this.rows = new int[most];
        this.sources = new int[most];
    }

    /**
     * Finds the rows of a block.
     *
     * @param schedule where the block's steps lie
     * @param window whose targets they are
     * @param begin the block's first step, counted from the window's; negative where it begins before
     * @param firstSequence the window's, which is the block's first
     */
    void find(Schedule schedule, Window window, int begin, int firstSequence) {
        int batch = schedule.lengths().batch();
        count = 0;
        isTogether = true;
        for (int row = 0; row < schedule.size(); row++) {
            int step = schedule.padded()[row];
            int t = begin + step / batch;
            int source = t * window.batch() + firstSequence + step % batch;
            if (t >= 0 && counts(loss, window, source)) {
                isTogether &= count == 0 || rows[count - 1] == row - 1;
                rows[count] = row;
                sources[count] = source;
                count++;
            }
        }
    }

    /** Whether a step of a window, not behind its sequence's end, has a loss. */
    private static boolean counts(Loss loss, Window window, int source) {
        if (loss instanceof CrossEntropy entropy) {
            int wanted = window.classes()[source];
            if (wanted == Window.NONE || wanted == entropy.ignored()) {
                return false;
            }
        }
        return window.weights()[source] != 0;
    }

    /**
     * Σ w over the steps of a window that have a loss; NaN where a weight is.
     *
     * @throws IllegalArgumentException for a negative weight
     */
    static double weight(Loss loss, Window window) {
        double sum = 0;
        for (int t = 0; t < window.count(); t++) {
            for (int i = 0; i < window.batch(); i++) {
                int source = t * window.batch() + i;
                if (t < window.lengths()[i] && counts(loss, window, source)) {
                    if (window.weights()[source] < 0) {
                        throw new IllegalArgumentException(
                                "window: the weight of step %d of sequence %d is %s; wanted 0 or more"
                                        .formatted(t, i, window.weights()[source]));
                    }
                    sum += window.weights()[source];
                }
            }
        }
        return sum;
    }

    int count() {
        return count;
    }

    /** Row of each in the block's schedule. */
    int[] rows() {
        return rows;
    }

    /** Step of each in the window, t*batch + i. */
    int[] sources() {
        return sources;
    }

    /** Whether the rows follow one another without a gap. */
    boolean isTogether() {
        return isTogether;
    }
}
