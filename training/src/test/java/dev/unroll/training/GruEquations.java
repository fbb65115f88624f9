package dev.unroll.training;

import static dev.unroll.training.CellEquations.sigmoid;

/** The three gated recurrent units; their gates are u, r, c in this order, or u, c. */
final class GruEquations {
    private GruEquations() {}

    /** a' = u*k + (1 - u)*a. */
    static double update(double u, double k, double a) {
        return u * k + (1 - u) * a;
    }

    static CellEquations simplified(int h, StackedWeights w) {
        return (a, heard, c, x, aNext, cNext) -> {
            for (int j = 0; j < h; j++) {
                double u = sigmoid(w.z(j, heard, x));
                double k = Math.tanh(w.z(h + j, heard, x));
                aNext[j] = update(u, k, a[j]);
            }
        };
    }

    /** k = tanh(W_c[r*a, x] + b_c). */
    static CellEquations resetBefore(int h, StackedWeights w) {
        return (a, heard, c, x, aNext, cNext) -> {
            double[] reset = new double[h];
            for (int j = 0; j < h; j++) {
                reset[j] = sigmoid(w.z(h + j, heard, x)) * heard[j];
            }
            for (int j = 0; j < h; j++) {
                double u = sigmoid(w.z(j, heard, x));
                double k = Math.tanh(w.z(2 * h + j, reset, x));
                aNext[j] = update(u, k, a[j]);
            }
        };
    }

    /** k = tanh(W_cx·x + b_c + r*(W_ca·a + b_ca)). */
    static CellEquations resetAfter(int h, StackedWeights w, double[] recurrentBias) {
        return (a, heard, c, x, aNext, cNext) -> {
            for (int j = 0; j < h; j++) {
                double u = sigmoid(w.z(j, heard, x));
                double r = sigmoid(w.z(h + j, heard, x));
                double q = w.recurrent(2 * h + j, heard) + recurrentBias[j];
                double k = Math.tanh(w.input(2 * h + j, x) + w.bias(2 * h + j) + r * q);
                aNext[j] = update(u, k, a[j]);
            }
        };
    }
}
