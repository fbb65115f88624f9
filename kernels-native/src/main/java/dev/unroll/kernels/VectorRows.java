package dev.unroll.kernels;

import static dev.unroll.kernels.Lanes.DOUBLES;
import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.bound;

import dev.unroll.kernels.Updates.AdamStep;
import dev.unroll.kernels.Updates.RmsPropStep;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Work on rows and updates of weights in vectors; what only moves memory is left to {@link ScalarRows}. */
final class VectorRows implements Loops.RowLoops {
    private final ScalarRows scalar = new ScalarRows();
    private final Scratch.Pool pool;

    VectorRows(Scratch.Pool pool) {
        this.pool = pool;
    }

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
            addTo(0, out.cols(), row, 0, out, i);
        }
    }

    @Override
    public void addSumOfRows(int left, int right, Matrix a, Matrix out) {
        int j = left;
        for (; j + 4 * LENGTH <= right; j += 4 * LENGTH) {
            addSumOfRows(a.segment(), (a.offset() + j) * Float.BYTES, a.rowStride() * Float.BYTES, a.rows(),
                    out.segment(),
                    (out.offset() + j) * Float.BYTES);
        }
        for (int i = 0; i < a.rows() && j < right; i++) {
            addTo(j, right, a, i, out, 0);
        }
    }

    /** Four vectors of columns, the sums in registers. */
    private static void addSumOfRows(MemorySegment a, long from, long stride, int rows, MemorySegment out, long to) {
        long next = (long) LENGTH * Float.BYTES;
        FloatVector s0 = FloatVector.fromMemorySegment(SPECIES, out, to, ORDER);
        FloatVector s1 = FloatVector.fromMemorySegment(SPECIES, out, to + next, ORDER);
        FloatVector s2 = FloatVector.fromMemorySegment(SPECIES, out, to + 2 * next, ORDER);
        FloatVector s3 = FloatVector.fromMemorySegment(SPECIES, out, to + 3 * next, ORDER);
        for (int i = 0; i < rows; i++) {
            long row = from + i * stride;
            s0 = s0.add(FloatVector.fromMemorySegment(SPECIES, a, row, ORDER));
            s1 = s1.add(FloatVector.fromMemorySegment(SPECIES, a, row + next, ORDER));
            s2 = s2.add(FloatVector.fromMemorySegment(SPECIES, a, row + 2 * next, ORDER));
            s3 = s3.add(FloatVector.fromMemorySegment(SPECIES, a, row + 3 * next, ORDER));
        }
        s0.intoMemorySegment(out, to, ORDER);
        s1.intoMemorySegment(out, to + next, ORDER);
        s2.intoMemorySegment(out, to + 2 * next, ORDER);
        s3.intoMemorySegment(out, to + 3 * next, ORDER);
    }

    @Override
    public void scatterAddRows(int left, int right, Matrix a, int[] ids, int firstId, Matrix table) {
        for (int i = 0; i < a.rows(); i++) {
            addTo(left, right, a, i, table, ids[firstId + i]);
        }
    }

    private static long at(Matrix a, int i) {
        return a.offset() + i * a.rowStride();
    }

    /** Row {@code to} of out += row {@code from} of a, from column {@code left} to {@code right}. */
    private static void addTo(int left, int right, Matrix a, int from, Matrix out, int to) {
        long source = at(a, from);
        long target = at(out, to);
        int j = left;
        for (; j + LENGTH <= right; j += LENGTH) {
            FloatVector.fromMemorySegment(SPECIES, out.segment(), (target + j) * Float.BYTES, ORDER)
                    .add(FloatVector.fromMemorySegment(SPECIES, a.segment(), (source + j) * Float.BYTES, ORDER))
                    .intoMemorySegment(out.segment(), (target + j) * Float.BYTES, ORDER);
        }
        for (; j < right; j++) {
            Floats.set(out.segment(), target + j,
                    Floats.get(out.segment(), target + j) + Floats.get(a.segment(), source + j));
        }
    }

    @Override
    public void softmax(int from, int to, Matrix z, Matrix p) {
        for (int i = from; i < to; i++) {
            VectorPasses.exp(pool, i, z, max(z, i), p, z.cols());
            scaleRow(1 / VectorPasses.sum(p.segment(), at(p, i), p.cols()), p, i);
        }
    }

    @Override
    public void softmaxBackward(int from, int to, Matrix p, Matrix dp, Matrix dz) {
        int n = p.cols();
        for (int i = from; i < to; i++) {
            softmaxBackward(n, p.segment(), at(p, i), dp.segment(), at(dp, i), dz.segment(), at(dz, i));
        }
    }

    private static void softmaxBackward(int n, MemorySegment p, long pRow, MemorySegment dp, long dpRow,
            MemorySegment dz, long row) {
        FloatVector lanes = FloatVector.zero(SPECIES);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            lanes = FloatVector.fromMemorySegment(SPECIES, p, (pRow + j) * Float.BYTES, ORDER)
                    .fma(FloatVector.fromMemorySegment(SPECIES, dp, (dpRow + j) * Float.BYTES, ORDER), lanes);
        }
        float mean = Lanes.sum(lanes);
        for (; j < n; j++) {
            mean += Floats.get(p, pRow + j) * Floats.get(dp, dpRow + j);
        }
        for (j = 0; j < bound(n); j += LENGTH) {
            FloatVector.fromMemorySegment(SPECIES, dp, (dpRow + j) * Float.BYTES, ORDER).sub(mean)
                    .mul(FloatVector.fromMemorySegment(SPECIES, p, (pRow + j) * Float.BYTES, ORDER))
                    .intoMemorySegment(dz, (row + j) * Float.BYTES, ORDER);
        }
        for (; j < n; j++) {
            Floats.set(dz, row + j, Floats.get(p, pRow + j) * (Floats.get(dp, dpRow + j) - mean));
        }
    }

    /** The largest element of row i, NaN where there is one. */
    static float max(Matrix z, int i) {
        int n = z.cols();
        long row = at(z, i);
        FloatVector lanes = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            lanes = lanes.max(FloatVector.fromMemorySegment(SPECIES, z.segment(), (row + j) * Float.BYTES, ORDER));
        }
        float max = lanes.reduceLanes(VectorOperators.MAX);
        for (; j < n; j++) {
            max = Math.max(max, Floats.get(z.segment(), row + j));
        }
        return max;
    }

    /** out_i = factor*out_i. */
    static void scaleRow(float factor, Matrix out, int i) {
        int n = out.cols();
        long row = at(out, i);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            FloatVector.fromMemorySegment(SPECIES, out.segment(), (row + j) * Float.BYTES, ORDER).mul(factor)
                    .intoMemorySegment(out.segment(), (row + j) * Float.BYTES, ORDER);
        }
        for (; j < n; j++) {
            Floats.set(out.segment(), row + j, factor * Floats.get(out.segment(), row + j));
        }
    }

    @Override
    public double sumOfSquares(Matrix a) {
        double sum = 0;
        for (int i = 0; i < a.rows(); i++) {
            long row = at(a, i);
            sum += sumOfSquares(a.segment(), row, bound(a.cols()));
            for (int j = bound(a.cols()); j < a.cols(); j++) {
                double x = Floats.get(a.segment(), row + j);
                sum += x * x;
            }
        }
        return sum;
    }

    /** Squares in double, each lane of the two halves a sum of its own, added up in their order. */
    static double sumOfSquares(MemorySegment a, long row, int n) {
        DoubleVector low = DoubleVector.zero(DOUBLES);
        DoubleVector high = DoubleVector.zero(DOUBLES);
        for (int j = 0; j < n; j += LENGTH) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, a, (row + j) * Float.BYTES, ORDER);
            DoubleVector first = (DoubleVector) x.convertShape(VectorOperators.F2D, DOUBLES, 0);
            DoubleVector second = (DoubleVector) x.convertShape(VectorOperators.F2D, DOUBLES, 1);
            low = first.fma(first, low);
            high = second.fma(second, high);
        }
        return Lanes.sum(low.add(high));
    }

    @Override
    public void scale(int from, int to, float factor, Matrix out) {
        for (int i = from; i < to; i++) {
            scaleRow(factor, out, i);
        }
    }

    @Override
    public void addScaled(int from, int to, float factor, Matrix a, Matrix out) {
        for (int i = from; i < to; i++) {
            long source = at(a, i);
            long target = at(out, i);
            for (int j = 0; j < bound(out.cols()); j += LENGTH) {
                FloatVector scale = FloatVector.broadcast(SPECIES, factor);
                FloatVector.fromMemorySegment(SPECIES, a.segment(), (source + j) * Float.BYTES, ORDER).fma(scale,
                        FloatVector.fromMemorySegment(SPECIES, out.segment(), (target + j) * Float.BYTES, ORDER))
                        .intoMemorySegment(out.segment(), (target + j) * Float.BYTES, ORDER);
            }
        }
        ScalarRows.addScaled(from, to, bound(out.cols()), factor, a, out);
    }

    @Override
    public void clamp(int from, int to, float bound, Matrix out) {
        VectorPasses.clamp(from, to, 0, out.cols(), bound, out);
    }

    @Override
    public void adam(int from, int to, AdamStep step, Matrix g, Matrix m, Matrix v, Matrix w) {
        for (int i = from; i < to; i++) {
            adam(step, g.segment(), at(g, i), m.segment(), at(m, i), v.segment(), at(v, i), w.segment(), at(w, i),
                    bound(w.cols()));
        }
        ScalarRows.adam(from, to, bound(w.cols()), step, g, m, v, w);
    }

    private static void adam(AdamStep step, MemorySegment g, long gRow, MemorySegment m, long mRow, MemorySegment v,
            long vRow, MemorySegment w, long wRow, int n) {
        for (int j = 0; j < n; j += LENGTH) {
            FloatVector gradient = FloatVector.fromMemorySegment(SPECIES, g, (gRow + j) * Float.BYTES, ORDER);
            FloatVector mean = FloatVector.fromMemorySegment(SPECIES, m, (mRow + j) * Float.BYTES, ORDER)
                    .mul(step.beta1()).add(gradient.mul(1 - step.beta1()));
            FloatVector square = FloatVector.fromMemorySegment(SPECIES, v, (vRow + j) * Float.BYTES, ORDER)
                    .mul(step.beta2())
                    .add(gradient.mul(gradient).mul(1 - step.beta2()));
            FloatVector root = square.sqrt().mul(step.rootScale()).add(step.epsilon());
            mean.intoMemorySegment(m, (mRow + j) * Float.BYTES, ORDER);
            square.intoMemorySegment(v, (vRow + j) * Float.BYTES, ORDER);
            FloatVector.fromMemorySegment(SPECIES, w, (wRow + j) * Float.BYTES, ORDER)
                    .sub(mean.mul(step.rate()).div(root)).intoMemorySegment(w, (wRow + j) * Float.BYTES, ORDER);
        }
    }

    @Override
    public void rmsProp(int from, int to, RmsPropStep step, Matrix g, Matrix v, Matrix w) {
        for (int i = from; i < to; i++) {
            rmsProp(step, g.segment(), at(g, i), v.segment(), at(v, i), w.segment(), at(w, i), bound(w.cols()));
        }
        ScalarRows.rmsProp(from, to, bound(w.cols()), step, g, v, w);
    }

    private static void rmsProp(RmsPropStep step, MemorySegment g, long gRow, MemorySegment v, long vRow,
            MemorySegment w, long wRow, int n) {
        for (int j = 0; j < n; j += LENGTH) {
            FloatVector gradient = FloatVector.fromMemorySegment(SPECIES, g, (gRow + j) * Float.BYTES, ORDER);
            FloatVector square = FloatVector.fromMemorySegment(SPECIES, v, (vRow + j) * Float.BYTES, ORDER)
                    .mul(step.alpha()).add(gradient.mul(gradient).mul(1 - step.alpha()));
            square.intoMemorySegment(v, (vRow + j) * Float.BYTES, ORDER);
            FloatVector.fromMemorySegment(SPECIES, w, (wRow + j) * Float.BYTES, ORDER)
                    .sub(gradient.mul(step.rate()).div(square.sqrt().add(step.epsilon())))
                    .intoMemorySegment(w, (wRow + j) * Float.BYTES, ORDER);
        }
    }
}
