package dev.unroll.training;

import java.util.Objects;

/** Examples in memory: inputs and targets, each by its kind. */
final class JoinedSequences implements Sequences {
    private final int[] lengths;
    private final SequenceInputs inputs;
    private final SequencePart targets;

    JoinedSequences(int[] lengths, SequenceInputs inputs, SequencePart targets) {
        this.lengths = lengths;
        this.inputs = inputs;
        this.targets = targets;
    }

    @Override
    public int size() {
        return lengths.length;
    }

    @Override
    public int length(int example) {
        return lengths[example];
    }

    @Override
    public void read(int example, int from, int count, Window window, int column) {
        Objects.checkFromIndexSize(from, count, lengths[example]);
        Objects.checkFromIndexSize(0, count, window.count());
        Objects.checkIndex(column, window.batch());
        inputs.read(example, from, count, window.input(), column);
        targets.read(example, from, count, window, column);
    }

    @Override
    public int sourceLength(int example) {
        return inputs.sourceLength(example);
    }

    @Override
    public void readSource(int example, Source source, int column) {
        Objects.checkIndex(column, source.batch());
        Objects.checkFromIndexSize(0, inputs.sourceLength(example), source.count());
        inputs.readSource(example, source, column);
    }
}
