package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Input;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.SoftmaxHead;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * Backpropagation through time of a whole network with a softmax head, and the cross entropy it starts from:
 * L = scale * Σ -log softmax(z_t)_target(t).
 *
 * <p>Belongs to one {@link NetworkTrace}; gradients are added to the {@link Parameters} it is made with.
 */
public final class BackwardPass {
    private final NetworkTrace trace;
    private final Parameters gradient;
    private final StackBackward stack;
    private final Matrix losses;
    private final Matrix lossWeights;

    /**
     * Takes the memory.
     *
     * @param trace the network's forward run
     * @param arena owner of the memory
     * @param gradient of the network's parameters, which {@link #backward} adds to
     */
    public BackwardPass(NetworkTrace trace, Arena arena, Parameters gradient) {
        boolean isEmbedding = trace.weights().architecture().input() instanceof Input.Embedding;
        this.trace = trace;
        this.gradient = gradient;
        this.stack = new StackBackward(trace.stack(), arena, gradient,
                isEmbedding ? StackBackward.Reach.INPUT : StackBackward.Reach.WEIGHTS);
        this.losses = Matrix.allocate(arena, trace.time() * trace.batch(), 1);
        this.lossWeights = Matrix.allocate(arena, losses.rows(), 1);
    }

    /**
     * Goes back through the first steps of the window from the losses of its newest ones, and adds the gradients.
     *
     * @param targets class of sequence i at time t at {@code from + (t - first)*batch + i}
     * @param from where the first target stands
     * @param first time of the first loss; the steps before it have none of their own
     * @param count number of steps, those without a loss counted; {@link NetworkTrace#forward} has run them
     * @param scale what each loss is multiplied with: 1/(steps*batch) for the mean over both
     * @return the sum of the losses of the newest steps, in nats, not scaled
     * @throws IndexOutOfBoundsException for a target that is no class
     */
    public double backward(int[] targets, int from, int first, int count, float scale) {
        NetworkWeights weights = trace.weights();
        Kernels kernels = weights.kernels();
        Matrix logits = trace.logits(first, count - first);
        Matrix rowLosses = losses.rows(0, logits.rows());
        Matrix rowWeights = lossWeights.rows(0, logits.rows());
        rowWeights.fill(scale);
        kernels.softmaxCrossEntropy(logits, targets, from, rowWeights, 0, rowLosses);
        headBackward(logits, first, count);
        stack.dState().clear();
        stack.backward();
        if (weights.architecture().input() instanceof Input.Embedding) {
            kernels.scatterAddRows(stack.dx(), trace.tokens(), 0, gradient.get(Input.EMBEDDING));
        }
        return sum(rowLosses);
    }

    private void headBackward(Matrix dlogits, int first, int count) {
        NetworkWeights weights = trace.weights();
        Kernels kernels = weights.kernels();
        int batch = trace.batch();
        stack.dy().rows(0, first * batch).fill(0);
        weights.headBackward(dlogits, stack.dy().rows(first * batch, (count - first) * batch));
        kernels.addMultiplyTransA(dlogits, trace.top(first, count - first), gradient.get(SoftmaxHead.WEIGHT));
        kernels.addSumOfRows(dlogits, gradient.get(SoftmaxHead.BIAS));
    }

    private static double sum(Matrix rowLosses) {
        double sum = 0;
        for (int i = 0; i < rowLosses.rows(); i++) {
            sum += rowLosses.get(i, 0);
        }
        return sum;
    }

    /**
     * The layers' part.
     *
     * @return their gradients, those of the state before the window among them
     */
    public StackBackward stack() {
        return stack;
    }
}
