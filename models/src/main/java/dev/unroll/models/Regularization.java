package dev.unroll.models;

/**
 * What a layer is disturbed with in training, so that it does not learn its data by heart. Drawn from the training's seed;
 * nothing of it but the mean is left when the network is used.
 *
 * <p>Dropout: y_t = m_t*a_t, m 0 with probability p and else 1/(1 - p), on the way to what is above. Variational dropout: the
 * same m for all steps of a sequence. Recurrent dropout: W_aa acts on m*a, m as in variational dropout. Zoneout: a unit
 * keeps what it has with probability p, a' = z*a + (1 - z)*ã, z being 1 with probability p and else 0; in use z = p.
 *
 * <p>Sources: Srivastava et al., "Dropout", 2014; Gal and Ghahramani, "A theoretically grounded application of dropout in
 * recurrent neural networks", 2016; Krueger et al., "Zoneout", 2017.
 *
 * @param dropout p of what goes up, drawn for each step
 * @param variationalDropout p of what goes up, drawn for each sequence
 * @param recurrentDropout p of what goes to the next step, drawn for each sequence
 * @param zoneoutHidden p of the hidden state
 * @param zoneoutMemory p of the memory cell
 */
public record Regularization(double dropout, double variationalDropout, double recurrentDropout, double zoneoutHidden,
        double zoneoutMemory) {
    /** Nothing of all this. */
    public static final Regularization NONE = new Regularization(0, 0, 0, 0, 0);

    /**
     * Checks the probabilities.
     *
     * @throws IllegalArgumentException where one is not in [0, 1)
     */
    public Regularization {
        check("dropout", dropout);
        check("variationalDropout", variationalDropout);
        check("recurrentDropout", recurrentDropout);
        check("zoneoutHidden", zoneoutHidden);
        check("zoneoutMemory", zoneoutMemory);
    }

    private static void check(String name, double probability) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException(
                    "regularization: %s is %s; wanted 0 or more and below 1".formatted(name, probability));
        }
    }

    /**
     * With dropout of what goes up, drawn for each step.
     *
     * @param probability p
     * @return new settings
     */
    public Regularization dropout(double probability) {
        return new Regularization(probability, variationalDropout, recurrentDropout, zoneoutHidden, zoneoutMemory);
    }

    /**
     * With dropout of what goes up, drawn for each sequence.
     *
     * @param probability p
     * @return new settings
     */
    public Regularization variationalDropout(double probability) {
        return new Regularization(dropout, probability, recurrentDropout, zoneoutHidden, zoneoutMemory);
    }

    /**
     * With dropout of what goes to the next step's products, drawn for each sequence.
     *
     * @param probability p
     * @return new settings
     */
    public Regularization recurrentDropout(double probability) {
        return new Regularization(dropout, variationalDropout, probability, zoneoutHidden, zoneoutMemory);
    }

    /**
     * With zoneout.
     *
     * @param hidden p of the hidden state
     * @param memory p of the memory cell, if there is one
     * @return new settings
     */
    public Regularization zoneout(double hidden, double memory) {
        return new Regularization(dropout, variationalDropout, recurrentDropout, hidden, memory);
    }

    /** Whether anything is dropped on the way up. */
    boolean dropsOutput() {
        return dropout > 0 || variationalDropout > 0;
    }

    /** Whether units may keep their state. */
    boolean zonesOut() {
        return zoneoutHidden > 0 || zoneoutMemory > 0;
    }
}
