package dev.unroll.kernels;

import static dev.unroll.kernels.Floats.at;
import static dev.unroll.kernels.Lanes.DOUBLES;
import static dev.unroll.kernels.Lanes.LENGTH;
import static dev.unroll.kernels.Lanes.ORDER;
import static dev.unroll.kernels.Lanes.SPECIES;
import static dev.unroll.kernels.Lanes.bound;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Losses and their gradients in vectors, each in a few short passes over a row: see {@link VectorMath}. */
final class VectorLosses implements Loops.LossLoops {
    private final Scratch.Pool pool;

    VectorLosses(Scratch.Pool pool) {
        this.pool = pool;
    }

    @Override
    public void softmaxCrossEntropy(int from, int to, Matrix z, int[] targets, int firstTarget, Matrix weights,
            float smoothing, Matrix losses) {
        int n = z.cols();
        for (int i = from; i < to; i++) {
            long row = at(z, i, 0);
            long target = row + targets[firstTarget + i];
            float weight = Floats.get(weights, i, 0);
            float max = VectorRows.max(z, i);
            float atTarget = Floats.get(z.segment(), target);
            double expected = smoothing == 0
                    ? atTarget - max
                    : ScalarLosses.expected(sum(z.segment(), row, n) / n, atTarget, max, smoothing);
            VectorPasses.exp(pool, i, z, max, z, n);
            float sum = VectorPasses.sum(z.segment(), row, n);
            VectorRows.scaleRow(weight / sum, z, i);
            if (smoothing > 0) {
                subtract(weight * smoothing / n, z.segment(), row, n);
            }
            Floats.set(z.segment(), target, Floats.get(z.segment(), target) - weight * (1 - smoothing));
            Floats.set(losses, i, 0, (float) (Math.log(sum) - expected));
        }
    }

    /** Σ_j x_j, in double precision. */
    private static double sum(MemorySegment x, long row, int n) {
        DoubleVector low = DoubleVector.zero(DOUBLES);
        DoubleVector high = DoubleVector.zero(DOUBLES);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, (row + j) * Float.BYTES, ORDER);
            low = low.add(v.convertShape(VectorOperators.F2D, DOUBLES, 0));
            high = high.add(v.convertShape(VectorOperators.F2D, DOUBLES, 1));
        }
        double sum = Lanes.sum(low.add(high));
        for (; j < n; j++) {
            sum += Floats.get(x, row + j);
        }
        return sum;
    }

    /** x -= share. */
    private static void subtract(float share, MemorySegment x, long row, int n) {
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            FloatVector.fromMemorySegment(SPECIES, x, (row + j) * Float.BYTES, ORDER).sub(share)
                    .intoMemorySegment(x, (row + j) * Float.BYTES, ORDER);
        }
        for (; j < n; j++) {
            Floats.set(x, row + j, Floats.get(x, row + j) - share);
        }
    }

    /**
     * With s = σ(-|z|), at most 1/2, and u the probability of the less likely answer, t for z < 0 and 1 - t else, a term of
     * the loss is |z|*u - log(1 - s) and its gradient s - u or u - s: so neither loses the digits of a small s, as 1 - σ(z)
     * would.
     */
    @Override
    public void sigmoidCrossEntropy(int from, int to, Matrix z, Matrix targets, Matrix weights, Matrix losses) {
        Scratch scratch = pool.take();
        try {
            Matrix strip = scratch.strip();
            for (int i = from; i < to; i++) {
                double loss = 0;
                for (int j = 0; j < z.cols(); j += Scratch.STRIP) {
                    int count = Math.min(Scratch.STRIP, z.cols() - j);
                    loss += distances(z.segment(), at(z, i, j), targets.segment(), at(targets, i, j), strip.segment(),
                            strip.offset(), count);
                    VectorMath.sigmoid(0, 1, strip, 0, strip, 0, bound(count + LENGTH - 1));
                    // Of at most 512 factors, none below 1/2: far from the least double.
                    loss -= Math.log(gradients(Floats.get(weights, i, 0), z.segment(), at(z, i, j), targets.segment(),
                            at(targets, i, j), strip.segment(), strip.offset(), count));
                }
                Floats.set(losses, i, 0, (float) loss);
            }
        } finally {
            pool.giveBack(scratch);
        }
    }

    /** x = -|z|; Σ_j |z_j|*u_j, in double precision. */
    private static double distances(MemorySegment z, long zRow, MemorySegment t, long tRow, MemorySegment x, long xRow,
            int n) {
        DoubleVector low = DoubleVector.zero(DOUBLES);
        DoubleVector high = DoubleVector.zero(DOUBLES);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            FloatVector one = FloatVector.broadcast(SPECIES, 1);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, z, (zRow + j) * Float.BYTES, ORDER);
            FloatVector target = FloatVector.fromMemorySegment(SPECIES, t, (tRow + j) * Float.BYTES, ORDER);
            VectorMask<Float> isNegative = v.compare(VectorOperators.LT, FloatVector.zero(SPECIES));
            FloatVector distance = v.abs();
            distance.neg().intoMemorySegment(x, (xRow + j) * Float.BYTES, ORDER);
            FloatVector term = one.sub(target).blend(target, isNegative).mul(distance);
            low = low.add(term.convertShape(VectorOperators.F2D, DOUBLES, 0));
            high = high.add(term.convertShape(VectorOperators.F2D, DOUBLES, 1));
        }
        double sum = Lanes.sum(low.add(high));
        for (; j < n; j++) {
            float v = Floats.get(z, zRow + j);
            float target = Floats.get(t, tRow + j);
            Floats.set(x, xRow + j, -Math.abs(v));
            sum += (v < 0 ? target : 1 - target) * Math.abs(v);
        }
        return sum;
    }

    /** z = weight*(s - u) where z < 0, weight*(u - s) elsewhere; Π_j (1 - s_j), in double precision. */
    private static double gradients(float weight, MemorySegment z, long zRow, MemorySegment t, long tRow,
            MemorySegment s, long sRow, int n) {
        DoubleVector low = DoubleVector.broadcast(DOUBLES, 1);
        DoubleVector high = DoubleVector.broadcast(DOUBLES, 1);
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            FloatVector one = FloatVector.broadcast(SPECIES, 1);
            DoubleVector whole = DoubleVector.broadcast(DOUBLES, 1);
            FloatVector factor = FloatVector.broadcast(SPECIES, weight);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, z, (zRow + j) * Float.BYTES, ORDER);
            FloatVector target = FloatVector.fromMemorySegment(SPECIES, t, (tRow + j) * Float.BYTES, ORDER);
            FloatVector sigmoid = FloatVector.fromMemorySegment(SPECIES, s, (sRow + j) * Float.BYTES, ORDER);
            VectorMask<Float> isNegative = v.compare(VectorOperators.LT, FloatVector.zero(SPECIES));
            one.sub(target).blend(target, isNegative).sub(sigmoid).mul(factor.blend(-weight, isNegative))
                    .intoMemorySegment(z, (zRow + j) * Float.BYTES, ORDER);
            low = low.mul(whole.sub(sigmoid.convertShape(VectorOperators.F2D, DOUBLES, 0)));
            high = high.mul(whole.sub(sigmoid.convertShape(VectorOperators.F2D, DOUBLES, 1)));
        }
        double product = Lanes.product(low.mul(high));
        for (; j < n; j++) {
            float target = Floats.get(t, tRow + j);
            float sigmoid = Floats.get(s, sRow + j);
            boolean isNegative = Floats.get(z, zRow + j) < 0;
            Floats.set(z, zRow + j, weight * (isNegative ? sigmoid - target : 1 - target - sigmoid));
            product *= 1 - (double) sigmoid;
        }
        return product;
    }

    @Override
    public void squaredError(int from, int to, Matrix y, Matrix targets, Matrix weights, Matrix losses) {
        int n = y.cols();
        for (int i = from; i < to; i++) {
            long row = at(y, i, 0);
            subtract(targets.segment(), at(targets, i, 0), y.segment(), row, n);
            double loss = VectorRows.sumOfSquares(y.segment(), row, bound(n));
            for (int j = bound(n); j < n; j++) {
                double distance = Floats.get(y.segment(), row + j);
                loss += distance * distance;
            }
            VectorRows.scaleRow(2 * Floats.get(weights, i, 0), y, i);
            Floats.set(losses, i, 0, (float) loss);
        }
    }

    /** y -= t for a row of each, which begin at these indices. */
    private static void subtract(MemorySegment t, long tRow, MemorySegment y, long yRow, int n) {
        int j = 0;
        for (; j < bound(n); j += LENGTH) {
            FloatVector.fromMemorySegment(SPECIES, y, (yRow + j) * Float.BYTES, ORDER)
                    .sub(FloatVector.fromMemorySegment(SPECIES, t, (tRow + j) * Float.BYTES, ORDER))
                    .intoMemorySegment(y, (yRow + j) * Float.BYTES, ORDER);
        }
        for (; j < n; j++) {
            Floats.set(y, yRow + j, Floats.get(y, yRow + j) - Floats.get(t, tRow + j));
        }
    }
}
