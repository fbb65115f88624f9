package dev.unroll.training;

import dev.unroll.cells.Parameters;
import dev.unroll.kernels.Kernels;
import dev.unroll.tensor.Matrix;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * |g| = sqrt(Σ g_i^2), of each parameter and of all: how large a gradient is.
 *
 * @param byParameter norm of each parameter's gradient, in their order; NaN or infinite where one of its elements is
 */
public record GradientNorms(SequencedMap<String, Double> byParameter) {
    /** Rows whose squares are one sum, so that who adds them up does not change a bit. */
    private static final int ROWS = 64;

    /**
     * Takes the norms.
     *
     * @param byParameter norm of each parameter's gradient; copied
     */
    public GradientNorms {
        byParameter = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(byParameter));
    }

    /**
     * Measures a gradient.
     *
     * @param kernels who computes
     * @param gradient as it is
     * @return its norms
     */
    public static GradientNorms of(Kernels kernels, Parameters gradient) {
        SequencedMap<String, Double> norms = new LinkedHashMap<>();
        gradient.asMap().forEach((name, g) -> norms.put(name, Math.sqrt(sumOfSquares(kernels, g))));
        return new GradientNorms(norms);
    }

    private static double sumOfSquares(Kernels kernels, Matrix g) {
        double[] sums = new double[(g.rows() + ROWS - 1) / ROWS];
        kernels.share(sums.length, (from, to) -> {
            for (int i = from; i < to; i++) {
                sums[i] = kernels.sumOfSquares(g.rows(i * ROWS, Math.min(ROWS, g.rows() - i * ROWS)));
            }
        });
        return Arrays.stream(sums).sum();
    }

    /**
     * The norm of all parameters together.
     *
     * @return sqrt(Σ |g|^2)
     */
    public double global() {
        double squares = 0;
        for (double norm : byParameter.values()) {
            squares += norm * norm;
        }
        return Math.sqrt(squares);
    }

    /**
     * A parameter whose gradient is not finite.
     *
     * @return the first one's name, if there is one
     */
    public Optional<String> notFinite() {
        return byParameter.entrySet().stream().filter(e -> !Double.isFinite(e.getValue())).map(e -> e.getKey())
                .findFirst();
    }
}
