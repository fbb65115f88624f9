package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.ALL;
import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.bound;
import static dev.unroll.kernels.Lanes.load;
import static dev.unroll.kernels.Lanes.store;
import static dev.unroll.kernels.Lanes.tail;

import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.tensor.Matrix;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Work on rows and updates of weights in vectors; what only moves memory is left to {@link ScalarRows}. */
final class VectorRows implements Loops.RowLoops {
    private final ScalarRows scalar = new ScalarRows();

    @Override
    public void fillRows(int from, int to, Matrix row, Matrix out) {
        scalar.fillRows(from, to, row, out);
    }

    @Override
    public void gatherRows(int from, int to, Matrix table, int[] ids, int firstId, Matrix out) {
        scalar.gatherRows(from, to, table, ids, firstId, out);
    }

    @Override
    public void transpose(int from, int to, Matrix a, Matrix out) {
        scalar.transpose(from, to, a, out);
    }

    @Override
    public void addTransposed(int from, int to, Matrix a, Matrix out) {
        scalar.addTransposed(from, to, a, out);
    }

    @Override
    public void addRow(int from, int to, Matrix row, Matrix out) {
        for (int i = from; i < to; i++) {
            addTo(row, 0, out, i);
        }
    }

    @Override
    public void addSumOfRows(Matrix a, Matrix out) {
        for (int i = 0; i < a.rows(); i++) {
            addTo(a, i, out, 0);
        }
    }

    @Override
    public void scatterAddRows(Matrix a, int[] ids, int firstId, Matrix table) {
        for (int i = 0; i < a.rows(); i++) {
            addTo(a, i, table, ids[firstId + i]);
        }
    }

    /** Row {@code to} of out += row {@code from} of a. */
    private static void addTo(Matrix a, int from, Matrix out, int to) {
        int n = out.cols();
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            store(load(out, to, j, ALL).add(load(a, from, j, ALL)), out, to, j, ALL);
        }
        if (j < n) {
            VectorMask<Float> lanes = tail(n);
            store(load(out, to, j, lanes).add(load(a, from, j, lanes)), out, to, j, lanes);
        }
    }

    @Override
    public void softmax(int from, int to, Matrix z, Matrix p) {
        for (int i = from; i < to; i++) {
            float sum = exponentials(z, i, max(z, i), p);
            scaleRow(1 / sum, p, i);
        }
    }

    @Override
    public void softmaxCrossEntropy(int from, int to, Matrix z, int[] targets, int firstTarget, float scale,
            Matrix losses) {
        for (int i = from; i < to; i++) {
            long target = z.offset() + i * z.rowStride() + targets[firstTarget + i];
            float max = max(z, i);
            float shifted = Floats.get(z.segment(), target) - max;
            float sum = exponentials(z, i, max, z);
            scaleRow(scale / sum, z, i);
            Floats.set(z.segment(), target, Floats.get(z.segment(), target) - scale);
            Floats.set(losses.segment(), losses.offset() + i * losses.rowStride(), (float) (Math.log(sum) - shifted));
        }
    }

    private static float max(Matrix z, int i) {
        int n = z.cols();
        FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            max = max.max(load(z, i, j, ALL));
        }
        if (j < n) {
            max = max.lanewise(VectorOperators.MAX, load(z, i, j, tail(n)), tail(n));
        }
        return Lanes.max(max);
    }

    /** Row i of p = exp(z - max); returns the sum. */
    private static float exponentials(Matrix z, int i, float max, Matrix p) {
        int n = z.cols();
        FloatVector sum = FloatVector.zero(SPECIES);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            FloatVector e = VectorMath.exp(load(z, i, j, ALL).sub(max));
            store(e, p, i, j, ALL);
            sum = sum.add(e);
        }
        if (j < n) {
            VectorMask<Float> lanes = tail(n);
            FloatVector e = VectorMath.exp(load(z, i, j, lanes).sub(max));
            store(e, p, i, j, lanes);
            sum = sum.add(e, lanes);
        }
        return Lanes.sum(sum);
    }

    private static void scaleRow(float factor, Matrix out, int i) {
        int n = out.cols();
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            store(load(out, i, j, ALL).mul(factor), out, i, j, ALL);
        }
        if (j < n) {
            store(load(out, i, j, tail(n)).mul(factor), out, i, j, tail(n));
        }
    }

    @Override
    public double sumOfSquares(Matrix a) {
        return scalar.sumOfSquares(a);
    }

    @Override
    public void scale(int from, int to, float factor, Matrix out) {
        for (int i = from; i < to; i++) {
            scaleRow(factor, out, i);
        }
    }

    @Override
    public void addScaled(int from, int to, float factor, Matrix a, Matrix out) {
        int n = out.cols();
        FloatVector scale = FloatVector.broadcast(SPECIES, factor);
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(n); j += LENGTH) {
                store(load(a, i, j, ALL).fma(scale, load(out, i, j, ALL)), out, i, j, ALL);
            }
            if (j < n) {
                VectorMask<Float> lanes = tail(n);
                store(load(a, i, j, lanes).fma(scale, load(out, i, j, lanes)), out, i, j, lanes);
            }
        }
    }

    @Override
    public void adam(int from, int to, AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w) {
        int n = w.cols();
        for (int i = from; i < to; i++) {
            int j = 0;
            for (; j < bound(n); j += LENGTH) {
                adam(i, j, step, g, m, v, w, ALL);
            }
            if (j < n) {
                adam(i, j, step, g, m, v, w, tail(n));
            }
        }
    }

    private static void adam(int i, int j, AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w,
            VectorMask<Float> lanes) {
        FloatVector gradient = load(g, i, j, lanes);
        FloatVector mean = load(m, i, j, lanes).mul(step.beta1()).add(gradient.mul(1 - step.beta1()));
        FloatVector square = load(v, i, j, lanes).mul(step.beta2())
                .add(gradient.mul(1 - step.beta2()).mul(gradient));
        FloatVector root = square.sqrt().mul(step.rootScale()).add(step.epsilon());
        store(mean, m, i, j, lanes);
        store(square, v, i, j, lanes);
        store(load(w, i, j, lanes).sub(mean.mul(step.rate()).div(root)), w, i, j, lanes);
    }
}
