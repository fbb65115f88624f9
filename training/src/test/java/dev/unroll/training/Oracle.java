package dev.unroll.training;

import dev.unroll.cells.Cell;
import dev.unroll.cells.Parameters;
import dev.unroll.models.Architecture;
import dev.unroll.models.Input;
import dev.unroll.models.Head;
import dev.unroll.models.Stack;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * The design's equations in double precision, one sequence, one step and one unit at a time; its gradients are central
 * differences.
 */
final class Oracle {
    private final Architecture architecture;
    private final Map<String, double[]> weights = new HashMap<>();
    private final List<CellEquations> layers = new ArrayList<>();

    /** Takes a copy of the weights. */
    Oracle(Architecture architecture, Parameters parameters) {
        this.architecture = architecture;
        parameters.asMap().forEach((name, matrix) -> weights.put(name, StackNumbers.doubles(matrix.toArray())));
        for (int l = 0; l < architecture.layers().size(); l++) {
            Cell cell = architecture.layers().get(l).cell();
            Map<String, double[]> own = new HashMap<>();
            for (Parameters.Shape shape : cell.parameterShapes()) {
                own.put(shape.name(), weights.get(Stack.prefix(l) + shape.name()));
            }
            layers.add(CellEquations.of(cell, own, new Kinks()));
        }
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
            gradient[i] = Differences.central(numbers, i, loss);
        }
        return gradient;
    }

    private double[] step(State state, int i, int token) {
        double[] x = switch (architecture.input()) {
            case Input.Embedding(_, int dimension) -> row(weights.get(Input.EMBEDDING), token, dimension);
            case Input.OneHot(int size) -> oneHot(token, size);
            case Input.Features _,Input.Joined _ -> throw new IllegalArgumentException("tokens only");
        };
        for (int l = 0; l < layers.size(); l++) {
            double[] a = state.a[l][i];
            double[] c = state.c[l][i];
            state.a[l][i] = new double[a.length];
            state.c[l][i] = new double[c.length];
            layers.get(l).step(a, a, c, x, state.a[l][i], state.c[l][i]);
            x = state.a[l][i];
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
        Head head = architecture.head();
        double sum = 0;
        double ofTarget = 0;
        for (int k = 0; k < head.outputSize(); k++) {
            double z = weights.get(Head.BIAS)[k];
            for (int j = 0; j < top.length; j++) {
                z += weights.get(Head.WEIGHT)[k * top.length + j] * top[j];
            }
            sum += Math.exp(z);
            ofTarget = k == target ? z : ofTarget;
        }
        return Math.log(sum) - ofTarget;
    }
}
