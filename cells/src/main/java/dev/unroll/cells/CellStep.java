package dev.unroll.cells;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.Optional;

/**
 * One step of a cell with what may stand around it. Before it, recurrent dropout: W_aa acts on m*a. Behind it, zoneout: the
 * cell's own ã and c̃ are proposals, a' = z*a + (1 - z)*ã and c' = z*c + (1 - z)*c̃.
 *
 * <p>Backward: dã = (1 - z)*da', da = z*da' + what the cell sends back, of which that by way of W_aa is times m.
 *
 * @param trace what the cell reads and writes; its a' and c' are the proposals where there is zoneout, and its recurrent
 *     operand is apart from a where there is dropout
 * @param mask m, rows x H
 * @param hidden zoneout of the hidden state
 * @param memory zoneout of the memory cell
 */
public record CellStep(StepTrace trace, Optional<Matrix> mask, Optional<Zone> hidden, Optional<Zone> memory) {
    /**
     * a' = z*a + (1 - z)*ã.
     *
     * @param z rows x n, numbers of 0 to 1
     * @param before rows x n, a
     * @param proposed rows x n, ã
     * @param after rows x n, a', written; may be {@code before} itself
     */
    public record Zone(Matrix z, Matrix before, Matrix proposed, Matrix after) {
        private void forward(Kernels kernels) {
            kernels.interpolate(z, before, proposed, after);
        }

        /** In: da'; out: dã, and what goes to a. */
        private void backward(Kernels kernels, Matrix d, Matrix kept) {
            kernels.multiplyElementwise(z, d, kept);
            kernels.addScaled(-1, kept, d);
        }
    }

    /**
     * A step with nothing around it.
     *
     * @param trace what the cell reads and writes
     * @return the step
     */
    public static CellStep plain(StepTrace trace) {
        return new CellStep(trace, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * The step forward from the input part, which is in z.
     *
     * @param kernels who computes
     * @param weights the cell's
     */
    public void forward(Kernels kernels, CellWeights weights) {
        drop(kernels);
        weights.cell().forward(kernels, weights, trace);
        zoneOut(kernels);
    }

    /**
     * The step forward from x.
     *
     * @param kernels who computes
     * @param weights the cell's, packed for {@link CellWeights.InputKind#DENSE}
     * @param x rows x I
     */
    public void forward(Kernels kernels, CellWeights weights, Matrix x) {
        drop(kernels);
        weights.cell().forward(kernels, weights, x, trace);
        zoneOut(kernels);
    }

    private void drop(Kernels kernels) {
        if (mask.isPresent()) {
            kernels.multiplyElementwise(mask.get(), trace.a(), trace.recurrent());
        }
    }

    private void zoneOut(Kernels kernels) {
        if (hidden.isPresent()) {
            hidden.get().forward(kernels);
        }
        if (memory.isPresent()) {
            memory.get().forward(kernels);
        }
    }

    /**
     * The step backward.
     *
     * @param kernels who computes
     * @param weights the cell's, packed for training
     * @param back the gradients of a' and c' go in, those of a and c come out
     */
    public void backward(Kernels kernels, CellWeights weights, StepGradient back) {
        if (hidden.isPresent()) {
            hidden.get().backward(kernels, back.a(), back.keptHidden());
        }
        if (memory.isPresent()) {
            memory.get().backward(kernels, back.c(), back.keptMemory());
        }
        if (mask.isPresent()) {
            back.recurrent().fill(0);
        }
        weights.cell().backward(kernels, weights, trace, back);
        if (mask.isPresent()) {
            kernels.addMultiplyElementwise(mask.get(), back.recurrent(), back.a());
        }
        if (hidden.isPresent()) {
            kernels.addScaled(1, back.keptHidden(), back.a());
        }
        if (memory.isPresent()) {
            kernels.addScaled(1, back.keptMemory(), back.c());
        }
    }
}
