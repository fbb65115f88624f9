package dev.unroll.models;

import dev.unroll.tensor.Matrix;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

/**
 * How the weights of one gate begin: a block W of fan-out rows, one a unit, and fan-in columns. The same generator gives
 * the same bits on every machine.
 */
public sealed interface Initializer {
    /**
     * Writes every element of a block, or of some of its rows ({@link #rows}).
     *
     * @param weights the block, fan out x fan in
     * @param random where draws come from
     */
    void fill(Matrix weights, RandomGenerator random);

    /**
     * w ~ U(-bound, bound). With 1/sqrt(H) for a bound, what PyTorch does for recurrent layers.
     *
     * @param bound 0 or more
     * @return the initialiser
     * @throws IllegalArgumentException where the bound is negative, NaN or no finite float
     */
    static Initializer uniform(double bound) {
        return new Uniform(bound);
    }

    /**
     * w ~ U(-b, b), b = sqrt(6 / (fan in + fan out)). Source: Glorot and Bengio, "Understanding the difficulty of training
     * deep feedforward neural networks", 2010.
     *
     * @return the initialiser
     */
    static Initializer xavierUniform() {
        return new XavierUniform();
    }

    /**
     * w ~ N(0, 2 / (fan in + fan out)). Source: Glorot and Bengio, as {@link #xavierUniform}.
     *
     * @return the initialiser
     */
    static Initializer xavierNormal() {
        return new XavierNormal();
    }

    /**
     * w ~ U(-b, b), b = sqrt(6 / fan in). Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
     *
     * @return the initialiser
     */
    static Initializer heUniform() {
        return new HeUniform();
    }

    /**
     * w ~ N(0, 2 / fan in). Source: He, Zhang, Ren and Sun, as {@link #heUniform}.
     *
     * @return the initialiser
     */
    static Initializer heNormal() {
        return new HeNormal();
    }

    /**
     * W·Wᵀ = gain²·I where there are at most as many rows as columns, Wᵀ·W = gain²·I elsewhere; uniform among all such W.
     * Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
     * networks", 2014.
     *
     * @param gain length of each row or column, 0 or more
     * @return the initialiser
     * @throws IllegalArgumentException where the gain is negative, NaN or no finite float
     */
    static Initializer orthogonal(double gain) {
        return new Orthogonal(gain);
    }

    /**
     * w_ii = scale, all else 0; the block need not be square. Source: Le, Jaitly and Hinton, "A simple way to initialize
     * recurrent networks of rectified linear units", 2015.
     *
     * @param scale what stands on the main diagonal
     * @return the initialiser
     * @throws IllegalArgumentException where the scale is NaN or no finite float
     */
    static Initializer identity(double scale) {
        return new Identity(scale);
    }

    /**
     * w = value.
     *
     * @param value what every element is
     * @return the initialiser
     * @throws IllegalArgumentException where the value is NaN or no finite float
     */
    static Initializer constant(double value) {
        return new Constant(value);
    }

    /**
     * Row i = r_i for the rows that are given; the others stay as they are. For an embedding whose words are known from
     * elsewhere, see {@link WordVectors}.
     *
     * @param rows by their number, all of one length; kept, not copied
     * @return the initialiser
     * @throws IllegalArgumentException where one has another length than the others, or a number below 0
     */
    static Initializer rows(SequencedMap<Integer, float[]> rows) {
        return new Rows(rows);
    }

    /**
     * What {@link Initializer#uniform} makes.
     *
     * @param bound 0 or more
     */
    record Uniform(double bound) implements Initializer {
        /**
         * Checks the bound.
         *
         * @throws IllegalArgumentException where it is negative, NaN or no finite float
         */
        public Uniform {
            Draws.checkNotNegative("uniform", "bound", bound);
        }

        @Override
        public void fill(Matrix weights, RandomGenerator random) {
            Draws.uniform(weights, bound, random);
        }
    }

    /** What {@link Initializer#xavierUniform} makes. */
    record XavierUniform() implements Initializer {
        @Override
        public void fill(Matrix weights, RandomGenerator random) {
            Draws.uniform(weights, Math.sqrt(6 / ((double) weights.rows() + weights.cols())), random);
        }
    }

    /** What {@link Initializer#xavierNormal} makes. */
    record XavierNormal() implements Initializer {
        @Override
        public void fill(Matrix weights, RandomGenerator random) {
            Draws.normal(weights, Math.sqrt(2 / ((double) weights.rows() + weights.cols())), random);
        }
    }

    /** What {@link Initializer#heUniform} makes. */
    record HeUniform() implements Initializer {
        @Override
        public void fill(Matrix weights, RandomGenerator random) {
            Draws.uniform(weights, Math.sqrt(6.0 / weights.cols()), random);
        }
    }

    /** What {@link Initializer#heNormal} makes. */
    record HeNormal() implements Initializer {
        @Override
        public void fill(Matrix weights, RandomGenerator random) {
            Draws.normal(weights, Math.sqrt(2.0 / weights.cols()), random);
        }
    }

    /**
     * What {@link Initializer#orthogonal} makes.
     *
     * @param gain length of each row or column, 0 or more
     */
    record Orthogonal(double gain) implements Initializer {
        /**
         * Checks the gain.
         *
         * @throws IllegalArgumentException where it is negative, NaN or no finite float
         */
        public Orthogonal {
            Draws.checkNotNegative("orthogonal", "gain", gain);
        }

        @Override
        public void fill(Matrix weights, RandomGenerator random) {
            int rows = weights.rows();
            int cols = weights.cols();
            double[][] q = OrthonormalRows.draw(Math.min(rows, cols), Math.max(rows, cols), random);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < cols; j++) {
                    weights.set(i, j, (float) (gain * (rows <= cols ? q[i][j] : q[j][i])));
                }
            }
        }
    }

    /**
     * What {@link Initializer#identity} makes.
     *
     * @param scale what stands on the main diagonal
     */
    record Identity(double scale) implements Initializer {
        /**
         * Checks the scale.
         *
         * @throws IllegalArgumentException where it is NaN or no finite float
         */
        public Identity {
            Draws.checkFinite("identity", "scale", scale);
        }

        @Override
        public void fill(Matrix weights, RandomGenerator random) {
            weights.fill(0);
            for (int i = 0; i < Math.min(weights.rows(), weights.cols()); i++) {
                weights.set(i, i, (float) scale);
            }
        }
    }

    /**
     * What {@link Initializer#constant} makes.
     *
     * @param value what every element is
     */
    record Constant(double value) implements Initializer {
        /**
         * Checks the value.
         *
         * @throws IllegalArgumentException where it is NaN or no finite float
         */
        public Constant {
            Draws.checkFinite("constant", "value", value);
        }

        @Override
        public void fill(Matrix weights, RandomGenerator random) {
            weights.fill((float) value);
        }
    }

    /**
     * What {@link Initializer#rows} makes.
     *
     * @param rows by their number
     */
    record Rows(SequencedMap<Integer, float[]> rows) implements Initializer {
        /**
         * Checks the rows.
         *
         * @throws IllegalArgumentException where one has another length than the others, or a number below 0
         */
        public Rows {
            int length = rows.isEmpty() ? 0 : rows.firstEntry().getValue().length;
            rows.forEach((i, row) -> {
                if (i < 0 || row.length != length) {
                    throw new IllegalArgumentException(
                            "rows: row %d has length %d; wanted a row of 0 or more and length %d, as the first"
                                    .formatted(i, row.length, length));
                }
            });
        }

        /**
         * {@inheritDoc}
         *
         * @throws IllegalArgumentException where a row is longer or shorter than the block is wide, or the block has none of
         *         its number
         */
        @Override
        public void fill(Matrix weights, RandomGenerator random) {
            rows.forEach((i, row) -> {
                if (i >= weights.rows() || row.length != weights.cols()) {
                    throw new IllegalArgumentException("rows: row %d of length %d for a block of %dx%d"
                            .formatted(i, row.length, weights.rows(), weights.cols()));
                }
            });
            rows.forEach((i, row) -> {
                for (int j = 0; j < row.length; j++) {
                    weights.set(i, j, row[j]);
                }
            });
        }
    }
}
