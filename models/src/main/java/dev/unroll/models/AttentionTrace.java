package dev.unroll.models;

import dev.unroll.kernels.Activation;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * A decoder's look at its sources over some steps, and back: with m_s the encoder's outputs, α_t = softmax_s(a_t·m_s), context_t
 * = Σ_s α_ts*m_s, ã_t = tanh(W_ã·[context_t, a_t]); see {@link Encoder.Attention#DOT}. Where a source has no step, its
 * context is 0.
 *
 * <p>Rows lie sequence after sequence here, so that a sequence's scores are one product with its source.
 */
public final class AttentionTrace {
    private final EncoderWeights weights;
    private final Kernels kernels;
    private final int size;
    private final Matrix contextAndState;
    private final Matrix attended;
    private final Matrix output;
    /** aᵀ, and later the gradient of the context, transposed. */
    private final Matrix transposed;
    private final Matrix alpha;
    private final Matrix alphaTransposed;
    private final Matrix dAlpha;
    private final Matrix dContextAndState;
    private SequenceRows rows;
    private Schedule schedule;

    /** What is done for each sequence, on any thread. */
    private interface Work {
        void of(int i);
    }

    AttentionTrace(NetworkWeights network, Arena arena, int steps, int sourceTime) {
        this.weights = network.encoder().orElseThrow();
        this.kernels = network.kernels();
        this.size = network.architecture().stack().outputSize();
        this.contextAndState = Matrix.allocate(arena, steps, 2 * size);
        this.attended = Matrix.allocate(arena, steps, size);
        this.output = Matrix.allocate(arena, steps, size);
        this.transposed = Matrix.allocate(arena, size, steps);
        this.alpha = Matrix.allocate(arena, steps, sourceTime);
        this.alphaTransposed = Matrix.allocate(arena, sourceTime, steps);
        this.dAlpha = Matrix.allocate(arena, steps, sourceTime);
        this.dContextAndState = Matrix.allocate(arena, steps, 2 * size);
    }

    /**
     * ã from a.
     *
     * @param run where the decoder's rows lie
     * @param a the decoder's output, in their order
     * @param encoder what has read the sources
     */
    void forward(Schedule run, Matrix a, EncoderTrace encoder) {
        if (schedule != run) {
            rows = new SequenceRows(run);
            schedule = run;
        }
        Matrix both = contextAndState.rows(0, rows.size());
        Matrix context = both.cols(0, size);
        Matrix states = both.cols(size, size);
        kernels.gatherRows(a, rows.rows(), 0, states);
        kernels.transpose(states, transposed.cols(0, rows.size()));
        context.fill(0);
        forEachSequence(encoder.rows(), i -> {
            int begin = rows.begin(i);
            int count = rows.length(i);
            int first = encoder.rows().begin(i);
            int source = encoder.rows().length(i);
            Matrix scores = alpha.rows(begin, count).cols(0, source);
            scores.fill(0);
            kernels.addMultiplyTransA(transposed.cols(begin, count), encoder.memoryTransposed().cols(first, source),
                    scores);
            kernels.softmax(scores, scores);
            Matrix turned = alphaTransposed.rows(0, source).cols(begin, count);
            kernels.transpose(scores, turned);
            kernels.addMultiplyTransA(turned, encoder.memory().rows(first, source), context.rows(begin, count));
        });
        Matrix z = attended.rows(0, rows.size());
        weights.attend(both, z);
        kernels.activate(Activation.TANH, z, z);
        kernels.gatherRows(z, rows.places(), 0, output());
    }

    /**
     * From the gradient of ã to that of a and, added to the encoder's, of m; adds that of W_ã.
     *
     * @param encoder what has read the sources
     * @param dOutput the gradient of ã, in the order of the decoder's rows
     * @param da the gradient of a, in the order of the decoder's rows, written; may be dOutput itself
     * @param dWeight the gradient of W_ã, added to
     */
    public void backward(EncoderTrace encoder, Matrix dOutput, Matrix da, Matrix dWeight) {
        Matrix both = contextAndState.rows(0, rows.size());
        Matrix states = both.cols(size, size);
        Matrix dz = output();
        kernels.gatherRows(dOutput, rows.rows(), 0, dz);
        kernels.activateBackward(Activation.TANH, attended.rows(0, rows.size()), dz, dz);
        kernels.addMultiplyTransA(dz, both, dWeight);
        Matrix dBoth = dContextAndState.rows(0, rows.size());
        weights.attendBackward(dz, dBoth);
        Matrix dContext = dBoth.cols(0, size);
        Matrix dStates = dBoth.cols(size, size);
        kernels.transpose(dContext, transposed.cols(0, rows.size()));
        forEachSequence(encoder.rows(), i -> {
            int begin = rows.begin(i);
            int count = rows.length(i);
            int first = encoder.rows().begin(i);
            int source = encoder.rows().length(i);
            Matrix share = alpha.rows(begin, count).cols(0, source);
            Matrix dMemory = encoder.dMemory().rows(first, source);
            kernels.addMultiplyTransA(share, dContext.rows(begin, count), dMemory);
            Matrix dScores = dAlpha.rows(begin, count).cols(0, source);
            dScores.fill(0);
            kernels.addMultiplyTransA(transposed.cols(begin, count), encoder.memoryTransposed().cols(first, source),
                    dScores);
            kernels.softmaxBackward(share, dScores, dScores);
            Matrix turned = alphaTransposed.rows(0, source).cols(begin, count);
            kernels.transpose(dScores, turned);
            kernels.addMultiplyTransA(turned, encoder.memory().rows(first, source), dStates.rows(begin, count));
            kernels.addMultiplyTransA(dScores, states.rows(begin, count), dMemory);
        });
        kernels.gatherRows(dStates, rows.places(), 0, da);
    }

    private void forEachSequence(SequenceRows sources, Work work) {
        kernels.share(rows.batch(), (from, to) -> {
            for (int i = from; i < to; i++) {
                if (rows.length(i) > 0 && sources.length(i) > 0) {
                    work.of(i);
                }
            }
        });
    }

    /**
     * ã of the last run.
     *
     * @return in the order of the decoder's rows; overwritten by {@link #backward}
     */
    public Matrix output() {
        return output.rows(0, rows.size());
    }

    /** α of a step of a sequence of the last run, as long as its source. */
    float[] alpha(EncoderTrace encoder, int i, int t) {
        return alpha.row(rows.begin(i) + t).cols(0, encoder.rows().length(i)).toArray();
    }
}
