package dev.unroll.bench;

/** One side of a comparison of products. */
interface ProductRun extends Contender {
    /** What the last run wrote, [m][n]. */
    float[] output();
}
