package dev.unroll.cli;

import dev.unroll.training.Training;
import dev.unroll.training.TrainingListener;
import dev.unroll.training.TrainingStep;

/** The time that steps take, and not what is done between them: first of the listeners, its {@link #end} the last. */
final class Pace implements TrainingListener {
    private long since;
    private double newest;
    private double seconds;
    private long tokens;

    @Override
    public void onStep(Training training, TrainingStep step) {
        double took = Math.max(1, System.nanoTime() - since) * 1e-9;
        newest = step.steps() / took;
        seconds += took;
        tokens += step.steps();
    }

    /** A step begins. */
    void begin() {
        since = System.nanoTime();
    }

    /** The listener behind all others. */
    TrainingListener end() {
        return (_, _) -> begin();
    }

    /** Tokens a second of the newest step. */
    double newest() {
        return newest;
    }

    /** Seconds of all steps of this run. */
    double seconds() {
        return seconds;
    }

    /** Tokens of all steps of this run. */
    long tokens() {
        return tokens;
    }

    /** Tokens a second of this run, 0 before its first step. */
    double mean() {
        return seconds == 0 ? 0 : tokens / seconds;
    }
}
