package dev.unroll.kernels;

import dev.unroll.kernels.PackedMatrix.Orientation;
import dev.unroll.kernels.Tuning.Kind;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/**
 * Products in vectors or by OpenBLAS, whichever was measured to be faster for the part at hand. Packed matrices are those of
 * the vectors; OpenBLAS reads their source.
 */
record TunedProducts(Routes routes, VectorProducts vectors, OpenBlasProducts openblas) implements Loops.ProductLoops {
    private Loops.ProductLoops loops(int rows, int units, int groups, PackedMatrix b) {
        Kind kind = b.orientation() == Orientation.PLAIN ? Kind.PRODUCT : Kind.PRODUCT_TRANSPOSED;
        return routes.leadToOpenblas(kind, rows, b.rows(), (long) units * groups) ? openblas : vectors;
    }

    @Override
    public PackedMatrix pack(Kernels owner, Arena arena, Matrix source, Orientation orientation, int groups) {
        return vectors.pack(owner, arena, source, orientation, groups);
    }

    @Override
    public void repack(int left, int right, PackedMatrix packed) {
        vectors.repack(left, right, packed);
    }

    @Override
    public void multiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
            Matrix out) {
        loops(to - from, right - left, groups, b).multiply(from, to, left, right, group, groups, a, b, out);
    }

    @Override
    public void addMultiply(int from, int to, int left, int right, int group, int groups, Matrix a, PackedMatrix b,
            Matrix out) {
        loops(to - from, right - left, groups, b).addMultiply(from, to, left, right, group, groups, a, b, out);
    }

    @Override
    public void addMultiplyTransA(int from, int to, int left, int right, Matrix a, Matrix b, Matrix out) {
        if (routes.leadToOpenblas(Kind.GRADIENT, a.rows(), to - from, right - left)) {
            openblas.addMultiplyTransA(from, to, left, right, a, b, out);
        } else {
            vectors.addMultiplyTransA(from, to, left, right, a, b, out);
        }
    }

    @Override
    public void close() {
        vectors.close();
    }
}
