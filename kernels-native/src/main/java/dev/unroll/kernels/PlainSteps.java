package dev.unroll.kernels;

import dev.unroll.tensor.Matrix;

/** Steps as products and then the gates, where a backend has nothing better. */
class PlainSteps implements Loops.StepLoops {
    private final Loops.ProductLoops products;
    private final Loops.GateLoops gates;

    PlainSteps(Loops.ProductLoops products, Loops.GateLoops gates) {
        this.products = products;
        this.gates = gates;
    }

    /** z += x·wx over all groups and a·wa over the first {@code groups}; x and wx may be null. */
    void add(int from, int to, int left, int right, int groups, Matrix x, PackedMatrix wx, Matrix a, PackedMatrix wa,
            Matrix z) {
        if (x != null) {
            products.addMultiply(from, to, left, right, 0, wx.groups(), x, wx, z);
        }
        products.addMultiply(from, to, left, right, 0, groups, a, wa, z);
    }

    @Override
    public final void rnn(int from, int to, int left, int right, Activation g, Matrix x, PackedMatrix wx, Matrix a,
            PackedMatrix wa, Matrix z, Matrix aNext) {
        add(from, to, left, right, 1, x, wx, a, wa, z);
        gates.activate(from, to, left, right, g, z, aNext);
    }

    @Override
    public final void lstm(int from, int to, int left, int right, LstmForm form, Matrix x, PackedMatrix wx, Matrix a,
            PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
        add(from, to, left, right, wa.groups(), x, wx, a, wa, z);
        gates.lstm(from, to, left, right, form, z, c, cNext, tanhC, aNext);
    }

    @Override
    public final void gruSimplified(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix p,
            PackedMatrix wa, Matrix z, Matrix a, Matrix aNext) {
        add(from, to, left, right, 2, x, wx, p, wa, z);
        gates.gruSimplified(from, to, left, right, z, a, aNext);
    }

    @Override
    public final void gruResetAfter(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix p,
            PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext) {
        add(from, to, left, right, 2, x, wx, p, wa, z);
        products.multiply(from, to, left, right, 2, 1, p, wa, q);
        gates.gruResetAfter(from, to, left, right, z, q, b, a, aNext);
    }
}
