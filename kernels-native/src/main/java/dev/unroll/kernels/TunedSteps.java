package dev.unroll.kernels;

import dev.unroll.kernels.Tuning.Kind;
import dev.unroll.tensor.Matrix;

/** Steps in vectors or by OpenBLAS, whichever was measured to be faster for the part at hand. */
record TunedSteps(Routes routes, VectorSteps vectors, OpenBlasSteps openblas) implements Loops.StepLoops {
    private Loops.StepLoops loops(int rows, int units, Matrix x, Matrix a, PackedMatrix wa) {
        long depth = a.cols() + (x == null ? 0L : x.cols());
        return routes.leadToOpenblas(Kind.STEP, rows, depth, (long) units * wa.groups()) ? openblas : vectors;
    }

    @Override
    public void rnn(int from, int to, int left, int right, Activation g, Matrix x, PackedMatrix wx, Matrix a,
            PackedMatrix wa, Matrix z, Matrix aNext) {
        loops(to - from, right - left, x, a, wa).rnn(from, to, left, right, g, x, wx, a, wa, z, aNext);
    }

    @Override
    public void lstm(int from, int to, int left, int right, LstmForm form, Matrix x, PackedMatrix wx, Matrix a,
            PackedMatrix wa, Matrix z, Matrix c, Matrix cNext, Matrix tanhC, Matrix aNext) {
        loops(to - from, right - left, x, a, wa).lstm(from, to, left, right, form, x, wx, a, wa, z, c, cNext, tanhC,
                aNext);
    }

    @Override
    public void gruSimplified(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix p,
            PackedMatrix wa, Matrix z, Matrix a, Matrix aNext) {
        loops(to - from, right - left, x, p, wa).gruSimplified(from, to, left, right, x, wx, p, wa, z, a, aNext);
    }

    @Override
    public void gruResetAfter(int from, int to, int left, int right, Matrix x, PackedMatrix wx, Matrix p,
            PackedMatrix wa, Matrix z, Matrix q, Matrix b, Matrix a, Matrix aNext) {
        loops(to - from, right - left, x, p, wa).gruResetAfter(from, to, left, right, x, wx, p, wa, z, q, b, a, aNext);
    }
}
