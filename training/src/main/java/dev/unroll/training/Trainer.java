package dev.unroll.training;

import dev.unroll.models.Network;

/**
 * How to train: an immutable set of settings, each with a default, for a network to begin from.
 *
 * <pre>{@code
 * Network trained = Trainer.of(network).optimizer(Adam.of(2e-3)).truncatedBptt(50).clipNorm(5).fit(tokens, 1000, step -> {});
 * }</pre>
 *
 * @param network whose weights it begins from; it stays as it is
 * @param optimizer how gradients change weights
 * @param bptt how far they flow back
 * @param batch streams side by side
 * @param clipNorm largest global norm of a gradient, infinite for no clipping
 * @param seed of what dropout and zoneout draw, see {@link dev.unroll.models.Regularization}
 */
public record Trainer(Network network, Optimizer optimizer, TruncatedBptt bptt, int batch, double clipNorm, long seed) {
    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException where the batch is below 1, or the norm not above 0
     */
    public Trainer {
        Settings.atLeast("trainer", "batch", batch, 1);
        if (!(clipNorm > 0)) {
            throw new IllegalArgumentException("trainer: clipNorm is %s; wanted above 0".formatted(clipNorm));
        }
    }

    /**
     * The defaults: Adam at 0.002, windows of 50, 32 streams, clipping at 5.
     *
     * @param network whose weights it begins from
     * @return the settings
     */
    public static Trainer of(Network network) {
        return new Trainer(network, Adam.of(0.002), new TruncatedBptt(50, 50), 32, 5, 1);
    }

    /**
     * With another optimiser.
     *
     * @param other the optimiser
     * @return new settings
     */
    public Trainer optimizer(Optimizer other) {
        return new Trainer(network, other, bptt, batch, clipNorm, seed);
    }

    /**
     * With windows of another length, the gradient cut at their begin.
     *
     * @param time k1 = k2
     * @return new settings
     */
    public Trainer truncatedBptt(int time) {
        return truncatedBptt(time, time);
    }

    /**
     * With another truncation.
     *
     * @param k1 steps between two updates
     * @param k2 steps that a loss flows back through at most
     * @return new settings
     */
    public Trainer truncatedBptt(int k1, int k2) {
        return new Trainer(network, optimizer, new TruncatedBptt(k1, k2), batch, clipNorm, seed);
    }

    /**
     * With another number of streams side by side.
     *
     * @param streams m
     * @return new settings
     */
    public Trainer batch(int streams) {
        return new Trainer(network, optimizer, bptt, streams, clipNorm, seed);
    }

    /**
     * With another bound on the gradient's global norm.
     *
     * @param norm the bound, infinite for none
     * @return new settings
     */
    public Trainer clipNorm(double norm) {
        return new Trainer(network, optimizer, bptt, batch, norm, seed);
    }

    /**
     * With another seed of what dropout and zoneout draw.
     *
     * @param number the seed
     * @return new settings
     */
    public Trainer seed(long number) {
        return new Trainer(network, optimizer, bptt, batch, clipNorm, number);
    }

    /**
     * Begins a training, which its caller steps.
     *
     * @param tokens the text, as indices of the network's tokens
     * @return the training, before its first step; the caller closes it
     * @throws IllegalArgumentException where the text is shorter than a window of all streams, the network reads
     *     features, or one of its layers goes backward and so would see what it is to predict
     */
    public Training start(int[] tokens) {
        return new Training(this, tokens);
    }

    /**
     * Trains for a number of steps.
     *
     * @param tokens the text, as indices of the network's tokens
     * @param steps how many
     * @param listener told of each
     * @return a new network with the trained weights, on the kernels of the old one
     * @throws IllegalArgumentException as {@link #start}
     */
    public Network fit(int[] tokens, long steps, TrainingListener listener) {
        try (Training training = start(tokens)) {
            while (training.steps() < steps) {
                listener.onStep(training.step());
            }
            return training.network();
        }
    }
}
