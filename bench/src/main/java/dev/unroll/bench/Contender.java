package dev.unroll.bench;

/** One side of a comparison: work that can be repeated, with its operands bound and its weights packed beforehand. */
public interface Contender extends AutoCloseable {
    /** Does the work once. */
    void run();

    @Override
    void close();
}
