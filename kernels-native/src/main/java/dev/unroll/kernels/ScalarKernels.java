package dev.unroll.kernels;

/** Plain loops: the reference that all other kernels are compared with, and what is left where nothing else opens. */
final class ScalarKernels extends CheckedKernels {
    ScalarKernels(int threads) {
        super(Backend.SCALAR, threads, loops());
    }

    @Override
    public boolean rowsAreIndependent() {
        return true;
    }

    private static LoopSet loops() {
        ScalarProducts products = new ScalarProducts();
        ScalarGates gates = new ScalarGates();
        return new LoopSet(products, new PlainSteps(products, gates), gates,
                new ScalarElements(), new ScalarRows(), new ScalarLosses());
    }
}
