package dev.unroll.kernels;

/** OpenBLAS for the products; gates and rows in vectors where these open, else in plain loops. */
final class OpenBlasKernels extends CheckedKernels {
    OpenBlasKernels(int threads) {
        super(Backend.OPENBLAS, threads, loops());
    }

    @Override
    public boolean rowsAreIndependent() {
        return false;
    }

    private static LoopSet loops() {
        OpenBlasProducts products = new OpenBlasProducts();
        if (Backend.VECTOR.obstacle().isPresent()) {
            ScalarGates gates = new ScalarGates();
            return new LoopSet(products, new PlainSteps(products, gates), gates, new ScalarElements(),
                    new ScalarRows(), new ScalarLosses());
        }
        Scratch.Pool pool = new Scratch.Pool();
        VectorGates gates = new VectorGates(pool);
        return new LoopSet(products, new OpenBlasSteps(pool, products, gates), gates, new VectorElements(),
                new VectorRows(pool), new VectorLosses(pool));
    }
}
