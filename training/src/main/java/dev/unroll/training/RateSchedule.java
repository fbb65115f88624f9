package dev.unroll.training;

/**
 * How the learning rate changes: α_t = α*factor(t), α the optimiser's own. A schedule has settings and no state; what it has
 * seen of the evaluations is a {@link Plateau}.
 */
public sealed interface RateSchedule {
    /**
     * The factor of a step.
     *
     * @param step number of the step, from 1
     * @param seen what the evaluations before it were
     * @return 0 or more
     */
    double factor(long step, Plateau seen);

    /**
     * Takes the loss of an evaluation.
     *
     * @param seen what the evaluations before it were
     * @param loss of this one; NaN is worse than any
     * @return what they are now
     */
    default Plateau observe(Plateau seen, double loss) {
        return seen;
    }

    /**
     * After a linear rise from 0: factor = t/steps, then that of this schedule, which begins at its own first step.
     *
     * @param steps of the rise
     * @return another schedule
     */
    default RateSchedule warmUp(long steps) {
        return new WarmUp(steps, this);
    }

    /** factor = 1. */
    record Constant() implements RateSchedule {
        @Override
        public double factor(long step, Plateau seen) {
            return 1;
        }
    }

    /**
     * factor = decay^floor((t - 1)/every).
     *
     * @param every steps at one rate
     * @param decay what the rate is multiplied with after them
     */
    record Step(long every, double decay) implements RateSchedule {
        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException where {@code every} is below 1, or the decay not above 0
         */
        public Step {
            Settings.atLeast("step schedule", "every", every, 1);
            Settings.positive("step schedule", "decay", decay);
        }

        @Override
        public double factor(long step, Plateau seen) {
            return Math.pow(decay, (double) Math.floorDiv(step - 1, every));
        }
    }

    /**
     * factor = decay^((t - 1)/every).
     *
     * @param every steps in which the rate is multiplied with the decay
     * @param decay by how much
     */
    record Exponential(long every, double decay) implements RateSchedule {
        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException where {@code every} is below 1, or the decay not above 0
         */
        public Exponential {
            Settings.atLeast("exponential schedule", "every", every, 1);
            Settings.positive("exponential schedule", "decay", decay);
        }

        @Override
        public double factor(long step, Plateau seen) {
            return Math.pow(decay, (step - 1) / (double) every);
        }
    }

    /**
     * factor = least + (1 - least)*(1 + cos(π*min(t - 1, steps)/steps))/2. Source: Loshchilov and Hutter, "SGDR: stochastic
     * gradient descent with warm restarts", 2017, without the restarts.
     *
     * @param steps from 1 down to the least
     * @param least factor, which stays from then on
     */
    record Cosine(long steps, double least) implements RateSchedule {
        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException where {@code steps} is below 1, or the least not in [0, 1)
         */
        public Cosine {
            Settings.atLeast("cosine schedule", "steps", steps, 1);
            Settings.fraction("cosine schedule", "least", least);
        }

        @Override
        public double factor(long step, Plateau seen) {
            double part = Math.min(step - 1, steps) / (double) steps;
            return least + (1 - least) * (1 + Math.cos(Math.PI * part)) / 2;
        }
    }

    /**
     * factor = t/steps to step {@code steps}, then that of another schedule, whose first step is the one after.
     *
     * @param steps of the rise
     * @param then the other
     */
    record WarmUp(long steps, RateSchedule then) implements RateSchedule {
        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException where {@code steps} is below 1
         */
        public WarmUp {
            Settings.atLeast("warm-up", "steps", steps, 1);
        }

        @Override
        public double factor(long step, Plateau seen) {
            return step <= steps ? step / (double) steps * then.factor(1, seen) : then.factor(step - steps, seen);
        }

        @Override
        public Plateau observe(Plateau seen, double loss) {
            return then.observe(seen, loss);
        }
    }

    /**
     * factor = max(least, decay^n), n the number of times that the loss of {@code patience} evaluations one after the other
     * was not below (1 - threshold) times the best before them.
     *
     * @param decay what the rate is multiplied with
     * @param patience evaluations without a gain, 1 or more
     * @param threshold what counts as a gain, relative to the best
     * @param least factor
     */
    record ReduceOnPlateau(double decay, int patience, double threshold, double least) implements RateSchedule {
        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException where the decay, the threshold or the least is not in [0, 1), or the patience
         *     below 1
         */
        public ReduceOnPlateau {
            Settings.fraction("reduce on plateau", "decay", decay);
            Settings.atLeast("reduce on plateau", "patience", patience, 1);
            Settings.fraction("reduce on plateau", "threshold", threshold);
            Settings.fraction("reduce on plateau", "least", least);
        }

        /**
         * With a threshold of 1e-4 and no least factor.
         *
         * @param decay what the rate is multiplied with
         * @param patience evaluations without a gain, 1 or more
         */
        public ReduceOnPlateau(double decay, int patience) {
            this(decay, patience, 1e-4, 0);
        }

        @Override
        public double factor(long step, Plateau seen) {
            return Math.max(least, Math.pow(decay, (double) seen.reductions()));
        }

        @Override
        public Plateau observe(Plateau seen, double loss) {
            double gain = seen.best() == Double.POSITIVE_INFINITY ? 0 : threshold * Math.abs(seen.best());
            if (loss < seen.best() - gain) {
                return new Plateau(loss, 0, seen.reductions());
            }
            boolean isDue = seen.waited() + 1 >= patience;
            return new Plateau(seen.best(), isDue ? 0 : seen.waited() + 1, seen.reductions() + (isDue ? 1 : 0));
        }
    }

    /**
     * What a schedule has seen of the evaluations.
     *
     * @param best loss, infinite before the first
     * @param waited evaluations since the best, or since the rate was reduced
     * @param reductions how often the rate was reduced
     */
    record Plateau(double best, long waited, long reductions) {
        /** Before the first evaluation. */
        public static final Plateau NONE = new Plateau(Double.POSITIVE_INFINITY, 0, 0);
    }
}
