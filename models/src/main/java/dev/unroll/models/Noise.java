package dev.unroll.models;

import java.util.OptionalLong;

/**
 * What a run drops and keeps, see {@link Regularization}: drawn from a seed, or the mean of what may be drawn. Each row is
 * drawn for itself, so that a window that is run part by part is disturbed as if it were run at once.
 *
 * @param seed what is drawn from; none for the mean
 * @param first which row of its window, t*batch + i, is the run's first
 */
public record Noise(OptionalLong seed, long first) {
    /** The mean, as in use. */
    public static final Noise MEAN = new Noise(OptionalLong.empty(), 0);

    /**
     * Of a window's first step.
     *
     * @param seed what is drawn from
     * @return the noise
     */
    public static Noise of(long seed) {
        return new Noise(OptionalLong.of(seed), 0);
    }

    /**
     * The noise of a later part of a window.
     *
     * @param row of the window, t*batch + i, with which the part begins
     * @return the noise
     */
    public Noise from(long row) {
        return new Noise(seed, row);
    }
}
