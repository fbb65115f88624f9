package dev.unroll.kernels;

/** Plain loops: the reference that all other kernels are compared with, and what is left where nothing else opens. */
final class ScalarKernels extends CheckedKernels {
    ScalarKernels(int threads) {
        super(Backend.SCALAR, threads, new ScalarProducts(), new ScalarGates(), new ScalarRows());
    }
}
