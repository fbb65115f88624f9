package dev.unroll.models;

/** Which end of a sequence comes first. */
public enum Way {
    /** From the first step to the last. */
    FORWARD(""),
    /** From each sequence's own last step to the first. */
    BACKWARD("reverse.");

    private final String prefix;

    Way(String prefix) {
        this.prefix = prefix;
    }

    /**
     * What goes before the names of the weights of a cell that goes this way.
     *
     * @return nothing, or {@code reverse.}
     */
    public String prefix() {
        return prefix;
    }
}
