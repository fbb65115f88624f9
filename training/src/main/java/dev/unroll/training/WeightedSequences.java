package dev.unroll.training;

/** Examples whose steps count more or less than they did. */
final class WeightedSequences implements Sequences {
    private final Sequences examples;
    private final float[][] weights;

    WeightedSequences(Sequences examples, float[][] weights) {
        int[] lengths = SequenceChecks.lengths(examples);
        SequenceChecks.steps("weights", lengths, weights, example -> example.length);
        SequenceChecks.weights(weights);
        this.examples = examples;
        this.weights = weights;
    }

    @Override
    public int size() {
        return examples.size();
    }

    @Override
    public int length(int example) {
        return examples.length(example);
    }

    @Override
    public void read(int example, int from, int count, Window window, int column) {
        examples.read(example, from, count, window, column);
        for (int t = 0; t < count; t++) {
            window.weights()[t * window.batch() + column] *= weights[example][from + t];
        }
    }

    @Override
    public int sourceLength(int example) {
        return examples.sourceLength(example);
    }

    @Override
    public void readSource(int example, Source source, int column) {
        examples.readSource(example, source, column);
    }
}
