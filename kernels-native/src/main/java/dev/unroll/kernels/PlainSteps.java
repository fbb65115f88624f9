package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;

/** Steps as a product and then the gates, where a backend has nothing better. */
record PlainSteps(Loops.ProductLoops products, Loops.GateLoops gates) implements Loops.StepLoops {
    @Override
    public void tanh(int from, int to, int left, int right, Matrix a, PackedMatrix w, Matrix z, Matrix aNext) {
        products.addMultiply(from, to, left, right, 0, 1, a, w, z);
        gates.tanh(from, to, left, right, z, aNext);
    }

    @Override
    public void lstm(int from, int to, int left, int right, Matrix a, PackedMatrix w, Matrix z, Matrix c, Matrix cNext,
            Matrix tanhC, Matrix aNext) {
        products.addMultiply(from, to, left, right, 0, 4, a, w, z);
        gates.lstm(from, to, left, right, z, c, cNext, tanhC, aNext);
    }

    @Override
    public void gruResetAfter(int from, int to, int left, int right, Matrix a, PackedMatrix w, Matrix z, Matrix q,
            Matrix b, Matrix aNext) {
        products.addMultiply(from, to, left, right, 0, 2, a, w, z);
        products.multiply(from, to, left, right, 2, 1, a, w, q);
        gates.gruResetAfter(from, to, left, right, z, q, b, a, aNext);
    }
}
