package dev.unroll.kernels;

import static dev.unroll.kernels.Floats.get;
import static dev.unroll.kernels.Floats.set;

import dev.unroll.tensor.Matrix;

/** Elementwise arithmetic in plain loops, the sums of a row in double precision. */
final class ScalarElements implements Loops.ElementLoops {
    /** What keeps a row of equal numbers from a division by 0. */
    static final float VARIANCE_FLOOR = 1e-5f;

    @Override
    public void multiplyElementwise(int from, int to, Matrix a, Matrix b, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = 0; j < out.cols(); j++) {
                set(out, i, j, get(a, i, j) * get(b, i, j));
            }
        }
    }

    @Override
    public void addMultiplyElementwise(int from, int to, Matrix a, Matrix b, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = 0; j < out.cols(); j++) {
                set(out, i, j, get(out, i, j) + get(a, i, j) * get(b, i, j));
            }
        }
    }

    @Override
    public void interpolate(int from, int to, Matrix m, Matrix a, Matrix b, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = 0; j < out.cols(); j++) {
                set(out, i, j, interpolate(get(m, i, j), get(a, i, j), get(b, i, j)));
            }
        }
    }

    static float interpolate(float m, float a, float b) {
        if (m == 1) {
            return a;
        }
        return m == 0 ? b : m * a + (1 - m) * b;
    }

    @Override
    public void multiplyRow(int from, int to, Matrix row, Matrix a, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = 0; j < out.cols(); j++) {
                set(out, i, j, get(row, 0, j) * get(a, i, j));
            }
        }
    }

    @Override
    public void addMultiplyRow(int from, int to, Matrix row, Matrix a, Matrix out) {
        for (int i = from; i < to; i++) {
            for (int j = 0; j < out.cols(); j++) {
                set(out, i, j, get(out, i, j) + get(row, 0, j) * get(a, i, j));
            }
        }
    }

    @Override
    public void addSumOfProducts(int left, int right, Matrix a, Matrix b, Matrix out) {
        for (int i = 0; i < a.rows(); i++) {
            for (int j = left; j < right; j++) {
                set(out, 0, j, get(out, 0, j) + get(a, i, j) * get(b, i, j));
            }
        }
    }

    @Override
    public void normalizeRows(int from, int to, Matrix x, Matrix scale) {
        int n = x.cols();
        for (int i = from; i < to; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += get(x, i, j);
            }
            double mean = sum / n;
            double squares = 0;
            for (int j = 0; j < n; j++) {
                double distance = get(x, i, j) - mean;
                squares += distance * distance;
            }
            double factor = 1 / Math.sqrt(squares / n + VARIANCE_FLOOR);
            for (int j = 0; j < n; j++) {
                set(x, i, j, (float) ((get(x, i, j) - mean) * factor));
            }
            set(scale, i, 0, (float) factor);
        }
    }

    @Override
    public void normalizeRowsBackward(int from, int to, Matrix normalized, Matrix scale, Matrix d) {
        int n = d.cols();
        for (int i = from; i < to; i++) {
            double sum = 0;
            double products = 0;
            for (int j = 0; j < n; j++) {
                sum += get(d, i, j);
                products += (double) get(d, i, j) * get(normalized, i, j);
            }
            for (int j = 0; j < n; j++) {
                double rest = get(d, i, j) - sum / n - get(normalized, i, j) * (products / n);
                set(d, i, j, (float) (get(scale, i, 0) * rest));
            }
        }
    }
}
