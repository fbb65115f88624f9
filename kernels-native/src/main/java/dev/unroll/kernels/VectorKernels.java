package dev.unroll.kernels;

/** The Vector API, at the machine's preferred width. */
final class VectorKernels extends CheckedKernels {
    VectorKernels(int threads) {
        super(Backend.VECTOR, threads, new VectorProducts(), new VectorGates(), new VectorRows());
    }

    /** Width of a vector. */
    static int bits() {
        return Lanes.SPECIES.vectorBitSize();
    }
}
