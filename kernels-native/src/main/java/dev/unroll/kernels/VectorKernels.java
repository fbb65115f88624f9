package dev.unroll.kernels;

/** The Vector API, at the machine's preferred width. */
final class VectorKernels extends CheckedKernels {
    VectorKernels(int threads) {
        super(Backend.VECTOR, threads, loops());
    }

    private static LoopSet loops() {
        VectorProducts products = new VectorProducts();
        VectorGates gates = new VectorGates(products.pool());
        return new LoopSet(products, new VectorSteps(products.pool(), gates), gates, new VectorRows(products.pool()));
    }

    /** Width of a vector. */
    static int bits() {
        return Lanes.SPECIES.vectorBitSize();
    }
}
