package dev.unroll.training;

import dev.unroll.cells.Cell;
import java.util.Map;

/** W·[a, x] + b of a cell in double precision, one row at a time; a comes first in W's columns. */
final class StackedWeights {
    private final double[] w;
    private final double[] b;
    private final int hiddenSize;
    private final int inputSize;

    /** Reads the weights that the map holds now and later; a cell without a bias has none in it. */
    StackedWeights(Cell cell, Map<String, double[]> weights) {
        this.w = weights.get(Cell.WEIGHT);
        this.b = weights.getOrDefault(Cell.BIAS, new double[cell.gateSize()]);
        this.hiddenSize = cell.hiddenSize();
        this.inputSize = cell.inputSize();
    }

    /** W_aa·a. */
    double recurrent(int row, double[] a) {
        double sum = 0;
        for (int k = 0; k < hiddenSize; k++) {
            sum += w[row * (hiddenSize + inputSize) + k] * a[k];
        }
        return sum;
    }

    /** W_ax·x. */
    double input(int row, double[] x) {
        double sum = 0;
        for (int k = 0; k < inputSize; k++) {
            sum += w[row * (hiddenSize + inputSize) + hiddenSize + k] * x[k];
        }
        return sum;
    }

    double bias(int row) {
        return b[row];
    }

    /** W·[a, x] + b. */
    double z(int row, double[] a, double[] x) {
        return recurrent(row, a) + input(row, x) + b[row];
    }
}
