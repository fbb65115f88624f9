package dev.unroll.bench;

/** The equations of the layers in double precision, one element at a time: what every contender is compared with. */
final class LayerReference {
    /** The largest deviation, relative to the largest number, that counts as the same result. */
    static final double TOLERANCE = 1e-5;

    private static final GateOrder LSTM = GateOrder.of("f", "u", "o", "c");
    private static final GateOrder GRU = GateOrder.of("u", "r", "c");
    private static final GateOrder RNN = GateOrder.of("a");

    private final LayerOperands operands;
    private final int h;
    private final double[] input;
    private final double[] recurrent;
    private final float[] bias;
    private final float[] recurrentBias;

    private LayerReference(LayerOperands operands, GateOrder order) {
        this.operands = operands;
        this.h = operands.shape().hidden();
        this.input = ProductReference.transposed(operands.weights().input(order), h);
        this.recurrent = ProductReference.transposed(operands.weights().recurrent(order), h);
        this.bias = operands.weights().bias(order);
        this.recurrentBias = operands.weights().recurrentBias(order);
    }

    /** All hidden states, [time][batch][H]. */
    static double[] output(LayerOperands operands) {
        return switch (operands.shape().cell()) {
            case LSTM -> new LayerReference(operands, LSTM).run();
            case GRU -> new LayerReference(operands, GRU).run();
            case RNN -> new LayerReference(operands, RNN).run();
            case GRU_RESET_BEFORE, GRU_SIMPLIFIED, GRU_LAYER_NORM, LSTM_LAYER_NORM ->
                throw new IllegalArgumentException(
                        "reference: %s has no peer; wanted lstm, gru or rnn".formatted(operands.shape().cell()));
        };
    }

    /** max|y - wanted| / max|wanted|, or infinity where y is not even of its length or has a NaN. */
    static double deviation(float[] y, double[] wanted) {
        if (y.length != wanted.length) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = 0;
        double off = 0;
        for (int i = 0; i < y.length; i++) {
            if (Float.isNaN(y[i])) {
                return Double.POSITIVE_INFINITY;
            }
            largest = Math.max(largest, Math.abs(wanted[i]));
            off = Math.max(off, Math.abs(y[i] - wanted[i]));
        }
        return off / largest;
    }

    private double[] run() {
        LayerCase shape = operands.shape();
        double[] y = new double[shape.time() * shape.batch() * h];
        // Sequences know nothing of each other.
        for (int i = 0; i < shape.batch(); i++) {
            double[] a = row(operands.a0(), i);
            double[] c = shape.cell().cell(h, h).memorySize() == 0 ? new double[0] : row(operands.c0(), i);
            for (int t = 0; t < shape.time(); t++) {
                step(row(operands.x(), t * shape.batch() + i), a, c);
                System.arraycopy(a, 0, y, (t * shape.batch() + i) * h, h);
            }
        }
        return y;
    }

    /** a, c = cell(a, c, x). */
    private void step(double[] x, double[] a, double[] c) {
        double[] zx = ProductReference.product(x, input);
        double[] za = ProductReference.product(a, recurrent);
        for (int j = 0; j < h; j++) {
            switch (operands.shape().cell()) {
                case LSTM -> {
                    double f = sigmoid(zx[j] + za[j] + bias[j]);
                    double u = sigmoid(zx[h + j] + za[h + j] + bias[h + j]);
                    double o = sigmoid(zx[2 * h + j] + za[2 * h + j] + bias[2 * h + j]);
                    double k = Math.tanh(zx[3 * h + j] + za[3 * h + j] + bias[3 * h + j]);
                    c[j] = f * c[j] + u * k;
                    a[j] = o * Math.tanh(c[j]);
                }
                case GRU -> {
                    double u = sigmoid(zx[j] + za[j] + bias[j]);
                    double r = sigmoid(zx[h + j] + za[h + j] + bias[h + j]);
                    double q = za[2 * h + j] + recurrentBias[2 * h + j];
                    double k = Math.tanh(zx[2 * h + j] + bias[2 * h + j] + r * q);
                    a[j] = u * k + (1 - u) * a[j];
                }
                default -> a[j] = Math.tanh(zx[j] + za[j] + bias[j]);
            }
        }
    }

    private double[] row(float[] rows, int i) {
        double[] row = new double[h];
        for (int j = 0; j < h; j++) {
            row[j] = rows[i * h + j];
        }
        return row;
    }

    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }
}
