package dev.unroll.kernels;

/** OpenBLAS for the products; gates and rows in vectors where these open, else in plain loops. */
final class OpenBlasKernels extends CheckedKernels {
    OpenBlasKernels(int threads) {
        super(Backend.OPENBLAS, threads, loops());
    }

    private static LoopSet loops() {
        boolean vectors = Backend.VECTOR.obstacle().isEmpty();
        OpenBlasProducts products = new OpenBlasProducts();
        Loops.GateLoops gates = vectors ? new VectorGates() : new ScalarGates();
        return new LoopSet(products, new PlainSteps(products, gates), gates,
                vectors ? new VectorRows() : new ScalarRows());
    }
}
