package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.CellWeights;
import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.models.Architecture;
import dev.unroll.models.Input;
import dev.unroll.models.NetworkTrace;
import dev.unroll.models.NetworkWeights;
import dev.unroll.models.SoftmaxHead;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Backpropagation through time of a whole network with a softmax head, and the cross entropy it starts from:
 * L = scale * Σ -log softmax(z_t)_target(t).
 *
 * <p>Belongs to one {@link NetworkTrace}; gradients are added to the {@link Parameters} it is made with.
 */
public final class BackwardPass {
    private final NetworkTrace trace;
    private final Parameters gradient;
    private final List<LayerBackward> layers = new ArrayList<>();
    private final List<Parameters> layerGradients = new ArrayList<>();
    private final Matrix losses;
    private final Matrix table;
    private final Matrix dx;
    private final int batch;

    /**
     * Takes the memory.
     *
     * @param trace the network's forward run
     * @param arena owner of the memory
     * @param gradient of the network's parameters, which {@link #backward} adds to
     */
    public BackwardPass(NetworkTrace trace, Arena arena, Parameters gradient) {
        Architecture architecture = trace.weights().architecture();
        this.trace = trace;
        this.gradient = gradient;
        this.batch = trace.batch();
        for (int i = 0; i < architecture.layers().size(); i++) {
            layers.add(new LayerBackward(trace.layer(i), arena, trace.time()));
            layerGradients.add(gradient.under(Architecture.prefix(i)));
        }
        int rows = trace.time() * batch;
        this.losses = Matrix.allocate(arena, rows, 1);
        Cell first = architecture.layers().getFirst();
        boolean oneHot = architecture.input() instanceof Input.OneHot;
        boolean embedding = architecture.input() instanceof Input.Embedding;
        this.table = oneHot ? Matrix.allocate(arena, first.inputSize(), first.gates() * first.hiddenSize()) : null;
        this.dx = embedding ? Matrix.allocate(arena, rows, first.inputSize()) : null;
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
        kernels.softmaxCrossEntropy(logits, targets, from, scale, rowLosses);
        headBackward(logits, first, count);
        for (int i = layers.size() - 1; i >= 0; i--) {
            LayerBackward layer = layers.get(i);
            layer.da().fill(0);
            layer.dc().fill(0);
            layer.backward(kernels, weights.layer(i), count, layerGradients.get(i));
            inputBackward(i, count);
        }
        return sum(rowLosses);
    }

    private void headBackward(Matrix dlogits, int first, int count) {
        NetworkWeights weights = trace.weights();
        Kernels kernels = weights.kernels();
        LayerBackward top = layers.getLast();
        top.dy().slice(0, first).asMatrix().fill(0);
        weights.headBackward(dlogits, top.dy().slice(first, count - first).asMatrix());
        kernels.addMultiplyTransA(dlogits, trace.top(first, count - first), gradient.get(SoftmaxHead.WEIGHT));
        kernels.addSumOfRows(dlogits, gradient.get(SoftmaxHead.BIAS));
    }

    /** What layer i's dz means for its input weights and for what is below it. */
    private void inputBackward(int i, int count) {
        NetworkWeights weights = trace.weights();
        Kernels kernels = weights.kernels();
        CellWeights cell = weights.layer(i);
        Matrix dz = trace.layer(i).steps(0, count).z();
        Matrix inputGradient = trace.layer(i).cell().inputWeight(layerGradients.get(i).get(Cell.WEIGHT));
        if (i == 0 && table != null) {
            table.fill(0);
            kernels.scatterAddRows(dz, trace.tokens(), 0, table);
            kernels.addTransposed(table, inputGradient);
            return;
        }
        kernels.addMultiplyTransA(dz, trace.inputOf(i, count), inputGradient);
        if (i > 0) {
            cell.inputBackward(dz, layers.get(i - 1).dy().slice(0, count).asMatrix());
        } else if (dx != null) {
            Matrix rows = dx.rows(0, count * batch);
            cell.inputBackward(dz, rows);
            kernels.scatterAddRows(rows, trace.tokens(), 0, gradient.get(Input.EMBEDDING));
        }
    }

    private static double sum(Matrix rowLosses) {
        double sum = 0;
        for (int i = 0; i < rowLosses.rows(); i++) {
            sum += rowLosses.get(i, 0);
        }
        return sum;
    }

    /**
     * One layer's part.
     *
     * @param i its number, from the input up
     * @return its gradients, those of the state before the window among them
     */
    public LayerBackward layer(int i) {
        return layers.get(i);
    }
}
