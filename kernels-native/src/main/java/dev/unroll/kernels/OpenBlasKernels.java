package dev.unroll.kernels;

/** OpenBLAS for the products; gates and rows in vectors where these open, else in plain loops. */
final class OpenBlasKernels extends CheckedKernels {
    OpenBlasKernels(int threads) {
        super(Backend.OPENBLAS, threads, new OpenBlasProducts(), gates(), rows());
    }

    private static Loops.GateLoops gates() {
        return Backend.VECTOR.obstacle().isEmpty() ? new VectorGates() : new ScalarGates();
    }

    private static Loops.RowLoops rows() {
        return Backend.VECTOR.obstacle().isEmpty() ? new VectorRows() : new ScalarRows();
    }
}
