package dev.unroll.kernels;

/**
 * How a product of few rows is cut so that OpenBLAS takes its kernels for small matrices. Those of AVX-512 machines read the
 * operands where they lie; the others first copy all of B, which at 2 rows costs ten times the product. The library takes
 * them where rows*columns*depth is at most 10^6 and, for B = Wᵀ, rows*columns is at most 1200 and the depth at least 32
 * ({@code sgemm_small_kernel_permit} of its SkylakeX kernels); elsewhere it has none for floats, and products stay whole.
 * {@code docs/design-notes.md} has what was measured.
 */
final class OpenBlasBlocks {
    /** Most rows for which blocks beat the whole product. */
    private static final int ROWS = 32;
    /** The library's limits. */
    private static final int VOLUME = 1_000_000;
    private static final int TRANSPOSED_AREA = 1200;
    private static final int TRANSPOSED_DEPTH = 32;
    /** Blocks are whole vectors wide. */
    private static final int WIDTH = 16;
    /** As deep as leaves blocks of a plain B wide: its rows are read a block's width at a time. */
    private static final int PLAIN_DEPTH = 256;

    private OpenBlasBlocks() {}

    /** Whether blocks of a product with so many rows and depth are faster than the whole. */
    static boolean serve(int rows, int depth, boolean plain) {
        // A transposed B wants some depth a row to be worth it: 0.84 at 32 rows, 64 deep; 1.15 at 128.
        boolean small = plain || (depth >= Math.max(TRANSPOSED_DEPTH, 4 * rows) && rows * WIDTH <= area(depth));
        return small && rows <= ROWS && OpenBlasLibrary.hasSmallKernels();
    }

    private static int area(int depth) {
        return Math.min(TRANSPOSED_AREA, VOLUME / depth);
    }

    /** How deep a block is. */
    static int depth(int rows, int cols, int depth, boolean plain) {
        boolean whole = !plain || !serve(rows, depth, true) || (long) rows * cols * depth <= VOLUME;
        return whole ? depth : Math.min(depth, PLAIN_DEPTH);
    }

    /** How many columns a block of this depth has. */
    static int cols(int rows, int cols, int depth, boolean plain) {
        if (!serve(rows, depth, plain)) {
            return cols;
        }
        int most = (plain ? VOLUME / depth : area(depth)) / rows;
        return cols <= most ? cols : Math.max(WIDTH, most / WIDTH * WIDTH);
    }
}
