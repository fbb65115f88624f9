package dev.unroll.kernels;

import static org.junit.jupiter.api.Assertions.fail;

import dev.unroll.tensor.Matrix;
import java.lang.foreign.ValueLayout;
import java.util.function.ToDoubleFunction;

/** What judges the kernels: equations in double precision, and comparison with them. */
final class Oracle {
    /** A number for each element. */
    interface Element {
        double at(int i, int j);
    }

    private Oracle() {}

    static double[][] values(Matrix a) {
        double[][] values = new double[a.rows()][a.cols()];
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < a.cols(); j++) {
                values[i][j] = a.get(i, j);
            }
        }
        return values;
    }

    static double[][] transposed(double[][] a, int rows, int cols) {
        double[][] result = new double[cols][rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                result[j][i] = a[i][j];
            }
        }
        return result;
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    static double activate(Activation g, double z) {
        return switch (g) {
            case TANH -> Math.tanh(z);
            case RELU -> Math.max(0, z);
            case IDENTITY -> z;
            case SIGMOID -> sigmoid(z);
        };
    }

    /** softmax of a row in double precision. */
    static double[] softmax(double[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (double z : logits) {
            max = Math.max(max, z);
        }
        double sum = 0;
        double[] p = new double[logits.length];
        for (int j = 0; j < p.length; j++) {
            p[j] = Math.exp(logits[j] - max);
            sum += p[j];
        }
        for (int j = 0; j < p.length; j++) {
            p[j] /= sum;
        }
        return p;
    }

    /** dL/dx_i by central differences. */
    static double[] gradient(ToDoubleFunction<double[]> loss, double... x) {
        double step = 1e-5;
        double[] gradient = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double[] shifted = x.clone();
            shifted[i] = x[i] + step;
            double up = loss.applyAsDouble(shifted);
            shifted[i] = x[i] - step;
            gradient[i] = (up - loss.applyAsDouble(shifted)) / (2 * step);
        }
        return gradient;
    }

    /** Wants every element within the tolerance, NaN for NaN and an infinity for itself. */
    static void assertClose(String context, Matrix actual, Element expected, Element tolerance) {
        for (int i = 0; i < actual.rows(); i++) {
            for (int j = 0; j < actual.cols(); j++) {
                double e = expected.at(i, j);
                float a = actual.get(i, j);
                boolean close = Double.isFinite(e) ? Math.abs(a - e) <= tolerance.at(i, j) : Double.compare(a, e) == 0;
                if (!close) {
                    fail("%s: element (%d, %d) of %s is %s; wanted %s within %s".formatted(context, i, j,
                            actual.shape(), a, e, tolerance.at(i, j)));
                }
            }
        }
    }

    /** Wants every element within {@code tolerance} times the larger of 1 and itself. */
    static void assertClose(String context, Matrix actual, Element expected, double tolerance) {
        assertClose(context, actual, expected, (i, j) -> tolerance * Math.max(1, Math.abs(expected.at(i, j))));
    }

    /** Wants the very float. */
    static void assertExact(String context, Matrix actual, Element expected) {
        assertClose(context, actual, (i, j) -> (float) expected.at(i, j), (i, j) -> 0);
    }

    /** The bits of all elements, row by row. */
    static int[] bits(Matrix a) {
        int[] bits = new int[Math.toIntExact(a.layout().size())];
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < a.cols(); j++) {
                bits[i * a.cols() + j] = a.segment().getAtIndex(ValueLayout.JAVA_INT,
                        a.offset() + i * a.rowStride() + j);
            }
        }
        return bits;
    }
}
