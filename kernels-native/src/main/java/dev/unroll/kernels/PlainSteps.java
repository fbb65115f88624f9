package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;

/** Steps as products and then the gates, where a backend has nothing better. */
record PlainSteps(Loops.ProductLoops products, Loops.GateLoops gates) implements Loops.StepLoops {
    private void input(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix z) {
        if (x != null) {
            products.addMultiply(from, to, left, right, 0, wx.groups(), x, wx, z);
        }
    }

    @Override
    public void tanh(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa,
            Matrix z, Matrix aNext) {
        input(from, to, left, right, x, wx, z);
        products.addMultiply(from, to, left, right, 0, 1, a, wa, z);
        gates.tanh(from, to, left, right, z, aNext);
    }

    @Override
    public void lstm(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa,
            Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
        input(from, to, left, right, x, wx, z);
        products.addMultiply(from, to, left, right, 0, 4, a, wa, z);
        gates.lstm(from, to, left, right, z, c, cNext, tanhC, aNext);
    }

    @Override
    public void gruResetAfter(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix a,
            PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix aNext) {
        input(from, to, left, right, x, wx, z);
        products.addMultiply(from, to, left, right, 0, 2, a, wa, z);
        products.multiply(from, to, left, right, 2, 1, a, wa, q);
        gates.gruResetAfter(from, to, left, right, z, q, b, a, aNext);
    }
}
