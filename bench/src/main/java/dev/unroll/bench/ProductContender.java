package dev.unroll.bench;

import dev.unroll.kernels.Kernels;
import dev.unroll.kernels.PackedMatrix;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;

/** x·Wᵀ on one of Unroll's backends, W packed beforehand. */
final class ProductContender implements ProductRun {
    private final Arena arena = Arena.ofShared();
    private final Kernels kernels;
    private final Matrix x;
    private final Matrix w;
    private final PackedMatrix packed;
    private final Matrix out;

    ProductContender(ProductCase shape, Kernels kernels) {
        this.kernels = kernels;
        this.x = Filled.matrix(arena, shape.m(), shape.k());
        this.w = Filled.matrix(arena, shape.n(), shape.k());
        this.packed = kernels.packTransposed(arena, w);
        this.out = Matrix.allocate(arena, shape.m(), shape.n());
        kernels.warmUp(shape.m(), shape.n());
    }

    @Override
    public void run() {
        kernels.multiply(x, packed, out);
    }

    @Override
    public float[] output() {
        return out.toArray();
    }

    @Override
    public void close() {
        kernels.close();
        arena.close();
    }
}
