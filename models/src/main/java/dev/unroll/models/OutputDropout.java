package dev.unroll.models;

import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.lang.foreign.Arena;
import java.util.random.RandomGenerator;

/** y = m*a on the way from a layer to what is above it, see {@link Regularization}. */
final class OutputDropout {
    private final Regularization regularization;
    private final Matrix mask;
    private final Matrix output;
    private Schedule schedule;

    OutputDropout(Regularization regularization, Arena arena, int rows, int width) {
        this.regularization = regularization;
        this.mask = Matrix.allocate(arena, rows, width);
        this.output = Matrix.allocate(arena, rows, width);
        takeMean();
    }

    void bind(Schedule rows) {
        schedule = rows;
    }

    void draw(RandomGenerator seeds, long first) {
        Matrix rows = mask.rows(0, schedule.size());
        rows.fill(1);
        Masks.multiplyDropout(seeds.nextLong(), first, schedule.padded(), regularization.dropout(), rows);
        Masks.multiplyDropout(seeds.nextLong(), 0, schedule.sequences(), regularization.variationalDropout(), rows);
    }

    void takeMean() {
        mask.fill(1);
    }

    void forward(Kernels kernels, Matrix a) {
        kernels.multiplyElementwise(mask.rows(0, a.rows()), a, output.rows(0, a.rows()));
    }

    void backward(Kernels kernels, Matrix dy) {
        kernels.multiplyElementwise(mask.rows(0, dy.rows()), dy, dy);
    }

    Matrix output() {
        return output.rows(0, schedule.size());
    }
}
