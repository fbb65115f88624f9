package dev.unroll.training;

/** What an example has at each step, inputs or targets: its part of {@link Sequences#read}. */
@FunctionalInterface
interface SequencePart {
    void read(int example, int from, int count, Window window, int column);
}
