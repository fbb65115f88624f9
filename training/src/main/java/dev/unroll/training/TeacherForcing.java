package dev.unroll.training;

/**
 * With which probability a step reads what the data has as the token before it, its teacher's word, rather than a token that
 * the network itself drew after the steps before: ε_i, which falls as training goes on, so that a network that will feed itself learns
 * to go on from its own words. Source: Bengio, Vinyals, Jaitly and Shazeer, "Scheduled sampling for sequence prediction with
 * recurrent neural networks", 2015.
 */
public sealed interface TeacherForcing {
    /**
     * ε_i.
     *
     * @param i number of the training's step, from 0
     * @return 0 to 1
     */
    double probability(long i);

    /** ε_i = 1: every step reads what the data has. */
    record Always() implements TeacherForcing {
        @Override
        public double probability(long i) {
            return 1;
        }
    }

    /**
     * ε_i = max(least, 1 - i/steps).
     *
     * @param steps after which it would be 0
     * @param least 0 to below 1
     */
    record Linear(long steps, double least) implements TeacherForcing {
        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException where a number is out of its range
         */
        public Linear {
            Settings.atLeast("linear teacher forcing", "steps", steps, 1);
            Settings.fraction("linear teacher forcing", "least", least);
        }

        @Override
        public double probability(long i) {
            return Math.max(least, 1 - (double) i / (double) steps);
        }
    }

    /**
     * ε_i = k^i.
     *
     * @param k 0 to below 1; at 0 only the first step of training has a teacher
     */
    record Exponential(double k) implements TeacherForcing {
        /**
         * Checks the setting.
         *
         * @throws IllegalArgumentException where it is out of its range
         */
        public Exponential {
            Settings.fraction("exponential teacher forcing", "k", k);
        }

        @Override
        public double probability(long i) {
            return Math.pow(k, (double) i);
        }
    }

    /**
     * ε_i = k/(k + exp(i/k)): near 1 for long, a half at i = k*ln k, then near 0.
     *
     * @param k 1 or more
     */
    record InverseSigmoid(double k) implements TeacherForcing {
        /**
         * Checks the setting.
         *
         * @throws IllegalArgumentException where it is out of its range
         */
        public InverseSigmoid {
            if (!(k >= 1 && k < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "inverse sigmoid teacher forcing: k is %s; wanted 1 or more".formatted(k));
            }
        }

        @Override
        public double probability(long i) {
            return k / (k + Math.exp((double) i / k));
        }
    }
}
