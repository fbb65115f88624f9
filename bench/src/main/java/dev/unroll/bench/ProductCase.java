package dev.unroll.bench;

/**
 * x·Wᵀ.
 *
 * @param m rows of x
 * @param n rows of W
 * @param k columns of both
 */
record ProductCase(int m, int n, int k) {
    double flops() {
        return 2.0 * m * n * k;
    }

    double weightBytes() {
        return 4.0 * n * k;
    }

    @Override
    public String toString() {
        return "M=%d N=%d K=%d".formatted(m, n, k);
    }
}
