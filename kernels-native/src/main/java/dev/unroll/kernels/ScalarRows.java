package dev.unroll.kernels;

import static dev.unroll.kernels.Floats.at;
import static dev.unroll.kernels.Floats.get;
import static dev.unroll.kernels.Floats.set;

import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.kernels.Updates.RmsPropStep;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;

/** Work on rows and updates of weights in plain loops. */
final class ScalarRows implements Loops.RowLoops {
    private static void copyRow(Matrix source, int from, Matrix out, int to) {
        if (out.cols() == 0) {
            return;
        }
        MemorySegment.copy(source.segment(), at(source, from, 0) * Float.BYTES, out.segment(),
                at(out, to, 0) * Float.BYTES, (long) out.cols() * Float.BYTES);
    }

    @Override
    public void fillRows(int from, int to, Matrix row, Matrix out) {
        for (int i = from; i < to; i++) {
            copyRow(row, 0, out, i);
        }
    }

    @Override
    public void addRow(int from, int to, Matrix row, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = 0; j < out.cols(); j++) {
                set(out, i, j, get(out, i, j) + get(row, 0, j));
            }
        }
    }

    @Override
    public void addSumOfRows(int left, int right, Matrix a, Matrix out) {
        for (int i = 0; i < a.rows(); i++) {
            for (int j = left; j < right; j++) {
                set(out, 0, j, get(out, 0, j) + get(a, i, j));
            }
        }
    }

    @Override
    public void gatherRows(int from, int to, Matrix table, int[] ids, int firstId, Matrix out) {
        for (int i = from; i < to; i++) {
            copyRow(table, ids[firstId + i], out, i);
        }
    }

    @Override
    public void scatterAddRows(int left, int right, Matrix a, int[] ids, int firstId, Matrix table) {
        for (int i = 0; i < a.rows(); i++) {
            int id = ids[firstId + i];
            for (int j = left; j < right; j++) {
                set(table, id, j, get(table, id, j) + get(a, i, j));
            }
        }
    }

    @Override
    public void transpose(int from, int to, Matrix a, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = 0; j < out.cols(); j++) {
                set(out, i, j, get(a, j, i));
            }
        }
    }

    @Override
    public void addTransposed(int from, int to, Matrix a, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = 0; j < out.cols(); j++) {
                set(out, i, j, get(out, i, j) + get(a, j, i));
            }
        }
    }

    @Override
    public void softmax(int from, int to, Matrix z, Matrix p) {
        for (int i = from; i < to; i++) {
            float max = max(z, i);
            double sum = 0;
            for (int j = 0; j < z.cols(); j++) {
                float e = (float) Math.exp(get(z, i, j) - max);
                set(p, i, j, e);
                sum += e;
            }
            for (int j = 0; j < z.cols(); j++) {
                set(p, i, j, (float) (get(p, i, j) / sum));
            }
        }
    }

    @Override
    public void softmaxBackward(int from, int to, Matrix p, Matrix dp, Matrix dz) {
        for (int i = from; i < to; i++) {
            double mean = 0;
            for (int j = 0; j < p.cols(); j++) {
                mean += (double) get(p, i, j) * get(dp, i, j);
            }
            for (int j = 0; j < p.cols(); j++) {
                set(dz, i, j, (float) (get(p, i, j) * (get(dp, i, j) - mean)));
            }
        }
    }

    /** The largest element of row i, NaN where there is one. */
    static float max(Matrix z, int i) {
        float max = get(z, i, 0);
        for (int j = 1; j < z.cols(); j++) {
            max = Math.max(max, get(z, i, j));
        }
        return max;
    }

    @Override
    public double sumOfSquares(Matrix a) {
        double sum = 0;
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < a.cols(); j++) {
                double x = get(a, i, j);
                sum += x * x;
            }
        }
        return sum;
    }

    @Override
    public void scale(int from, int to, float factor, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = 0; j < out.cols(); j++) {
                set(out, i, j, factor * get(out, i, j));
            }
        }
    }

    @Override
    public void addScaled(int from, int to, float factor, Matrix a, Matrix out) {
        addScaled(from, to, 0, factor, a, out);
    }

    /** From column {@code first} on. */
    static void addScaled(int from, int to, int first, float factor, Matrix a, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = first; j < out.cols(); j++) {
                set(out, i, j, get(out, i, j) + factor * get(a, i, j));
            }
        }
    }

    @Override
    public void clamp(int from, int to, float bound, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = 0; j < out.cols(); j++) {
                set(out, i, j, Math.max(-bound, Math.min(bound, get(out, i, j))));
            }
        }
    }

    @Override
    public void adam(int from, int to, AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w) {
        adam(from, to, 0, step, g, m, v, w);
    }

    /** From column {@code first} on. */
    static void adam(int from, int to, int first, AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w) {
        float beta1 = step.beta1();
        float beta2 = step.beta2();
        for (int i = from; i < to; i++) {
            for (int j = first; j < w.cols(); j++) {
                float gradient = get(g, i, j);
                float mean = beta1 * get(m, i, j) + (1 - beta1) * gradient;
                float square = beta2 * get(v, i, j) + (1 - beta2) * (gradient * gradient);
                float root = (float) Math.sqrt(square) * step.rootScale() + step.epsilon();
                set(m, i, j, mean);
                set(v, i, j, square);
                set(w, i, j, get(w, i, j) - step.rate() * mean / root);
            }
        }
    }

    @Override
    public void rmsProp(int from, int to, RmsPropStep step, Matrix g, Matrix v, Matrix w) {
        rmsProp(from, to, 0, step, g, v, w);
    }

    /** From column {@code first} on. */
    static void rmsProp(int from, int to, int first, RmsPropStep step, Matrix g, Matrix v, Matrix w) {
        float alpha = step.alpha();
        for (int i = from; i < to; i++) {
            for (int j = first; j < w.cols(); j++) {
                float gradient = get(g, i, j);
                float square = alpha * get(v, i, j) + (1 - alpha) * (gradient * gradient);
                set(v, i, j, square);
                set(w, i, j, get(w, i, j) - step.rate() * gradient / ((float) Math.sqrt(square) + step.epsilon()));
            }
        }
    }
}
