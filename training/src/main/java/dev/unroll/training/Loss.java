package dev.unroll.training;

import dev.unroll.models.Head;

/**
 * L = Σ w_i*L_i over the steps of all sequences, or its mean Σ w_i*L_i / (k*Σ w_i): how far a network's outputs are from its
 * targets. Each step has a weight w_i, 1 if nothing else is said; a step without a target, and what lies behind a sequence's
 * end, takes no part.
 */
public sealed interface Loss {
    /** What is wanted of a step. */
    enum Target {
        /** One of n_y classes. */
        CLASS,
        /** n_y numbers. */
        VALUES
    }

    /** How the losses of the steps become one. */
    enum Reduction {
        /** Σ w_i*L_i / (k*Σ w_i), where L_i has k terms: as many as there are outputs, but for a softmax one. */
        MEAN,
        /** Σ w_i*L_i. */
        SUM
    }

    /**
     * How the losses of the steps become one.
     *
     * @return mean or sum
     */
    Reduction reduction();

    /**
     * The head that its derivative is taken through: the loss reads what goes into g.
     *
     * @return the kind that a network must have
     */
    Head.Kind head();

    /**
     * What is wanted of a step.
     *
     * @return a class or values
     */
    Target target();

    /**
     * L_i = -Σ_j q_j log softmax(z_i)_j, q = (1 - ε)*onehot(class) + ε/n_y. In nats. Source of ε: Szegedy et al., "Rethinking
     * the inception architecture for computer vision", 2016.
     *
     * @param smoothing ε, 0 to 1
     * @param ignored a class that means that there is no target, such as that of padding; {@link Window#NONE} does anyway
     * @param reduction mean or sum
     */
    record CrossEntropy(double smoothing, int ignored, Reduction reduction) implements Loss {
        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException where ε is not in [0, 1)
         */
        public CrossEntropy {
            Settings.fraction("cross entropy", "smoothing", smoothing);
        }

        /**
         * Without smoothing.
         *
         * @param reduction mean or sum
         */
        public CrossEntropy(Reduction reduction) {
            this(0, Window.NONE, reduction);
        }

        /**
         * With label smoothing.
         *
         * @param epsilon ε
         * @return another loss
         */
        public CrossEntropy smoothing(double epsilon) {
            return new CrossEntropy(epsilon, ignored, reduction);
        }

        /**
         * With a class that means that there is no target.
         *
         * @param number of the class
         * @return another loss
         */
        public CrossEntropy ignoring(int number) {
            return new CrossEntropy(smoothing, number, reduction);
        }

        @Override
        public Head.Kind head() {
            return Head.Kind.SOFTMAX;
        }

        @Override
        public Target target() {
            return Target.CLASS;
        }
    }

    /**
     * L_i = Σ_j -t_j log σ(z_ij) - (1 - t_j) log(1 - σ(z_ij)): the cross entropy of each output for itself, in nats.
     *
     * @param reduction mean or sum
     */
    record BinaryCrossEntropy(Reduction reduction) implements Loss {
        @Override
        public Head.Kind head() {
            return Head.Kind.SIGMOID;
        }

        @Override
        public Target target() {
            return Target.VALUES;
        }
    }

    /**
     * L_i = Σ_j (y_ij - t_j)^2.
     *
     * @param reduction mean or sum
     */
    record SquaredError(Reduction reduction) implements Loss {
        @Override
        public Head.Kind head() {
            return Head.Kind.LINEAR;
        }

        @Override
        public Target target() {
            return Target.VALUES;
        }
    }

    /**
     * The usual loss of a head, its mean.
     *
     * @param head the network's
     * @return cross entropy for softmax, binary cross entropy for σ, squared error for a linear one
     */
    static Loss of(Head.Kind head) {
        return switch (head) {
            case SOFTMAX -> new CrossEntropy(Reduction.MEAN);
            case SIGMOID -> new BinaryCrossEntropy(Reduction.MEAN);
            case LINEAR -> new SquaredError(Reduction.MEAN);
        };
    }
}
