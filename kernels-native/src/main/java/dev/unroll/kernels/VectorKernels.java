package dev.unroll.kernels;

/** The Vector API, at the machine's preferred width. */
final class VectorKernels extends CheckedKernels {
    private final boolean isTuned;

    VectorKernels(int threads) {
        super(Backend.VECTOR, threads, loops());
        this.isTuned = false;
    }

    /** With the products and steps that a table sends to OpenBLAS, which opens. */
    VectorKernels(int threads, Tuning tuning) {
        super(Backend.VECTOR, threads, loops(new Routes(tuning.entries())));
        this.isTuned = true;
    }

    @Override
    public boolean rowsAreIndependent() {
        return !isTuned;
    }

    private static LoopSet loops(Routes routes) {
        VectorProducts products = new VectorProducts();
        Scratch.Pool pool = products.pool();
        VectorGates gates = new VectorGates(pool);
        OpenBlasProducts openblas = new OpenBlasProducts();
        TunedSteps steps = new TunedSteps(routes, new VectorSteps(pool, gates),
                new OpenBlasSteps(pool, openblas, gates));
        return new LoopSet(new TunedProducts(routes, products, openblas), steps, gates, new VectorElements(),
                new VectorRows(pool), new VectorLosses(pool));
    }

    private static LoopSet loops() {
        VectorProducts products = new VectorProducts();
        Scratch.Pool pool = products.pool();
        VectorGates gates = new VectorGates(pool);
        return new LoopSet(products, new VectorSteps(pool, gates), gates, new VectorElements(), new VectorRows(pool),
                new VectorLosses(pool));
    }

    /** Width of a vector. */
    static int bits() {
        return Lanes.SPECIES.vectorBitSize();
    }
}
