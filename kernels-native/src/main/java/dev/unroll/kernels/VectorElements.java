package dev.unroll.kernels;

import static dev.unroll.kernels.Floats.at;
import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.bound;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementwise arithmetic in vectors. What is added to a product is added without rounding that first, save behind the last
 * whole vector of a row; sums of a row are one for each lane, added up in an order that is set.
 */
final class VectorElements implements Loops.ElementLoops {
    @Override
    public void multiplyElementwise(int from, int to, Matrix a, Matrix b, Matrix out) {
        VectorPasses.product(from, to, 0, out.cols(), a, 0, b, out);
    }

    @Override
    public void addMultiplyElementwise(int from, int to, Matrix a, Matrix b, Matrix out) {
        for (int i = from; i < to; i++) {
            VectorPasses.addProduct(0, out.cols(), a.segment(), at(a, i, 0), b.segment(), at(b, i, 0), out.segment(),
                    at(out, i, 0));
        }
    }

    @Override
    public void interpolate(int from, int to, Matrix m, Matrix a, Matrix b, Matrix out) {
        int n = out.cols();
        for (int i = from; i < to; i++) {
            long mRow = at(m, i, 0);
            long aRow = at(a, i, 0);
            long bRow = at(b, i, 0);
            long row = at(out, i, 0);
            int j = 0;
            for (; j < bound(n); j += LENGTH) {
                FloatVector one = FloatVector.broadcast(SPECIES, 1);
                FloatVector share = FloatVector.fromMemorySegment(SPECIES, m.segment(), (mRow + j) * Float.BYTES,
                        ORDER);
                FloatVector x = FloatVector.fromMemorySegment(SPECIES, a.segment(), (aRow + j) * Float.BYTES, ORDER);
                FloatVector y = FloatVector.fromMemorySegment(SPECIES, b.segment(), (bRow + j) * Float.BYTES, ORDER);
                share.fma(x, one.sub(share).mul(y)).blend(x, share.compare(VectorOperators.EQ, one))
                        .blend(y, share.compare(VectorOperators.EQ, FloatVector.zero(SPECIES)))
                        .intoMemorySegment(out.segment(), (row + j) * Float.BYTES, ORDER);
            }
            for (; j < n; j++) {
                Floats.set(out.segment(), row + j, ScalarElements.interpolate(Floats.get(m.segment(), mRow + j),
                        Floats.get(a.segment(), aRow + j), Floats.get(b.segment(), bRow + j)));
            }
        }
    }

    @Override
    public void multiplyRow(int from, int to, Matrix row, Matrix a, Matrix out) {
        for (int i = from; i < to; i++) {
            VectorPasses.product(0, out.cols(), row.segment(), at(row, 0, 0), a.segment(), at(a, i, 0), out.segment(),
                    at(out, i, 0));
        }
    }

    @Override
    public void addMultiplyRow(int from, int to, Matrix row, Matrix a, Matrix out) {
        VectorPasses.addMultiplyRow(from, to, 0, out.cols(), row, 0, a, 0, out, 0);
    }

    @Override
    public void addSumOfProducts(int left, int right, Matrix a, Matrix b, Matrix out) {
        for (int i = 0; i < a.rows(); i++) {
            VectorPasses.addProduct(left, right, a.segment(), at(a, i, 0), b.segment(), at(b, i, 0), out.segment(),
                    at(out, 0, 0));
        }
    }

    @Override
    public void normalizeRows(int from, int to, Matrix x, Matrix scale) {
        int n = x.cols();
        for (int i = from; i < to; i++) {
            long row = at(x, i, 0);
            float mean = VectorPasses.sum(x.segment(), row, n) / n;
            float variance = sumOfSquares(x.segment(), row, mean, n) / n;
            float factor = (float) (1 / Math.sqrt(variance + ScalarElements.VARIANCE_FLOOR));
            normalize(x.segment(), row, mean, factor, n);
            Floats.set(scale, i, 0, factor);
        }
    }

    /** Σ_j (x_j - mean)^2. */
    private static float sumOfSquares(MemorySegment x, long row, float mean, int n) {
        FloatVector lanes = FloatVector.zero(SPECIES);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            FloatVector distance = FloatVector.fromMemorySegment(SPECIES, x, (row + j) * Float.BYTES, ORDER).sub(mean);
            lanes = distance.fma(distance, lanes);
        }
        float sum = Lanes.sum(lanes);
        for (; j < n; j++) {
            float distance = Floats.get(x, row + j) - mean;
            sum += distance * distance;
        }
        return sum;
    }

    /** x = (x - mean)*factor. */
    private static void normalize(MemorySegment x, long row, float mean, float factor, int n) {
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            FloatVector.fromMemorySegment(SPECIES, x, (row + j) * Float.BYTES, ORDER).sub(mean).mul(factor)
                    .intoMemorySegment(x, (row + j) * Float.BYTES, ORDER);
        }
        for (; j < n; j++) {
            Floats.set(x, row + j, (Floats.get(x, row + j) - mean) * factor);
        }
    }

    @Override
    public void normalizeRowsBackward(int from, int to, Matrix normalized, Matrix scale, Matrix d) {
        int n = d.cols();
        for (int i = from; i < to; i++) {
            long xRow = at(normalized, i, 0);
            long dRow = at(d, i, 0);
            float mean = VectorPasses.sum(d.segment(), dRow, n) / n;
            float slope = sumOfProducts(d.segment(), dRow, normalized.segment(), xRow, n) / n;
            normalizeBackward(normalized.segment(), xRow, mean, slope, Floats.get(scale, i, 0), d.segment(), dRow, n);
        }
    }

    /** Σ_j x_j*y_j. */
    private static float sumOfProducts(MemorySegment x, long xRow, MemorySegment y, long yRow, int n) {
        FloatVector lanes = FloatVector.zero(SPECIES);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            lanes = FloatVector.fromMemorySegment(SPECIES, x, (xRow + j) * Float.BYTES, ORDER)
                    .fma(FloatVector.fromMemorySegment(SPECIES, y, (yRow + j) * Float.BYTES, ORDER), lanes);
        }
        float sum = Lanes.sum(lanes);
        for (; j < n; j++) {
            sum += Floats.get(x, xRow + j) * Floats.get(y, yRow + j);
        }
        return sum;
    }

    /** d = scale*(d - mean - x*slope). */
    private static void normalizeBackward(MemorySegment x, long xRow, float mean, float slope, float scale,
            MemorySegment d, long dRow, int n) {
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            FloatVector minusSlope = FloatVector.broadcast(SPECIES, -slope);
            FloatVector.fromMemorySegment(SPECIES, x, (xRow + j) * Float.BYTES, ORDER)
                    .fma(minusSlope,
                            FloatVector.fromMemorySegment(SPECIES, d, (dRow + j) * Float.BYTES, ORDER).sub(mean))
                    .mul(scale).intoMemorySegment(d, (dRow + j) * Float.BYTES, ORDER);
        }
        for (; j < n; j++) {
            float rest = Floats.get(d, dRow + j) - mean - Floats.get(x, xRow + j) * slope;
            Floats.set(d, dRow + j, scale * rest);
        }
    }
}
