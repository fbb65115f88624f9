package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.GruResetAfterCell;
import dev.unroll.cells.GruResetBeforeCell;
import dev.unroll.cells.GruSimplifiedCell;
import dev.unroll.cells.LayerNormGruCell;
import dev.unroll.cells.LayerNormLstmCell;
import dev.unroll.cells.LstmCell;
import dev.unroll.cells.Parameters;
import dev.unroll.cells.RnnCell;
import dev.unroll.models.Architecture;
import dev.unroll.models.Input;
import dev.unroll.models.SoftmaxHead;
import dev.unroll.models.Stack;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * The design's equations in double precision, one sequence, one step and one unit at a time; its gradients are central
 * differences.
 */
final class Oracle {
    private static final double EPSILON = 1e-5;

    private final Architecture architecture;
    private final Map<String, double[]> weights = new HashMap<>();

    /** Takes a copy of the weights. */
    Oracle(Architecture architecture, Parameters parameters) {
        this.architecture = architecture;
        parameters.asMap().forEach((name, matrix) -> weights.put(name, doubles(matrix.toArray())));
    }

    private static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    /** a and c of each layer of each sequence. */
    static final class State {
        private final double[][][] a;
        private final double[][][] c;

        /** All zero. */
        State(Architecture architecture, int batch) {
            int layers = architecture.layers().size();
            a = new double[layers][batch][];
            c = new double[layers][batch][];
            for (int l = 0; l < layers; l++) {
                Cell cell = architecture.layers().get(l).cell();
                for (int i = 0; i < batch; i++) {
                    a[l][i] = new double[cell.hiddenSize()];
                    c[l][i] = new double[cell.memorySize()];
                }
            }
        }

        private State(State other) {
            a = copy(other.a);
            c = copy(other.c);
        }

        private static double[][][] copy(double[][][] layers) {
            double[][][] copy = new double[layers.length][layers[0].length][];
            for (int l = 0; l < layers.length; l++) {
                for (int i = 0; i < layers[l].length; i++) {
                    copy[l][i] = layers[l][i].clone();
                }
            }
            return copy;
        }

        /** The hidden states of a layer, sequence by sequence, themselves. */
        double[][] hidden(int layer) {
            return a[layer];
        }

        double[][] memory(int layer) {
            return c[layer];
        }
    }

    /** The state after some steps; token of sequence i at time t at t*batch + i. */
    State run(State before, int[] inputs, int from, int steps) {
        State state = new State(before);
        int batch = state.a[0].length;
        for (int t = 0; t < steps; t++) {
            for (int i = 0; i < batch; i++) {
                step(state, i, inputs[(from + t) * batch + i]);
            }
        }
        return state;
    }

    /** The sum of -log softmax(z)_target over all sequences and over times {@code first} to {@code steps} of a window. */
    double loss(State before, int[] inputs, int[] targets, int from, int first, int steps) {
        State state = new State(before);
        int batch = state.a[0].length;
        double loss = 0;
        for (int t = 0; t < steps; t++) {
            for (int i = 0; i < batch; i++) {
                double[] top = step(state, i, inputs[(from + t) * batch + i]);
                if (t >= first) {
                    loss += crossEntropy(top, targets[(from + t) * batch + i]);
                }
            }
        }
        return loss;
    }

    /** The gradient of a loss by one of the weights. */
    double[] gradient(String name, DoubleSupplier loss) {
        return gradient(weights.get(name), loss);
    }

    /** The gradient of a loss by numbers that it reads. */
    static double[] gradient(double[] numbers, DoubleSupplier loss) {
        double[] gradient = new double[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            double number = numbers[i];
            numbers[i] = number + EPSILON;
            double above = loss.getAsDouble();
            numbers[i] = number - EPSILON;
            gradient[i] = (above - loss.getAsDouble()) / (2 * EPSILON);
            numbers[i] = number;
        }
        return gradient;
    }

    private double[] step(State state, int i, int token) {
        double[] x = switch (architecture.input()) {
            case Input.Embedding(_, int dimension) -> row(weights.get(Input.EMBEDDING), token, dimension);
            case Input.OneHot(int size) -> oneHot(token, size);
            case Input.Features _ -> throw new IllegalArgumentException("tokens only");
        };
        for (int l = 0; l < architecture.layers().size(); l++) {
            String prefix = Stack.prefix(l);
            Layer layer = new Layer(architecture.layers().get(l).cell(), weights.get(prefix + Cell.WEIGHT),
                    weights.get(prefix + Cell.BIAS), weights.get(prefix + GruResetAfterCell.RECURRENT_BIAS));
            x = layer.step(state.a[l][i], state.c[l][i], x);
        }
        return x;
    }

    private static double[] row(double[] table, int row, int cols) {
        double[] copy = new double[cols];
        System.arraycopy(table, row * cols, copy, 0, cols);
        return copy;
    }

    private static double[] oneHot(int token, int size) {
        double[] x = new double[size];
        x[token] = 1;
        return x;
    }

    private double crossEntropy(double[] top, int target) {
        SoftmaxHead head = architecture.head();
        double sum = 0;
        double ofTarget = 0;
        for (int k = 0; k < head.outputSize(); k++) {
            double z = weights.get(SoftmaxHead.BIAS)[k];
            for (int j = 0; j < top.length; j++) {
                z += weights.get(SoftmaxHead.WEIGHT)[k * top.length + j] * top[j];
            }
            sum += Math.exp(z);
            ofTarget = k == target ? z : ofTarget;
        }
        return Math.log(sum) - ofTarget;
    }

    private static final class Layer {
        private final Cell cell;
        private final double[] w;
        private final double[] b;
        private final double[] recurrentBias;

        Layer(Cell cell, double[] w, double[] b, double[] recurrentBias) {
            this.cell = cell;
            this.w = w;
            this.b = b;
            this.recurrentBias = recurrentBias;
        }

        /** W_gate[a, x] + b_gate of unit j. */
        private double z(int gate, int j, double[] a, double[] x) {
            return recurrent(gate, j, a) + input(gate, j, x);
        }

        private double recurrent(int gate, int j, double[] a) {
            int row = (gate * a.length + j) * (a.length + cell.inputSize());
            double sum = 0;
            for (int k = 0; k < a.length; k++) {
                sum += w[row + k] * a[k];
            }
            return sum;
        }

        private double input(int gate, int j, double[] x) {
            int row = (gate * cell.hiddenSize() + j) * (cell.hiddenSize() + x.length);
            double sum = b[gate * cell.hiddenSize() + j];
            for (int k = 0; k < x.length; k++) {
                sum += w[row + cell.hiddenSize() + k] * x[k];
            }
            return sum;
        }

        /** Writes a' and c' over a and c; returns a copy of a'. */
        double[] step(double[] a, double[] c, double[] x) {
            double[] next = new double[a.length];
            double[] reset = new double[a.length];
            if (cell instanceof GruResetBeforeCell) {
                for (int j = 0; j < a.length; j++) {
                    reset[j] = sigmoid(z(1, j, a, x)) * a[j];
                }
            }
            for (int j = 0; j < a.length; j++) {
                next[j] = switch (cell) {
                    case RnnCell _ -> Math.tanh(z(0, j, a, x));
                    case LstmCell _ -> {
                        c[j] = sigmoid(z(0, j, a, x)) * c[j] + sigmoid(z(1, j, a, x)) * Math.tanh(z(3, j, a, x));
                        yield sigmoid(z(2, j, a, x)) * Math.tanh(c[j]);
                    }
                    case GruResetBeforeCell _ -> update(a[j], sigmoid(z(0, j, a, x)), Math.tanh(z(2, j, reset, x)));
                    case GruSimplifiedCell _ -> update(a[j], sigmoid(z(0, j, a, x)), Math.tanh(z(1, j, a, x)));
                    case LayerNormGruCell _,LayerNormLstmCell _ -> throw new IllegalArgumentException("plain cells");
                    case GruResetAfterCell _ -> update(a[j], sigmoid(z(0, j, a, x)), Math.tanh(input(2, j, x)
                            + sigmoid(z(1, j, a, x)) * (recurrent(2, j, a) + recurrentBias[j])));
                };
            }
            System.arraycopy(next, 0, a, 0, a.length);
            return next;
        }

        private static double update(double a, double u, double k) {
            return u * k + (1 - u) * a;
        }

        private static double sigmoid(double x) {
            return 1 / (1 + Math.exp(-x));
        }
    }
}
